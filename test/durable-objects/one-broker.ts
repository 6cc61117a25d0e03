/** A broker that is asked directly, without isolates. */
import { manualClock } from "@tokenhop/core/testing";
import { type World, world } from "../core/support.ts";
import { type BrokerQuestion, type BrokerReply, type ObjectDouble, objectDouble } from "./object-double.ts";

/** What asks it. */
export const asking =
  (it: ObjectDouble) =>
  async (question: unknown): Promise<BrokerReply> =>
    (await it.namespace.getByName("broker").credential(question as BrokerQuestion)) as BrokerReply;

/** A broker with one provider, `graph`. */
export function single(): {
  readonly graph: World;
  readonly object: ObjectDouble;
  ask(question: unknown): Promise<BrokerReply>;
} {
  const clock = manualClock();
  const graph = world({ clock });
  const object = objectDouble({ clock, providers: () => ({ graph: graph.provider }) });
  return { graph, object, ask: asking(object) };
}

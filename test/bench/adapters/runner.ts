/** Measures, or serves, one adapter on the runtime that runs it: Node, Bun or Deno. The order is one argument, JSON; so is the answer. */
import { type Contestant, type Kind, kinds } from "./contestant.ts";
import { listen } from "./listen.ts";
import { batchOf, measurePairs } from "./measure.ts";
import { answerPrefix, type Order } from "./order.ts";

const order = JSON.parse(process.argv.at(-1) ?? "") as Order;
const { contestant } = (await import(`./apps/${order.adapter}.ts`)) as { readonly contestant: Contestant };
const made = await Promise.all(kinds.map(async (kind) => [kind, await contestant.make(kind, order.route)] as const));
const apps = Object.fromEntries(made) as Record<Kind, Awaited<ReturnType<Contestant["make"]>>>;
const say = (answer: object): void => console.log(answerPrefix + JSON.stringify(answer));
if (order.do === "measure") {
  say(await measurePairs(batchOf(apps), order.effort));
  process.exit(0);
} else {
  say({ "no-op": await listen(apps["no-op"]), downstream: await listen(apps.downstream) });
}

/** One workerd and one upstream: what a test plays on, and the requests that it sends. */
import { type Answer, type Sent, send } from "./client.ts";
import { type Order, pathOf, SCOPE, USER_HEADER } from "./order.ts";
import { serveWorker } from "./serve.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Who asks for what. */
export type Wish = Pick<Order, "world" | "keep"> & Partial<Order> & { readonly userToken?: string | undefined };

export interface Stage {
  readonly upstream: Upstream;
  isAlive(): boolean;
  send(wish: Wish): Sent;
  ask(wish: Wish): Promise<Answer>;
  /** Whether the answer is a credential of this world and scope (and user). */
  isRight(answer: Answer, world: number, scope?: string, user?: string): boolean;
}

/** Plays on a stage of its own. */
export async function withStage<T>(date: string, play: (stage: Stage) => Promise<T>): Promise<T> {
  const upstream = await startUpstream();
  const served = await serveWorker(date, upstream.url);
  const sendWish = ({ userToken, ...wish }: Wish): Sent => {
    const order: Order = {
      act: "get",
      scope: SCOPE,
      ms: 0,
      joinTimeoutMs: 5_000,
      perUser: userToken !== undefined,
      ...wish,
    };
    return send(served.url + pathOf(order), userToken === undefined ? {} : { [USER_HEADER]: userToken });
  };
  try {
    return await play({
      upstream,
      isAlive: served.isAlive,
      send: sendWish,
      ask: (wish) => sendWish(wish).answer,
      isRight({ status, text }, world, scope = SCOPE, user) {
        const owner = upstream.ownerOf(text);
        return status === 200 && owner?.world === world && owner.scope === scope && owner.user === user;
      },
    });
  } finally {
    served.stop();
    upstream.close();
  }
}

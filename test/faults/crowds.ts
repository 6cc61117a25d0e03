/** Ten thousand callers at once, on the runtime's own clock and sockets: one request per hop, counted by the server. */
import { type BearerToken, type CredentialProvider, defaultPlatform, federate, type Platform } from "@tokenhop/core";
import type { Assert, Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { type RemoteCell, remoteCell } from "./control.ts";
import type { Entry } from "./protocol.ts";
import { environmentOf, sourceOf, targetOf } from "./stage.ts";

const many = 10_000;
/** workerd has no more than 10,000 timers at a time, of which each who waits for another's exchange takes one there. */
const manyWithTimers = 9_900;

interface Crowd {
  readonly cell: RemoteCell;
  readonly provider: CredentialProvider<BearerToken>;
}

/** A wait for a signal alone takes no timer here, so that workerd has enough of them when everybody has a signal. */
const withFewTimers = (sleep: Platform["sleep"]): Platform["sleep"] => {
  return (ms, signal) => {
    if (ms < Number.POSITIVE_INFINITY) return sleep(ms, signal);
    return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  };
};

/** A provider at whose identity endpoint nobody is answered yet. */
async function openCrowd(name: string, requestBoundIo: boolean): Promise<Crowd> {
  const cell = remoteCell(name);
  const routes = await cell.program({ plays: { source: "held" } });
  const here = defaultPlatform();
  const sleep = requestBoundIo ? here.sleep : withFewTimers(here.sleep);
  const env = environmentOf(cell, routes);
  const platform: Platform = { ...here, env, sleep, requestBoundIo, waitUntil: () => undefined };
  return { cell, provider: federate({ from: sourceOf(), to: targetOf(cell, routes), platform }) };
}

async function assertOneEach(assert: Assert, { cell }: Crowd): Promise<void> {
  const { entries, tokens } = await cell.log();
  for (const token of tokens) canary(token);
  const answered = entries.map(({ hop, status, end }: Entry) => `${hop} ${status} ${end}`);
  assert.deepEqual(answered, ["source 200 finished", "target 200 finished"]);
}

/** Rejections that nobody handled are told of after the turn in which they happened. */
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 50));

export const suite: Suite = (QUnit) => {
  QUnit.module("crowds at a real server", () => {
    const cold: readonly (readonly [string, number, boolean])[] = [
      ["ten thousand cold callers", many, false],
      ["as many cold callers as there are timers, each with one,", manyWithTimers, true],
    ];
    for (const [who, count, requestBoundIo] of cold) {
      QUnit.test(`${who} make one request per hop`, async (assert) => {
        const crowd = await openCrowd("cold", requestBoundIo);
        await using provider = crowd.provider;
        const calls = Array.from({ length: count }, () => provider.get());
        await crowd.cell.hanging("source", 1);
        await crowd.cell.program({ plays: { source: "good" } });
        const credentials = new Set(await Promise.all(calls));
        assert.strictEqual(credentials.size, 1);
        await assertOneEach(assert, crowd);
      });
    }

    QUnit.test("all but one of ten thousand leave, and that one gets its credential", async (assert) => {
      const crowd = await openCrowd("leaving", false);
      await using provider = crowd.provider;
      const { cell } = crowd;
      const leavers = Array.from({ length: many - 1 }, (_, index) => ({ index, controller: new AbortController() }));
      const left = leavers.map(({ controller: { signal } }) => provider.get({ signal }));
      const stays = provider.get();
      const all = Promise.allSettled(left);
      const leave = (some: typeof leavers): void => {
        for (const { controller, index } of some) controller.abort(new Error(`enough ${index}`));
      };

      await cell.hanging("source", 1);
      // The one that began it among them.
      leave(leavers.slice(0, many / 2));
      await cell.program({ plays: { source: "good", target: "held" } });
      await cell.hanging("target", 1);
      leave(leavers.slice(many / 2));
      await cell.program({ plays: { target: "good" } });

      assert.strictEqual((await stays).kind, "bearer");
      const own = (await all).filter(({ status, ...rest }, index) => {
        const { reason } = rest as { readonly reason?: Error };
        return status === "rejected" && reason?.message === `enough ${index}`;
      });
      assert.strictEqual(own.length, many - 1, "each fails with its own reason");
      await turns();
      await assertOneEach(assert, crowd);
    });
  });
};

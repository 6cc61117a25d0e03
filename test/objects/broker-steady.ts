/** Steady traffic: after the first exchange no request waits. It begins while other suites play; see `broker-traffic.ts`. */
import type { Suite } from "../harness.ts";
import { SLICE_MS, SLICES, steadyTraffic } from "./broker-traffic.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("steady traffic through a broker", () => {
    for (let at = 0; at < SLICES; at++) {
      const [from, to] = [at, at + 1].map((slice) => (slice * SLICE_MS) / 1_000);
      QUnit.test(`${from} s to ${to} s: no request waits, none fails`, async (assert) => {
        const { slices } = await steadyTraffic();
        const { requests, failed, waited, bare, meanwhile, exchanges, fallbacks } = (await slices[at]) ?? {};
        assert.deepEqual({ failed, waited, bare, fallbacks }, { failed: 0, waited: 0, bare: 0, fallbacks: 0 });
        // What it takes to say so: exchanges in the middle of requests.
        assert.ok(
          (requests ?? 0) > 200 && (exchanges ?? 0) >= 2 && (meanwhile ?? 0) > 0,
          JSON.stringify(await slices[at]),
        );
      });
    }

    QUnit.test("all of it: one exchange for each credential, nearly each by an alarm", async (assert) => {
      const { requests, exchanges, alarms, waited } = await (await steadyTraffic()).total;
      const seconds = (SLICES * SLICE_MS) / 1_000;
      // Tokens of 14 to 20 s are renewed after 12 to 18 s; those that are to be renewed after 9 s, after 9 to 10 s.
      const [least, most] = [seconds / 18 + seconds / 10.5, 2 + seconds / 12 + seconds / 9];
      assert.ok(
        exchanges >= Math.floor(least) && exchanges <= Math.ceil(most),
        `${exchanges} exchanges in ${seconds} s`,
      );
      assert.ok(alarms >= exchanges - 4 && alarms <= exchanges, `${alarms} alarms for ${exchanges} exchanges`);
      assert.ok(requests > 10 * seconds && waited === 0);
    });
  });
};

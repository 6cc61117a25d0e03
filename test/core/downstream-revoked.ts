/** A revocation at the emulator: what is in flight gets through with one new token, and at most one repeat of each request. */
import { createAttach, type Downstream, defaultPlatform, federate, type Platform } from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entra } from "@tokenhop/core/targets/entra";
import { demoEnvironment, demoIds, type Emulator } from "@tokenhop/emulator";
import { makeEmulator, startAt } from "../emulator/support.ts";
import type { QUnitLike, Suite } from "../harness.ts";

const USERS = "https://graph.microsoft.com/v1.0/users";
const REQUESTS = 1_000;

/** An application whose whole world is the emulator. */
function appAt(emulator: Emulator, enableCae: boolean, more: Partial<Platform> = {}): Downstream {
  const platform: Platform = {
    ...defaultPlatform(),
    env: { ...demoEnvironment },
    now: () => startAt,
    fetch: (input, init) => emulator.fetch(input, init),
    ...more,
  };
  const graph = federate({
    from: managedIdentity({ clientId: demoIds.uamiClientId }),
    to: entra({
      tenantId: demoIds.tenantId,
      clientId: demoIds.appClientId,
      scope: "https://graph.microsoft.com/.default",
      enableCae,
    }),
    platform,
  });
  return createAttach({ graph }, { platform })(new Request("https://app.example/")).graph;
}

/** How often each route was asked since the log was cleared. */
function countsOf({ log }: Emulator): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { route, outcome } of log) counts[`${route} ${outcome}`] = (counts[`${route} ${outcome}`] ?? 0) + 1;
  return counts;
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream, revocation", () => {
    QUnit.test(`${REQUESTS} requests at once: each succeeds with one repeat, for one exchange`, async (assert) => {
      const emulator = makeEmulator();
      const seen = new Map<string, number>();
      const graph = appAt(emulator, true, {
        fetch(input, init) {
          const url = String(input);
          seen.set(url, (seen.get(url) ?? 0) + 1);
          return emulator.fetch(input, init);
        },
      });
      assert.strictEqual((await graph.fetch(USERS)).status, 200);
      emulator.revokeSessions(demoIds.appClientId);
      seen.clear();
      const urls = Array.from({ length: REQUESTS }, (_, index) => `${USERS}?$top=1&n=${index}`);
      const statuses = await Promise.all(urls.map(async (url) => (await graph.fetch(url)).status));
      assert.deepEqual([...new Set(statuses)], [200]);
      const repeats = urls.map((url) => seen.get(url) ?? 0);
      assert.deepEqual(
        [Math.min(...repeats), Math.max(...repeats)],
        [2, 2],
        "all of them were refused, and came once more",
      );
      const exchanges = [...seen].filter(([url]) => url.includes("/oauth2/v2.0/token"));
      assert.deepEqual(
        exchanges.map(([, count]) => count),
        [1],
      );
    });

    QUnit.test("whoever comes later is not refused", async (assert) => {
      const emulator = makeEmulator();
      const graph = appAt(emulator, true);
      await graph.fetch(USERS);
      emulator.revokeSessions(demoIds.appClientId);
      await graph.fetch(USERS);
      emulator.clearLog();
      await Promise.all(Array.from({ length: 10 }, () => graph.fetch(USERS)));
      assert.deepEqual(countsOf(emulator), { "graph granted": 10 });
    });

    QUnit.test("a client that declares nothing is not refused before its token's end", async (assert) => {
      const emulator = makeEmulator();
      const graph = appAt(emulator, false);
      await graph.fetch(USERS);
      emulator.revokeSessions(demoIds.appClientId);
      emulator.clearLog();
      assert.strictEqual((await graph.fetch(USERS)).status, 200);
      assert.deepEqual(countsOf(emulator), { "graph granted": 1 });
    });
  });
};

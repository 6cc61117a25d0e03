/** tokenex's package aws: its listed weaknesses, which must not be ours. */
import { federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { awsSts } from "@tokenhop/core/targets/aws-sts";
import { type ManualClock, manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { failureOf } from "../contract/platform.ts";
import { errorOf, HOUR, MINUTE, settle, someSecret } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { good, OPTIONS, reply } from "../targets/aws-sts-support.ts";
import { reader } from "./support.ts";

/** STS as long as a test: what each of its sessions lasts, and what it was asked. */
function sts(lifetimesMs: readonly number[] = [HOUR], clock: ManualClock = manualClock()) {
  const signals: AbortSignal[] = [];
  const from = fromFunction(({ signal }) => {
    signals.push(signal);
    return { token: someSecret().reveal(), expiresAt: clock.now() + MINUTE };
  });
  const fetch = scriptedFetch(
    [...lifetimesMs].map((lifetimeMs) => () => {
      const Expiration = new Date(clock.now() + lifetimeMs).toISOString();
      return new Response(reply({ ...good(), Expiration }));
    }),
  );
  const forms = (): Promise<URLSearchParams[]> =>
    Promise.all(fetch.requests.map(async (request) => new URLSearchParams(await request.clone().text())));
  const limits = { attempts: 1 };
  const provider = federate({ from, to: awsSts(OPTIONS), platform: testPlatform({ clock, fetch }), limits });
  return { clock, provider, forms, signals };
}

/** In seconds, as tokenex counts; below 900 and above 43,200 STS answers with a ValidationError. */
const refused = [-1, 0, 1, 899, 900.5, 43_201, 86_400];

export const suite: Suite = (QUnit) => {
  QUnit.module("tokenex C2, aws", () => {
    QUnit.test("C2.1: a duration that STS refuses is refused where it is written", async (assert) => {
      const codes = refused.map((seconds) => failureOf(() => awsSts({ ...OPTIONS, durationMs: seconds * 1_000 })));
      const problem = "durationMs: expected whole seconds from 900 to 43200, in ms";
      for (const { problems } of await Promise.all(codes)) assert.deepEqual([...(problems ?? [])], [problem]);
      for (const seconds of [900, 3_600, 43_200]) awsSts({ ...OPTIONS, durationMs: seconds * 1_000 });
      const { problems } = await failureOf(() => awsSts({ ...OPTIONS, durationMs: 3_600 }));
      assert.deepEqual([...(problems ?? [])], [problem], "seconds for milliseconds");
    });

    QUnit.test("C2.2: each session may have a name of its own, and is one", async (assert) => {
      const { provider, forms } = sts();
      const all = [provider, ...["ann", "bob", "ann"].map((roleSessionName) => provider.with({ roleSessionName }))];
      const given = await Promise.all(all.map((one) => one.get()));
      const names = (await forms()).map((form) => form.get("RoleSessionName"));
      assert.deepEqual(names, ["tokenhop", "ann", "bob"]);
      assert.deepEqual([new Set(given).size, given[1] === given[3]], [3, true]);
    });

    QUnit.test("C2.3: a session policy is on the wire, and a credential of its own", async (assert) => {
      const { provider, forms } = sts();
      const sessionPolicy = { Version: "2012-10-17", Statement: [] };
      const [all, less] = [await provider.get(), await provider.with({ sessionPolicy }).get()];
      const policies = (await forms()).map((form) => form.get("Policy"));
      assert.deepEqual(policies, [null, '{"Version":"2012-10-17","Statement":[]}']);
      assert.notOk(all === less);
    });

    QUnit.test("C2.4: credentials that have ended are never an update", async (assert) => {
      const { provider, clock } = sts([-1_000, 0, HOUR, -HOUR]);
      const it = reader(provider, clock);
      await clock.advance(2 * HOUR);
      assert.deepEqual(it.types.slice(0, 4), ["error", "error", "update", "error"]);
      assert.strictEqual(it.given.length, 1);
      assert.deepEqual([...new Set(it.types.slice(4))].sort(), ["error", "remove"]);
      await it.end();
    });

    QUnit.test("C2.5: a call that is over ends no later refresh", async (assert) => {
      const { provider, clock, signals } = sts();
      const call = new AbortController();
      const first = await provider.get({ signal: call.signal });
      call.abort();
      await clock.advance(50 * MINUTE);
      assert.ok((await provider.get()) === first);
      await settle(clock);
      const second = await provider.get();
      assert.ok(second !== first && second.expiresAt > clock.now() + 55 * MINUTE);
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [false, false],
      );
    });

    QUnit.test("C2.6: a role and a region that are none are refused before anything is sent", async (assert) => {
      const error = await failureOf(() => awsSts({ roleArn: "deploy", region: "https://evil.example" }));
      assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
      assert.strictEqual(error.problems?.length, 2);
    });

    QUnit.test("C2.7: a refusal of STS is told as one, with its own code", async (assert) => {
      const fetch = scriptedFetch([
        new Response("<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>", { status: 403 }),
      ]);
      const from = fromFunction(() => someSecret().reveal());
      const provider = federate({ from, to: awsSts(OPTIONS), platform: testPlatform({ fetch }) });
      const { code, error, status } = await errorOf(provider.get());
      assert.deepEqual([code, error, status], ["ERR_EXCHANGE_REFUSED", "AccessDenied", 403]);
    });
  });
};

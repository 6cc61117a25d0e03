import { type BearerToken, federate, type IdentitySource, type NoParams, secret } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entra } from "@tokenhop/core/targets/entra";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, NOW } from "../contract/platform.ts";
import { targetContract } from "../contract/target.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { FORM } from "./entra-support.ts";
import { subjectOf } from "./exchange-support.ts";
import { AUDIENCE, MINUTE, SECOND, stage } from "./pass-through-support.ts";

const TEXT = "expected a text that is not empty";
const ASSUMED = "assumedLifetimeMs: expected 1000 to 3600000 ms";

const mistakes = [
  { what: "no options", make: () => passThrough(undefined as never), problems: ["missing, expected Object"] },
  { what: "no audience", make: () => passThrough({ audience: undefined }), problems: [`audience: missing, ${TEXT}`] },
  {
    what: "everything wrong at once",
    make: () => passThrough({ audience: "", hosts: ["*"], assumedLifetimeMs: 999, forever: true } as never),
    problems: [
      `audience: ${TEXT}`,
      "hosts: expected a list of host, host:port or *.suffix, in lower case",
      ASSUMED,
      "forever: unknown option",
    ],
  },
  ...[0, 3_600_001, Number.POSITIVE_INFINITY, Number.NaN, "60000"].map((assumedLifetimeMs) => ({
    what: `an assumed lifetime of ${assumedLifetimeMs}`,
    make: () => passThrough({ audience: AUDIENCE, assumedLifetimeMs } as never),
    problems: [ASSUMED],
  })),
];

export const suite: Suite = (QUnit: QUnitLike) => {
  targetContract<BearerToken, NoParams>(QUnit, {
    name: "pass-through",
    kind: "bearer",
    audience: AUDIENCE,
    produces: "unknown",
    refused: [],
    create: () => passThrough({ audience: AUDIENCE }),
    params: {},
    mistakes,
  });

  QUnit.module("target pass-through", () => {
    QUnit.test("gives the identity token with its own times, and asks nobody", async (assert) => {
      const platform = testPlatform();
      const token = canaryToken();
      const subject = { ...subjectOf(token), refreshAt: NOW + 200_000 };
      const target = passThrough({ audience: AUDIENCE, hosts: ["orders.contoso.com"] });
      const out = await target.exchange(subject, {}, contextFor(platform));
      assert.ok(out.token.reveal() === token);
      assert.deepEqual([out.kind, out.expiresAt, out.refreshAt], ["bearer", NOW + 300_000, NOW + 200_000]);
      assert.deepEqual(target.hosts?.({}), ["orders.contoso.com"]);
      const hosts = ["orders.contoso.com"];
      const named = passThrough({ audience: AUDIENCE, hosts });
      hosts.push("evil.example");
      assert.deepEqual(named.hosts?.({}), ["orders.contoso.com"], "and the list is the target's own");
      assert.deepEqual(passThrough({ audience: AUDIENCE }).hosts?.({}), []);
    });

    QUnit.test("does nothing for a caller who has gone", async (assert) => {
      const reason = new Error("gone");
      const context = contextFor(testPlatform(), { signal: AbortSignal.abort(reason) });
      const asked = passThrough({ audience: AUDIENCE }).exchange(subjectOf(canaryToken()), {}, context);
      await assert.rejects(asked, (error) => error === reason);
    });

    QUnit.test("takes no parameters", async (assert) => {
      const error = await failureOf(() => passThrough({ audience: AUDIENCE }).validate?.({ scope: "x" } as never));
      assert.deepEqual(error.problems, ["scope: unknown option"]);
    });

    QUnit.test("tells targets apart by audience and what is assumed", (assert) => {
      const all = [{}, { audience: "b" }, { assumedLifetimeMs: 1_000 }];
      const texts = all.map((more) => JSON.stringify(passThrough({ audience: AUDIENCE, ...more }).identity));
      assert.strictEqual(new Set(texts).size, all.length);
    });

    QUnit.test("has the source asked for the audience", async (assert) => {
      const { textNow, audiences } = stage(5 * MINUTE);
      await textNow();
      assert.deepEqual(audiences, [AUDIENCE]);
    });

    QUnit.test("tokenex asked never again for a token that says no end; this does after 5 minutes", async (assert) => {
      const { clock, made, textNow } = stage(undefined);
      await textNow();
      await clock.advance(3 * MINUTE);
      await textNow();
      assert.strictEqual(made.length, 1);
      await clock.advance(2 * MINUTE);
      const text = await textNow();
      assert.ok(made.length === 2 && text === made[1]);
    });

    QUnit.test("or as soon as it is told, again and again", async (assert) => {
      const { clock, made, textNow } = stage(undefined, { assumedLifetimeMs: SECOND });
      for (let round = 0; round < 20; round++) {
        await textNow();
        await clock.advance(SECOND);
      }
      assert.strictEqual(made.length, 20);
    });

    QUnit.test("nobody is given the same token until its end where the source has a new one", async (assert) => {
      const { clock, made, provider, events } = stage(5 * MINUTE);
      let least = Number.POSITIVE_INFINITY;
      for (let second = 0; second < 3_600; second++) {
        least = Math.min(least, (await provider.get()).expiresAt - clock.now());
        await clock.advance(SECOND);
      }
      assert.ok(least >= 30 * SECOND, `${least} ms were left`);
      assert.ok(made.length >= 12 && made.length <= 18, `${made.length} tokens in an hour`);
      const started = events.filter(({ type, hop }) => type === "refresh-start" && hop === "target").length;
      assert.ok(started <= 12 * made.length, `${started} looks at the source`);
      assert.strictEqual(events.filter(({ type }) => type === "retry").length, 0);
    });

    QUnit.test("a renewal while the source is down takes nothing from anybody", async (assert) => {
      const { clock, source, made, textNow } = stage(5 * MINUTE);
      await textNow();
      source.fails = true;
      await clock.advance(4 * MINUTE + 40 * SECOND);
      for (let second = 0; second < 9; second++) {
        assert.ok((await textNow()) === made[0]);
        await clock.advance(SECOND);
      }
      source.fails = false;
      await clock.advance(30 * SECOND);
      assert.ok((await textNow()) === made[1]);
    });

    QUnit.test("a source that gives the same again is not asked for ever", async (assert) => {
      const clock = manualClock();
      const given = { token: secret(canaryToken()), expiresAt: clock.now() + 5 * MINUTE };
      let calls = 0;
      const from: IdentitySource = {
        name: "stubborn",
        identity: ["stubborn", {}],
        provenance: "external",
        detect: () => ({ found: true }),
        async getToken() {
          calls++;
          return given;
        },
      };
      const provider = federate({ from, to: passThrough({ audience: AUDIENCE }), platform: testPlatform({ clock }) });
      for (let round = 0; round < 20; round++) {
        assert.ok((await provider.get()).token === given.token);
        provider.invalidate();
      }
      assert.strictEqual(calls, 1, "dropping is no request");
      for (let second = 0; second < 290; second++) {
        assert.ok((await provider.get()).token === given.token);
        await clock.advance(SECOND);
      }
      assert.ok(calls > 1 && calls <= 12, `asked ${calls} times`);
    });

    QUnit.test("launders no provenance: what Entra gave stays nobody's, and Entra decides", async (assert) => {
      const platform = testPlatform();
      const uami = federate({ from: fromFunction(() => canaryToken()), to: entra(FORM), platform });
      const passed = federate({ from: uami, to: passThrough({ audience: AUDIENCE }), platform });
      assert.deepEqual([uami.provenance, passed.provenance], ["entra-federated", "unknown"]);
    });
  });
};

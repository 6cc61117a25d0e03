/** What an issuer answers instead of a token, and what becomes of it. */
import { secret, TokenError } from "@tokenhop/core";
import type { TokenMinter } from "@tokenhop/core/sources/self-issued";
import { failureOf, NOW } from "../contract/platform.ts";
import { freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { answering, ask, missing, throwing } from "./self-issued-support.ts";

/** What an issuer that has lost its way answers, and what is said about it. */
const senseless: Readonly<Record<string, readonly [unknown, string]>> = {
  nothing: [undefined, "missing, expected a token"],
  null: [null, "missing, expected a token"],
  "a token alone": ["eyJhbGciOiJub25lIn0.e30.", "missing, expected a token"],
  "an empty object": [{}, "missing, expected a token"],
  "no token": [{ ok: true, expiresAt: NOW + 1 }, "missing, expected a token"],
  "a number for a token": [{ ok: true, token: 5 }, "expected a token"],
  "an empty token": [{ ok: true, token: "" }, "expected a token"],
  "a sentence": [{ ok: true, token: "no token today" }, "expected a token"],
  "a token of two lines": [{ ok: true, token: "a.b.c\nd.e.f" }, "expected a token"],
  "a Secret": [{ ok: true, token: secret("a.b.c") }, "expected a token"],
  "a token without ok": [{ token: "a.b.c" }, "missing, expected a token"],
  "a refusal without an error": [{ ok: false }, "expected a token"],
  "a refusal with a token": [{ ok: false, token: "a.b.c" }, "expected a token"],
  "a refusal in words": [{ ok: false, error: "no" }, "expected a token"],
  "a refusal without a code": [{ ok: false, error: { message: "no", recovery: "stop" } }, "expected a token"],
  "a refusal with a code of its own": [
    { ok: false, error: { code: "E_NO", message: "no", recovery: "stop" } },
    "expected a token",
  ],
  "a refusal with a recovery of its own": [
    { ok: false, error: { code: "ERR_ISSUER_REFUSED", message: "no", recovery: "panic" } },
    "expected a token",
  ],
};

/** What a call throws that finds nobody, or nobody who knows how to answer. Made late: a Worker's module has no randomness. */
const outages: Readonly<Record<string, () => unknown>> = {
  "an error": () => new Error("Network connection lost."),
  "an error with a token": () => new Error(`refused ${freshToken()}`),
  "the reset of an object": () => Object.assign(new Error("reset"), { durableObjectReset: true, remote: true }),
  "a TypeError of its own": () => new TypeError("Cannot read properties of undefined (reading 'kid')"),
  "an error that only sounds like it": () => new Error(missing),
  "an error of this project": () => new TokenError("Cannot mint", { code: "ERR_ISSUER_REFUSED", recovery: "stop" }),
  "an error that looks like one": () =>
    Object.assign(new Error(`no, ${freshToken()}`), {
      code: `ERR_${canary("ANY_OPAQUE_TOKEN_AS_A_CODE")}`,
      recovery: "stop",
      error: freshToken(),
    }),
  "an error with a name": () => Object.assign(new Error("no"), { name: freshToken() }),
  "a text": freshToken,
  "an object": () => ({ token: freshToken() }),
  nothing: () => undefined,
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("source self-issued, its issuer", () => {
    for (const [what, [reply, problem]] of Object.entries(senseless)) {
      QUnit.test(`cannot use ${what}`, async (assert) => {
        const error = await failureOf(() => ask(answering(reply)));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_REPLY", "retry", "self-issued"]);
        assert.ok(error.message.startsWith(`Cannot read the reply at self-issued: ${problem} (`), error.message);
      });
    }

    for (const [code, recovery, retryAfterMs] of [
      ["ERR_ISSUER_REFUSED", "stop", undefined],
      ["ERR_ISSUER_KEYS", "retry", 2_000],
      ["ERR_CONFIG_INVALID", "stop", undefined],
      ["ERR_SOME_NEW_THING", "retry", undefined],
    ] as const) {
      QUnit.test(`keeps ${code} of a refusal, and what to do about it`, async (assert) => {
        const fields = { code: code as "ERR_ISSUER_KEYS", recovery, retryAfterMs, step: "issuer" };
        const refusal = new TokenError("Cannot mint a token: the audience is not allowed", fields);
        const error = await failureOf(() => ask(answering({ ok: false, error: refusal.toJSON() })));
        assert.strictEqual(error.message, refusal.message);
        assert.deepEqual<unknown>(Object.entries(error).sort(), [
          ["code", code],
          ["name", "TokenError"],
          ["recovery", recovery],
          ...(retryAfterMs === undefined ? [] : [["retryAfterMs", retryAfterMs]]),
          ["step", "self-issued"],
        ]);
      });
    }

    QUnit.test("shows no token of a refusal, and passes nobody's challenge on", async (assert) => {
      const fields = { status: 401, error: freshToken(), claims: freshToken(), challenge: freshToken() };
      const plain = {
        code: "ERR_ISSUER_REFUSED",
        recovery: "stop",
        message: `got ${freshToken()}\u0000\u202E and ${"x".repeat(5_000)}`,
        retryAfterMs: 1e15,
        step: freshToken(),
        problems: [freshToken()],
        ...fields,
      };
      const error = await failureOf(() => ask(answering({ ok: false, error: plain })));
      assert.deepEqual(Object.keys(error).sort(), ["code", "name", "recovery", "retryAfterMs", "step"]);
      assert.deepEqual([error.step, error.retryAfterMs], ["self-issued", 3_600_000]);
      assert.ok(error.message.startsWith("got [redacted]  and [redacted] (ERR_ISSUER_REFUSED, "), error.message);
    });

    for (const [what, make] of Object.entries(outages)) {
      QUnit.test(`takes a minter that throws ${what} for one that is not there`, async (assert) => {
        const late: TokenMinter = { mint: () => Promise.reject(make()) };
        for (const minter of [throwing(make), late]) {
          const error = await failureOf(() => ask(minter));
          assert.deepEqual(Object.keys(error).sort(), ["code", "name", "recovery", "step"]);
          assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_FAILED", "retry", "self-issued"]);
          assert.ok(error.message.startsWith("Cannot get a token from self-issued: no answer ("), error.message);
        }
      });
    }
  });
};

/** Tokens: what is in them, who may be named in one, and that others can verify them. */
import { errorFrom, plainErrorSchema } from "@tokenhop/core/kit";
import { manualClock } from "@tokenhop/core/testing";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import * as v from "valibot";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import {
  AUDIENCE,
  bench,
  DAY,
  failureOf,
  HOUR,
  ISSUER,
  MINUTE,
  mint,
  partOf,
  published,
  SUBJECT,
  silentOn,
  verifyAlone,
  verifyWithJose,
} from "./support.ts";

const OTHER = "https://vault.example";
const NOW = Date.UTC(2026, 0, 1);

/** Questions that are refused, and what is said of them. */
const refusals: readonly { readonly question: unknown; readonly says: string }[] = [
  { question: undefined, says: "the subject a undefined is not allowed" },
  { question: null, says: "the subject a undefined is not allowed" },
  { question: "worker:orders", says: "the question has an unknown property" },
  { question: { subject: SUBJECT }, says: "the audience a undefined is not allowed" },
  { question: { subject: "worker:else", audience: AUDIENCE }, says: 'the subject "worker:else" is not allowed' },
  { question: { subject: "", audience: AUDIENCE }, says: 'the subject "" is not allowed' },
  { question: { subject: `${SUBJECT} `, audience: AUDIENCE }, says: "the subject " },
  { question: { subject: "Worker:orders", audience: AUDIENCE }, says: 'the subject "Worker:orders" is not allowed' },
  { question: { subject: "worker:order", audience: AUDIENCE }, says: 'the subject "worker:order" is not allowed' },
  { question: { subject: "*", audience: AUDIENCE }, says: 'the subject "*" is not allowed' },
  { question: { subject: [SUBJECT], audience: AUDIENCE }, says: "the subject a object is not allowed" },
  {
    question: { subject: { toString: () => SUBJECT }, audience: AUDIENCE },
    says: "the subject a object is not allowed",
  },
  { question: { subject: "constructor", audience: AUDIENCE }, says: 'the subject "constructor" is not allowed' },
  {
    question: { subject: SUBJECT, audience: "https://else.example" },
    says: 'the audience "https://else.example" is not allowed',
  },
  { question: { subject: SUBJECT, audience: `${AUDIENCE}/` }, says: `the audience "${AUDIENCE}/" is not allowed` },
  { question: { subject: SUBJECT, audience: [AUDIENCE] }, says: "the audience a object is not allowed" },
  { question: { subject: AUDIENCE, audience: SUBJECT }, says: `the subject "${AUDIENCE}" is not allowed` },
  { question: { subject: "a\u202eb\nc", audience: AUDIENCE }, says: 'the subject "a b c" is not allowed' },
  {
    question: { subject: SUBJECT, audience: AUDIENCE, lifetimeMs: HOUR + 1 },
    says: "a lifetime of 3600001 ms is more than is allowed",
  },
  {
    question: { subject: SUBJECT, audience: AUDIENCE, lifetimeMs: Number.POSITIVE_INFINITY },
    says: "a lifetime is at least 1000 ms",
  },
  {
    question: { subject: SUBJECT, audience: AUDIENCE, lifetimeMs: Number.NaN },
    says: "a lifetime is at least 1000 ms",
  },
  { question: { subject: SUBJECT, audience: AUDIENCE, lifetimeMs: 999 }, says: "a lifetime is at least 1000 ms" },
  { question: { subject: SUBJECT, audience: AUDIENCE, lifetimeMs: -HOUR }, says: "a lifetime is at least 1000 ms" },
  { question: { subject: SUBJECT, audience: AUDIENCE, lifetimeMs: "600000" }, says: "a lifetime is at least 1000 ms" },
  {
    question: { subject: SUBJECT, audience: AUDIENCE, issuer: "https://else.example" },
    says: 'the question has an unknown property "issuer"',
  },
  {
    question: { subject: SUBJECT, audience: AUDIENCE, claims: { admin: true } },
    says: 'the question has an unknown property "claims"',
  },
  {
    question: { subject: SUBJECT, audience: AUDIENCE, expiresInMs: HOUR },
    says: 'the question has an unknown property "expiresInMs"',
  },
];

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, tokens", () => {
    for (const algorithm of ["RS256", "ES256"] as const) {
      QUnit.test(`${algorithm}: header and claims are these and no others`, async (assert) => {
        const it = bench({ algorithm, clock: manualClock(NOW + 999) });
        const { token, expiresAt, kid } = await it.issuer.mint({ subject: SUBJECT, audience: AUDIENCE });
        const text = canary(token.reveal());
        const { jti, ...claims } = partOf(text, 1);
        const { keys } = await published(it);
        assert.deepEqual(decodeProtectedHeader(text), { alg: algorithm, kid, typ: "JWT" });
        assert.strictEqual(kid, await calculateJwkThumbprint(keys[0] as object), "RFC 7638");
        assert.deepEqual(claims, {
          iss: ISSUER,
          sub: SUBJECT,
          aud: AUDIENCE,
          iat: NOW / 1000,
          nbf: NOW / 1000 - 60,
          exp: NOW / 1000 + 600,
        });
        assert.ok(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/.test(String(jti)), "a UUID");
        assert.strictEqual(expiresAt, NOW + 10 * MINUTE, "as exp says");
      });

      QUnit.test(
        `${algorithm}: jose verifies it by discovery and JWKS, and so does Web Crypto alone`,
        async (assert) => {
          const it = bench({ algorithm, issuer: `${ISSUER}/tenant/` });
          const text = await mint(it);
          const jwks = await published(it);
          const expected = { issuer: `${ISSUER}/tenant/`, now: it.clock.now() };
          assert.strictEqual((await verifyWithJose(text, jwks, expected)).sub, SUBJECT);
          assert.ok(await verifyAlone(text, jwks, expected));
          const at = text.lastIndexOf(".") + 3;
          const forged = text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
          assert.notOk(await verifyAlone(forged, jwks, expected), "not with another signature");
          assert.notOk(
            await verifyAlone(text, jwks, { ...expected, now: it.clock.now() + 10 * MINUTE }),
            "not for longer",
          );
          const other = bench({ algorithm, issuer: `${ISSUER}/tenant/` });
          await mint(other);
          assert.notOk(await verifyAlone(text, await published(other), expected), "not with another issuer's keys");
        },
      );
    }

    QUnit.test("each has an id of its own, a caller's lifetime, and an end in whole seconds", async (assert) => {
      const it = bench({ clock: manualClock(NOW + 1), maxTokenLifetimeMs: DAY });
      const ids = await Promise.all(Array.from({ length: 50 }, async () => partOf(await mint(it), 1).jti));
      assert.strictEqual(new Set(ids).size, 50);
      for (const [lifetimeMs, seconds] of [
        [1_000, 1],
        [1_999, 1],
        [1_500.5, 1],
        [90_000, 90],
        [DAY, 86_400],
      ] as const) {
        const minted = await it.issuer.mint({ subject: SUBJECT, audience: AUDIENCE, lifetimeMs });
        const { iat, exp } = partOf(canary(minted.token.reveal()), 1);
        assert.deepEqual([Number(exp) - Number(iat), minted.expiresAt], [seconds, Number(exp) * 1000], `${lifetimeMs}`);
      }
      assert.strictEqual(partOf(await mint(bench({ tokenLifetimeMs: 5 * MINUTE })), 1).exp, NOW / 1000 + 300);
    });

    QUnit.test("a token does not show when it is printed", async (assert) => {
      const it = bench();
      const minted = await it.issuer.mint({ subject: SUBJECT, audience: AUDIENCE });
      const text = canary(minted.token.reveal());
      record("minted", minted);
      record("issuer", it.issuer);
      assert.notOk(`${JSON.stringify(minted)} ${minted.token}`.includes(text.slice(-12)));
    });
  });

  QUnit.module("issuer, refusals", () => {
    for (const [at, { question, says }] of refusals.entries()) {
      QUnit.test(`${at}: ${says.replaceAll(/\s/g, " ")}`, async (assert) => {
        const it = bench({ subjects: [SUBJECT, "worker:bills"], audiences: [AUDIENCE, OTHER] });
        const error = await failureOf(() => it.issuer.mint(question as never));
        assert.deepEqual([error.code, error.recovery], ["ERR_ISSUER_REFUSED", "stop"]);
        assert.ok(error.message.startsWith(`Cannot mint a token: ${says}`), error.message);
        assert.ok(silentOn(error, ["worker:bills", OTHER]), "what is allowed is nobody's business");
        assert.deepEqual([it.store.reads, it.store.writes], [0, 0], "nothing is done for it");
      });
    }

    QUnit.test("what looks like a token is not repeated", async (assert) => {
      const { issuer } = bench();
      const text = await mint({ issuer });
      const error = await failureOf(() => issuer.mint({ subject: text, audience: AUDIENCE }));
      assert.ok(silentOn(error, [text.slice(0, 12), text.slice(-12)]));
    });
  });

  QUnit.module("issuer, minters", () => {
    QUnit.test("answer in plain data, for one subject and its audiences", async (assert) => {
      const it = bench({ subjects: [SUBJECT, "worker:bills"], audiences: [AUDIENCE, OTHER] });
      const minter = it.issuer.minter("worker:bills", [OTHER]);
      const reply = await minter.mint({ audience: OTHER });
      if (!reply.ok) throw new Error("it is allowed");
      const { sub, aud, exp } = partOf(canary(reply.token), 1);
      assert.deepEqual([sub, aud, Number(exp) * 1000], ["worker:bills", OTHER, reply.expiresAt]);
      assert.deepEqual(Object.keys(reply).sort(), ["expiresAt", "ok", "token"]);
      assert.strictEqual((await it.issuer.minter(SUBJECT).mint({ audience: AUDIENCE })).ok, true, "all by default");
    });

    QUnit.test("refuse everything else, in plain data too", async (assert) => {
      const it = bench({ subjects: [SUBJECT, "worker:bills"], audiences: [AUDIENCE, OTHER] });
      const minter = it.issuer.minter(SUBJECT, [AUDIENCE]);
      const questions: readonly unknown[] = [
        { audience: OTHER },
        { audience: AUDIENCE, subject: "worker:bills" },
        { audience: AUDIENCE, subject: SUBJECT },
        { audience: AUDIENCE, lifetimeMs: 1_000 },
        { audience: [AUDIENCE] },
        {},
        undefined,
        AUDIENCE,
      ];
      for (const question of questions) {
        const reply = await minter.mint(question as never);
        record("reply", reply);
        const clone: unknown = structuredClone(reply);
        if (reply.ok) throw new Error(`accepted ${JSON.stringify(question)}`);
        assert.deepEqual([reply.error.code, reply.error.recovery], ["ERR_ISSUER_REFUSED", "stop"]);
        assert.ok(v.is(v.object({ ok: v.literal(false), error: plainErrorSchema }), clone), "as RPC carries it");
        assert.ok(silentOn(errorFrom(reply.error), ["worker:bills"]));
      }
    });

    QUnit.test("say so when there is no key, and do not throw", async (assert) => {
      const it = bench();
      it.store.before = () => {
        throw new Error("down");
      };
      const reply = await it.issuer.minter(SUBJECT).mint({ audience: AUDIENCE });
      assert.deepEqual(reply.ok ? [] : [reply.error.code, reply.error.recovery], ["ERR_ISSUER_KEYS", "retry"]);
    });
  });
};

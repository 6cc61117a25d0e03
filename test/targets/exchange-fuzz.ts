/** Replies that nobody would write, to the targets that read JSON: errors of ours come of them and nothing else, and soon. */
import { type BearerToken, isTokenError, secret, type Target } from "@tokenhop/core";
import { gcpSts } from "@tokenhop/core/targets/gcp-sts";
import { tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import fc from "fast-check";
import { contextFor, NOW } from "../contract/platform.ts";
import { FUZZ_RUNS } from "../fuzz.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { AS_ACCOUNT, federated, impersonated, POOL } from "./gcp-sts-support.ts";
import { EXCHANGE, good } from "./token-exchange-support.ts";

/** Of so many errors every one is looked at here, and these go to the leak search too. */
const RECORDED_EVERY = 100;

const reader = tokenExchange({
  ...EXCHANGE,
  reply: { token: "data.token", expiresIn: "data.ttl", expiresAt: "data.end" },
  anyIssuedTokenType: true,
  hosts: ["api.example.com"],
});

/** Names that mean something to some reader, so that what is random hits it more than never. */
const NAMES = [
  ...["access_token", "accessToken", "token", "data", "ttl", "end", "expires_in", "expireTime", "token_type"],
  ...["issued_token_type", "error", "error_description", "errors", "code", "status", "message", "detail", "__proto__"],
];
/** Made from a fixed text: a Worker has no random values before its first request. */
const SUBJECT = canary(
  "eyJ4IjoiaGVhZGVyLW9mLWEtZnV6emVkLXJlcGx5In0.eyJ4Ijoic3ViamVjdC1vZi1hLWZ1enplZC1yZXBseSJ9.c2lnbmF0dXJlLWJlaGluZC1hLWZ1enplZC1yZXBseS0wMTIz",
);

const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, 0, -1, 1e308, "", "N_A", "Bearer", "expired", "3600", "2026-01-01T01:00:00Z"),
  fc.constantFrom("invalid_grant", "invalid_target", "PERMISSION_DENIED", SUBJECT, SUBJECT.slice(0, 30), "a\r\nb: c"),
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.double(),
);
const { json: document } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.dictionary(fc.constantFrom(...NAMES), tie("json"), { maxKeys: 6 }),
    fc.array(tie("json"), { maxLength: 3 }),
  ),
}));

/** A good reply with something else in one place. */
const spoilt = (replies: readonly object[]) =>
  fc
    .tuple(fc.constantFrom(...replies), fc.constantFrom(...NAMES), document)
    .map(([reply, name, value]) => JSON.stringify({ ...reply, [name]: value }));
/** A good reply with a piece cut out or put in. */
const cut = (replies: readonly object[]) =>
  fc
    .tuple(fc.constantFrom(...replies), fc.nat(200), fc.nat(8), fc.string({ maxLength: 8 }))
    .map(([reply, at, length, text]) => {
      const whole = JSON.stringify(reply);
      return whole.slice(0, at) + text + whole.slice(at + length);
    });

const status = fc.constantFrom(200, 200, 200, 201, 204, 400, 401, 403, 404, 429, 500, 503);
const headers = fc.record(
  {
    date: fc.constantFrom("Thu, 01 Jan 2026 00:00:00 GMT", "yesterday", "-1"),
    "retry-after": fc.constantFrom("7", "-7", "soon", "99999999999", "Thu, 01 Jan 1998 00:00:00 GMT"),
    "content-type": fc.constantFrom("text/html", "application/json", "application/xml"),
  },
  { requiredKeys: [] },
);
const repliesOf = (replies: readonly object[]) => {
  const text = fc.oneof(
    spoilt(replies),
    cut(replies),
    document.map((value) => JSON.stringify(value) ?? ""),
    fc.string(),
  );
  return fc.tuple(text, status, headers);
};

type Reply = readonly [text: string, status: number, headers: Record<string, string>];

const respond = ([text, code, fields]: Reply): Response =>
  new Response(code === 204 ? null : text, { status: code, headers: fields });

const cases: readonly (readonly [string, Target<BearerToken, object>, () => readonly object[], boolean])[] = [
  ["token-exchange", tokenExchange(EXCHANGE), () => [good({ access_token: "opaque" })], false],
  [
    "token-exchange with a map",
    reader,
    () => [
      { data: { token: "opaque", ttl: 5, end: NOW / 1_000 + 60 } },
      { data: { token: "x", end: "2026-01-01T01:00:00Z" } },
    ],
    false,
  ],
  ["gcp-sts", gcpSts(POOL), () => [federated("ya29-opaque")], false],
  ["gcp-sts as a service account", gcpSts(AS_ACCOUNT), () => [impersonated("ya29-opaque")], true],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("fuzz: replies to an exchange", () => {
    for (const [name, target, replies, second] of cases) {
      QUnit.test(`${name}: any reply come to a token or to an error of ours`, async (assert) => {
        const subject = { token: secret(SUBJECT), expiresAt: NOW + 300_000 };
        const counts = { given: 0, failed: 0, slow: 0 };
        const property = fc.asyncProperty(repliesOf(replies()), async (reply) => {
          const before = JSON.stringify(federated("first"));
          const script = second ? [() => new Response(before), () => respond(reply)] : [() => respond(reply)];
          const context = contextFor(testPlatform({ fetch: scriptedFetch(script) }));
          const started = performance.now();
          try {
            const { token, expiresAt } = await target.exchange(subject, {}, context);
            counts.given++;
            if (!Number.isFinite(expiresAt) || !/^[!-~]+$/.test(token.reveal())) return false;
          } catch (error) {
            counts.failed++;
            if (!isTokenError(error) || error.cause !== undefined || error.message.length > 1_500) return false;
            const shown = JSON.stringify(error);
            if (SUBJECT.split(".").some((part) => shown.includes(part.slice(0, 12)))) return false;
            if (counts.failed % RECORDED_EVERY === 0) record("fuzz", error);
          }
          if (performance.now() - started > 500) counts.slow++;
          return true;
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(counts.given > FUZZ_RUNS / 100, `${counts.given} given`);
        assert.ok(counts.failed > FUZZ_RUNS / 4, `${counts.failed} failed`);
        assert.ok(counts.slow < 5, `${counts.slow} were slow`);
        assert.strictEqual(({} as { access_token?: unknown }).access_token, undefined);
      });
    }
  });
};

/** Every hostile token of the table is refused, for its own reason, and the client is told nothing of it. */
import { type ErrorCode, problemResponse } from "@tokenhop/core";
import type { RefusalReason } from "@tokenhop/core/bearer-auth";
import type { Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { forges, type Row } from "./bearer-auth-forge.ts";
import { rows } from "./bearer-auth-rows.ts";
import {
  ACCESS_KEYS,
  authWorld,
  base64url,
  bearer,
  entraKeys,
  OIDC_DOCUMENT,
  OIDC_KEYS,
  PARTNER,
  TENANT,
} from "./bearer-auth-support.ts";
import { errorOf } from "./support.ts";

interface Answer {
  readonly code: ErrorCode;
  readonly status: number;
  /** Hand-written, as the client reads it. */
  readonly challenge: (scopes: readonly string[]) => string;
}

const missing: Answer = { code: "ERR_AUTH_MISSING", status: 401, challenge: () => 'Bearer realm="things"' };
const request: Answer = {
  code: "ERR_AUTH_REQUEST",
  status: 400,
  challenge: () => 'Bearer realm="things", error="invalid_request"',
};
const invalid: Answer = {
  code: "ERR_AUTH_INVALID",
  status: 401,
  challenge: () => 'Bearer realm="things", error="invalid_token"',
};
const forbidden: Answer = {
  code: "ERR_AUTH_FORBIDDEN",
  status: 403,
  challenge: (scopes) =>
    `Bearer realm="things", error="insufficient_scope"${scopes.length > 0 ? `, scope="${scopes.join(" ")}"` : ""}`,
};

const answers: Readonly<Partial<Record<RefusalReason, Answer>>> = {
  "no-token": missing,
  "malformed-credentials": request,
  "several-tokens": request,
  "missing-scope": forbidden,
  "missing-role": forbidden,
  "no-permission": forbidden,
};

/** All that may ever be fetched. */
const configured = [entraKeys(TENANT), entraKeys(PARTNER), ACCESS_KEYS, OIDC_DOCUMENT, OIDC_KEYS];

/** Every reason there is, so that none goes without a row. */
const reasons: Readonly<Record<RefusalReason, true>> = {
  "no-token": true,
  "malformed-credentials": true,
  "several-tokens": true,
  "too-large": true,
  malformed: true,
  encrypted: true,
  "too-deep": true,
  "duplicate-member": true,
  "critical-header": true,
  "unencoded-payload": true,
  "embedded-key": true,
  "unknown-issuer": true,
  "wrong-algorithm": true,
  "wrong-type": true,
  "no-key-id": true,
  "malformed-claims": true,
  "no-expiry": true,
  expired: true,
  "not-yet-valid": true,
  "issued-in-future": true,
  "bound-to-a-key": true,
  "audience-list": true,
  "wrong-audience": true,
  "other-audience": true,
  "wrong-version": true,
  "wrong-tenant": true,
  "id-token": true,
  "not-for-an-application": true,
  "unknown-key": true,
  "key-of-another-issuer": true,
  "unfit-key": true,
  "bad-signature": true,
  "missing-scope": true,
  "missing-role": true,
  "no-permission": true,
};

/** What a request to this API with these credentials came to. */
async function refusalOf([, , make, ask]: Row) {
  const world = await authWorld();
  const sent = await make(forges(world));
  const request = typeof sent === "string" ? bearer(sent) : { headers: sent };
  const error = await errorOf(world.auth({ realm: "things", ...ask }).verify(request));
  const response = problemResponse(error);
  const body = (await response?.text()) ?? "";
  record("answer", [body, ...(response?.headers ?? [])]);
  return { error, response, body, asked: world.net.asked };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("table: hostile tokens", () => {
    for (const row of rows) {
      const [reason, what, , ask] = row;
      QUnit.test(`${reason}: ${what}`, async (assert) => {
        const { code, status, challenge } = answers[reason] ?? invalid;
        const { error, response, body, asked } = await refusalOf(row);
        assert.deepEqual([error.problems, error.code], [[reason], code]);
        assert.strictEqual(error.challenge, challenge(ask?.scopes ?? []));
        assert.deepEqual([error.recovery, error.retryAfterMs], ["stop", undefined]);
        assert.strictEqual(response?.status, status);
        assert.strictEqual(response?.headers.get("www-authenticate"), challenge(ask?.scopes ?? []));
        assert.notOk(body.includes(reason), "the client does not learn the reason");
        const { type, title, ...rest } = JSON.parse(body) as Record<string, unknown>;
        assert.deepEqual(rest, { status, code });
        assert.ok(
          asked.every((url) => configured.includes(url)),
          "no token leads anywhere",
        );
      });
    }
  });

  QUnit.module("bearer auth, the table itself", () => {
    QUnit.test("it has a row for every reason", (assert) => {
      const tested = new Set(rows.map(([reason]) => reason));
      assert.deepEqual([...tested].sort(), (Object.keys(reasons) as RefusalReason[]).sort());
      assert.ok(rows.length >= 60 && tested.size >= 20, `${rows.length} rows, ${tested.size} reasons`);
    });

    QUnit.test("what is made to be slow to read is refused as fast as anything of its length", async (assert) => {
      const auth = (await authWorld()).auth();
      /** The best of several, so that a busy machine has no say. */
      const timeOf = async (text: string): Promise<number> => {
        const request = bearer(`${base64url(text)}.e30.AAAA`);
        const times: number[] = [];
        for (let turn = 0; turn < 20; turn++) {
          const started = performance.now();
          await auth.verify(request).catch(() => undefined);
          times.push(performance.now() - started);
        }
        return Math.min(...times);
      };
      const quotes = '\\"'.repeat(6_000);
      const texts = [
        `{"${quotes}`,
        `{"${quotes}\\\n`,
        `{"${'""'.repeat(3_000)}${" ".repeat(6_000)}`,
        '{"":'.repeat(3_000),
      ];
      const ordinary = await timeOf(JSON.stringify({ text: "x".repeat(12_000) }));
      const times = [];
      for (const text of texts) times.push(await timeOf(text));
      // Where the end of a text is looked for again and again, it is 100 ms. Not every runtime lets time pass here.
      assert.ok(Math.max(...times) <= 20 * ordinary + 5, `${times} ms, and ${ordinary} ms`);
    });

    QUnit.test("its tokens would be good but for what is wrong with them", async (assert) => {
      const world = await authWorld();
      const { v2, v1, app, access, service, oidc } = forges(world);
      const auth = world.auth();
      for (const forge of [v2, v1, app, oidc]) assert.ok(await auth.verify(bearer(await forge())));
      for (const forge of [access, service]) {
        assert.ok(await auth.verify({ headers: new Headers({ "cf-access-jwt-assertion": await forge() }) }));
      }
      const { es256, pss } = world.keys;
      for (const key of [es256, pss]) assert.ok(await auth.verify(bearer(await oidc({ key }))));
    });
  });
};

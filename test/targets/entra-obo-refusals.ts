/** What Entra's refusals of an exchange on behalf of a user come to, and what the API's own client is told. */
import { type ErrorCode, federate, problemResponse, type Recovery } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entraObo } from "@tokenhop/core/targets/entra-obo";
import { manualClock, type ScriptedReply, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { assertHides, failureOf, json } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { OBO, refusedWith, userWith } from "./entra-obo-support.ts";
import { CLIENT, good, TENANT } from "./entra-support.ts";

const CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["9ab03e19-ed42-4168-b6b7-7001fb3e933a"]}}}';
/** The same, as anybody's base64 has it. */
const ENCODED =
  "eyJhY2Nlc3NfdG9rZW4iOnsicG9saWRzIjp7ImVzc2VudGlhbCI6dHJ1ZSwidmFsdWVzIjpbIjlhYjAzZTE5LWVkNDItNDE2OC1iNmI3LTcwMDFmYjNlOTMzYSJdfX19";
const URI = `authorization_uri="https://login.microsoftonline.com/${TENANT}/oauth2/authorize"`;
const DEMANDED = `Bearer ${URI}, error="insufficient_claims", claims="${ENCODED}"`;
const AGAIN = `Bearer ${URI}, error="invalid_token", error_description="The user has to sign in again"`;
const CONSENT = `Bearer ${URI}, error="invalid_token", error_description="Consent to what this API calls is missing", scope="${CLIENT}/.default"`;
const OVER = `Bearer ${URI}, error="invalid_token", error_description="The access token expired"`;

interface Row {
  readonly aadsts: number;
  readonly error: string;
  readonly status?: number;
  readonly claims?: string;
  readonly code: ErrorCode;
  readonly recovery?: Recovery;
  readonly challenge?: string;
}

const acts = { code: "ERR_EXCHANGE_INTERACTION" } as const;
const refused = { code: "ERR_EXCHANGE_REFUSED" } as const;
const required = "interaction_required";

/** Hand-written, from what is known of the codes. What the user cannot help stays a refusal. */
const rows: readonly Row[] = [
  { aadsts: 50076, error: required, claims: CLAIMS, ...acts, challenge: DEMANDED },
  { aadsts: 50079, error: required, claims: CLAIMS, ...acts, challenge: DEMANDED },
  { aadsts: 50158, error: required, claims: CLAIMS, ...acts, challenge: DEMANDED },
  { aadsts: 50076, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 50079, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 50158, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 53000, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 53001, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 53002, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 53003, error: "access_denied", ...acts, challenge: AGAIN },
  { aadsts: 53003, error: "invalid_grant", claims: CLAIMS, ...acts, challenge: DEMANDED },
  { aadsts: 53004, error: "invalid_grant", ...acts, challenge: AGAIN },
  { aadsts: 65001, error: "invalid_grant", ...acts, challenge: CONSENT },
  {
    aadsts: 65001,
    error: "invalid_grant",
    claims: CLAIMS,
    ...acts,
    challenge: `${DEMANDED}, scope="${CLIENT}/.default"`,
  },
  // Codes that nobody listed, by what they call themselves.
  { aadsts: 99901, error: required, ...acts, challenge: AGAIN },
  { aadsts: 99902, error: "login_required", ...acts, challenge: AGAIN },
  { aadsts: 99903, error: "consent_required", ...acts, challenge: CONSENT },
  { aadsts: 99904, error: "invalid_grant", claims: CLAIMS, ...acts, challenge: DEMANDED },
  { aadsts: 50076, error: required, status: 503, claims: CLAIMS, ...acts, challenge: DEMANDED },
  { aadsts: 500133, error: "invalid_grant", code: "ERR_AUTH_INVALID", challenge: OVER },
  { aadsts: 50013, error: "invalid_grant", ...refused },
  { aadsts: 500131, error: "invalid_grant", ...refused },
  { aadsts: 7000114, error: "invalid_grant", ...refused },
  { aadsts: 240002, error: "invalid_grant", ...refused },
  { aadsts: 700024, error: "invalid_client", status: 401, ...refused, recovery: "subject" },
  { aadsts: 700213, error: "invalid_client", status: 401, ...refused, recovery: "propagation" },
  { aadsts: 90033, error: "temporarily_unavailable", status: 503, ...refused, recovery: "retry" },
  { aadsts: 700231, error: "invalid_client", status: 401, code: "ERR_EXCHANGE_CHAIN" },
];

const bodyOf = ({ aadsts, error, claims }: Row, text = "No."): object => ({
  error,
  error_description: `AADSTS${aadsts}: ${text} Trace ID: x Correlation ID: y Timestamp: z`,
  error_codes: [aadsts],
  claims,
});
const row = (aadsts: number): Row => rows.find((one) => one.aadsts === aadsts) as Row;
const replyOf = (one: Row, text?: string): Response => json(bodyOf(one, text), { status: one.status ?? 400 });

/** A provider whose server answers with these, one after the other. */
function world(...script: readonly ScriptedReply[]) {
  const clock = manualClock();
  const fetch = scriptedFetch(script);
  let identities = 0;
  const from = fromFunction(() => {
    identities++;
    return { token: canaryToken(), expiresAt: clock.now() + 300_000 };
  });
  const me = federate({ from, to: entraObo(OBO), platform: testPlatform({ clock, fetch }) });
  return { clock, fetch, me, identities: () => identities };
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("table: refusals on behalf of a user", () => {
    for (const one of rows) {
      const { aadsts, error: oauthError, status = 400, claims, code, recovery = "stop", challenge } = one;
      QUnit.test(
        `AADSTS${aadsts}, ${oauthError}, ${status}${claims ? ", with claims" : ""}: ${code}`,
        async (assert) => {
          const error = await refusedWith(replyOf(one), await userWith());
          assert.deepEqual(
            [error.code, error.recovery, error.status, error.errorCodes, error.claims, error.challenge],
            [code, recovery, status, [aadsts], claims, challenge],
          );
          assert.strictEqual(error.message.split("ERR_").length, 2, "one code in the message");
          const answer = problemResponse(error);
          assert.deepEqual(
            [answer?.status, answer?.headers.get("www-authenticate")],
            [challenge ? 401 : recovery === "stop" ? 502 : 503, challenge ?? null],
          );
        },
      );
    }
  });

  QUnit.module("target entra-obo, its refusals", () => {
    QUnit.test("the client is sent to the authority and tenant that were asked", async (assert) => {
      const options = {
        authority: "https://login.example:8443/emu/",
        tenants: ["33333333-3333-4333-8333-333333333333"],
      };
      const user = await userWith({ tid: "33333333-3333-4333-8333-333333333333" });
      const { challenge } = await refusedWith(replyOf(row(50076)), user, options);
      const uri = "https://login.example:8443/emu/33333333-3333-4333-8333-333333333333/oauth2/authorize";
      assert.ok(challenge?.startsWith(`Bearer authorization_uri="${uri}", error="insufficient_claims"`), challenge);
    });

    QUnit.test("claims of any characters reach the client as they came", async (assert) => {
      const claims = '{"access_token":{"acrs":{"value":"ö€🎈 ?>~"}}}';
      const { challenge } = await refusedWith(replyOf({ ...row(50076), claims }), await userWith());
      const encoded = /claims="([A-Za-z0-9+/]+=*)"/.exec(challenge ?? "")?.[1] ?? "";
      const bytes = Uint8Array.from(atob(encoded), (char) => char.charCodeAt(0));
      assert.strictEqual(new TextDecoder().decode(bytes), claims);
    });

    QUnit.test("claims that hold the user's token, or a line break, are not passed on", async (assert) => {
      const user = await userWith();
      const [, part = ""] = user.token.reveal().split(".");
      for (const claims of [user.token.reveal(), part.slice(0, 20), "a\r\nx-evil: 1", `{"a":"${part}"}`]) {
        const error = await refusedWith(replyOf({ ...row(50076), claims }), user);
        assert.deepEqual([error.code, error.claims, error.challenge], ["ERR_EXCHANGE_INTERACTION", undefined, AGAIN]);
      }
    });

    QUnit.test("no message names the user", async (assert) => {
      const user = await userWith({
        oid: "44444444-4444-4444-8444-444444444444",
        sub: "pairwise-subject",
        upn: "Ann.Onymous@contoso.com",
        name: "Ann Onymous",
        ipaddr: "192.0.2.7",
      });
      const said =
        "User 'Ann Onymous' (ann.onymous@CONTOSO.com, Ann.Onymous@contoso.com, 44444444-4444-4444-8444-444444444444, pairwise-subject, 192.0.2.7, ann_contoso.com#EXT#@fabrikam.onmicrosoft.com) of app 'demo'.";
      for (const one of [row(50076), row(50013), row(500133), row(90033)]) {
        const error = await refusedWith(replyOf(one, said), user);
        const shown = `${error.message} ${JSON.stringify(error)} ${error.challenge}`;
        assert.notOk(/onymous|contoso|fabrikam|44444444-|pairwise|192\.0/i.test(shown), shown);
        if (one.aadsts !== 500133) assert.ok(error.message.includes("of app 'demo'"), error.message);
      }
    });

    QUnit.test("no message shows the user's token, however a server echoes it", async (assert) => {
      const user = await userWith();
      const token = user.token.reveal();
      const echoes = [token, token.split(".")[2] ?? "", token.slice(-40, -20), encodeURIComponent(token), btoa(token)];
      for (const echo of echoes) {
        for (const one of [row(50076), row(50013)]) {
          const body = { ...bodyOf(one, `got <${echo}>`), correlation_id: echo, trace_id: echo, timestamp: echo };
          const error = await refusedWith(json(body, { status: 400 }), user);
          assertHides(assert, error, [token]);
          assert.ok(/got <.*\[redacted\]/.test(error.message), "the rest is still there");
        }
      }
    });
  });

  QUnit.module("target entra-obo, what is remembered of a refusal", () => {
    const failureFor = (view: { get(): Promise<unknown> }) => failureOf(() => view.get());

    QUnit.test("one user's keeps no other user out, nor the same one with a new token", async (assert) => {
      const { me, fetch } = world(replyOf(row(50076)), () => good());
      const [ann, bob, annAgain] = [await userWith(), await userWith(), await userWith()];
      assert.strictEqual((await failureFor(me.with({ user: ann }))).code, "ERR_EXCHANGE_INTERACTION");
      await me.with({ user: bob }).get();
      await me.with({ user: annAgain }).get();
      assert.strictEqual(fetch.requests.length, 3);
      const again = await failureFor(me.with({ user: ann }));
      assert.deepEqual([again.code, again.claims, again.challenge], ["ERR_EXCHANGE_INTERACTION", CLAIMS, DEMANDED]);
      assert.strictEqual(fetch.requests.length, 3, "the same token is not tried again at once");
    });

    QUnit.test("it is not retried, and costs no client assertion", async (assert) => {
      for (const one of [row(50076), row(65001), row(500133)]) {
        const { me, fetch, identities } = world(replyOf(one), () => good());
        const error = await failureFor(me.with({ user: await userWith() }));
        assert.deepEqual([error.recovery, fetch.requests.length], ["stop", 1]);
        await me.with({ user: await userWith() }).get();
        assert.strictEqual(identities(), 1, "the assertion still serves the others");
      }
    });

    QUnit.test("a client assertion that is over is renewed once, for all", async (assert) => {
      const { me, fetch, identities } = world(replyOf(row(700024)), () => good());
      await me.with({ user: await userWith() }).get();
      await me.with({ user: await userWith() }).get();
      assert.deepEqual([fetch.requests.length, identities()], [3, 2]);
    });

    QUnit.test(
      "what a claims challenge leads to is the caller's to pass on, and the held token stays",
      async (assert) => {
        const { me } = world(() => good(), replyOf(row(50076)));
        const mine = me.with({ user: await userWith() });
        const held = await mine.get();
        const error = await failureOf(() => mine.get({ claims: CLAIMS }));
        assert.deepEqual([error.code, error.challenge], ["ERR_EXCHANGE_INTERACTION", DEMANDED]);
        assert.ok((await mine.get()) === held);
      },
    );
  });
};

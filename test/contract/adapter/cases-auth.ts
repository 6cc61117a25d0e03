/** `bearerAuth`: who may pass, what the others are answered, and that everybody stays who they are. */
import { entraIssuer } from "@tokenhop/core/bearer-auth";
import type { Assert } from "../../harness.ts";
import { ownWords, problemOf } from "./cases-failure.ts";
import type { Call, Plan } from "./framework.ts";
import { exchanged } from "./providers.ts";
import { type AdapterCase, type Ask, askAll, type Stage } from "./stage.ts";
import { type Behaviour, bearing, type Odd, SCOPE, type Users, usersOf } from "./users.ts";

const ok = (): Response => new Response("ok");

/** An app with users, and how often its route ran. */
async function guarded(stage: Stage, more: Partial<Plan> = {}, behaviour: Behaviour = {}) {
  const users = await usersOf(stage, behaviour);
  const { handle = ok, ...rest } = more;
  let runs = 0;
  const counted = (call: Call): Response | Promise<Response> => {
    runs++;
    return handle(call);
  };
  const app = await stage.start({ auth: users.auth, ...rest, handle: counted });
  return { users, app, runs: () => runs };
}

type Asked = (users: Users) => Promise<Ask> | Ask;

const withToken =
  (odd: Odd): Asked =>
  async (users) => ({ headers: bearing(await users.tokenOf("ann", odd)) });

interface Refusal {
  readonly says: string;
  readonly ask: Asked;
  readonly status: number;
  readonly code: string;
  readonly challenge: string | null;
}

const refused = ({ says, ask, status, code, challenge }: Refusal): AdapterCase => ({
  name: `bearerAuth: ${says} is answered ${status}`,
  async run(assert, stage) {
    const { users, app, runs } = await guarded(stage);
    const answer = await app.ask(await ask(users));
    assert.deepEqual(problemOf(assert, answer), [status, "application/problem+json", null, code]);
    assert.strictEqual(answer.headers.get("www-authenticate"), challenge);
    assert.strictEqual(runs(), 0, "the route did not run");
  },
});

const invalid = (says: string, odd: Odd): AdapterCase =>
  refused({
    says,
    ask: withToken(odd),
    status: 401,
    code: "ERR_AUTH_INVALID",
    challenge: 'Bearer realm="api", error="invalid_token"',
  });

/** Who the route took each request for. */
async function seenBy(assert: Assert, stage: Stage, names: readonly string[], rounds: number): Promise<string[]> {
  const seen: string[] = [];
  const handle = ({ user, request }: Call): Response => {
    seen.push(`${request.headers.get("x-name")} as ${user?.claims.oid}`);
    return ok();
  };
  const { users, app } = await guarded(stage, { handle });
  const tokens = await Promise.all(names.map((name) => users.tokenOf(name)));
  const answers = await askAll(app, names.length * rounds, (index) => {
    const at = index % names.length;
    return { headers: { "x-name": names[at] ?? "", ...bearing(tokens[at] ?? "") } };
  });
  assert.ok(answers.every(({ status }) => status === 200));
  assert.strictEqual(users.counts().keys, 1, "the keys were read once");
  return seen;
}

export const authCases: readonly AdapterCase[] = [
  refused({
    says: "a request without a token",
    ask: () => ({}),
    status: 401,
    code: "ERR_AUTH_MISSING",
    challenge: 'Bearer realm="api"',
  }),
  refused({
    says: "a header that is no token",
    ask: () => ({ headers: { authorization: "Bearer one two" } }),
    status: 400,
    code: "ERR_AUTH_REQUEST",
    challenge: 'Bearer realm="api", error="invalid_request"',
  }),
  invalid("a token with another signature", { forged: true }),
  invalid("a token that has expired", { claims: { exp: 1_700_000_000 } }),
  invalid("a token for another audience", { claims: { aud: "00000000-0000-4000-8000-000000000000" } }),
  refused({
    says: "a token without the scope",
    ask: withToken({ claims: { scp: "openid" } }),
    status: 403,
    code: "ERR_AUTH_FORBIDDEN",
    challenge: `Bearer realm="api", error="insufficient_scope", scope="${SCOPE}"`,
  }),
  {
    name: "bearerAuth: without the issuer's keys it is answered 503, and nobody gets in",
    async run(assert, stage) {
      const { users, app, runs } = await guarded(stage, {}, { down: true });
      const answer = await app.ask({ headers: bearing(await users.tokenOf("ann")) });
      const [status, type, retryAfter, code] = problemOf(assert, answer);
      assert.deepEqual([status, type, code], [503, "application/problem+json", "ERR_AUTH_UNAVAILABLE"]);
      assert.ok(Number(retryAfter) >= 1, "it says when to come again");
      assert.strictEqual(answer.headers.get("www-authenticate"), null);
      assert.strictEqual(runs(), 0, "the route did not run");
    },
  },
  {
    name: "bearerAuth: HEAD without a token has the status and the challenge, and no body",
    async run(assert, stage) {
      const { app } = await guarded(stage);
      const { status, headers, text } = await app.ask({ method: "HEAD" });
      assert.deepEqual([status, headers.get("www-authenticate"), text], [401, 'Bearer realm="api"', ""]);
    },
  },
  {
    name: "bearerAuth: a good token's claims are in the context, and nobody can change them",
    async run(assert, stage) {
      const seen: unknown[] = [];
      const handle = ({ user }: Call): Response => {
        const { claims, expiresAt = 0, token } = user ?? {};
        seen.push(claims?.oid, claims?.scp, expiresAt > Date.now(), Object.isFrozen(claims), JSON.stringify(token));
        return ok();
      };
      const { users, app } = await guarded(stage, { handle });
      const { status } = await app.ask({ headers: bearing(await users.tokenOf("ann")) });
      assert.deepEqual([status, seen], [200, ["ann", `openid ${SCOPE}`, true, true, '"[redacted]"']]);
    },
  },
  {
    name: "bearerAuth: a body is left to the route",
    async run(assert, stage) {
      const { users, app } = await guarded(stage, {
        handle: async ({ request }) => new Response(await request.text()),
      });
      const headers = { ...bearing(await users.tokenOf("ann")), "content-type": "text/plain" };
      assert.strictEqual((await app.ask({ method: "POST", headers, body: "as sent" })).text, "as sent");
    },
  },
  {
    name: "bearerAuth: never mixes users whose requests come at the same time",
    async run(assert, stage) {
      const names = ["ann", "bob", "cid", "dee", "eve", "fay"];
      const seen = await seenBy(assert, stage, names, 10);
      const expected = names.flatMap((name) => Array.from({ length: 10 }, () => `${name} as ${name}`));
      assert.deepEqual(seen.sort(), expected);
    },
  },
  {
    name: "bearerAuth: of two tokens neither is taken",
    http: true,
    async run(assert, stage) {
      const seen: unknown[] = [];
      const handle = ({ user }: Call): Response => {
        seen.push(user?.claims.oid);
        return ok();
      };
      const { users, app } = await guarded(stage, { handle });
      const tokens = [await users.tokenOf("ann"), await users.tokenOf("bob")];
      const { answer } = await app.depart({ lines: { authorization: tokens.map((token) => `Bearer ${token}`) } });
      const { kind, status } = await answer;
      const isFirst = stage.framework.lines === "first";
      assert.deepEqual([kind, status, seen], ["answered", ...(isFirst ? [200, ["ann"]] : [400, []])]);
    },
  },
  {
    name: "bearerAuth: refuses before any token is obtained, eager as well",
    async run(assert, stage) {
      const users = await usersOf(stage);
      const { provider, begun } = exchanged({ platform: users.platform });
      const options = { platform: users.platform, eager: true };
      const app = await stage.start({ auth: users.auth, providers: { graph: provider }, options, handle: ok });
      assert.strictEqual((await app.ask()).status, 401);
      assert.strictEqual(begun(), 0);
      assert.strictEqual((await app.ask({ headers: bearing(await users.tokenOf("ann")) })).status, 200);
      assert.strictEqual(begun(), 1);
    },
  },
  {
    name: "bearerAuth: leaves a user's own answer alone",
    async run(assert, stage) {
      const { app } = await guarded(stage, { onError: ownWords });
      const { status, text, headers } = await app.ask();
      if (stage.framework.ownErrors === "route") {
        assert.deepEqual([status, headers.get("www-authenticate")], [401, 'Bearer realm="api"']);
      } else {
        assert.deepEqual([status, text], [500, "my own words: ERR_AUTH_MISSING"]);
      }
    },
  },
  {
    name: "bearerAuth: keeps headers of other middleware on a refusal",
    async run(assert, stage) {
      const { app } = await guarded(stage, { headers: { "access-control-allow-origin": "*" } });
      const { status, headers } = await app.ask();
      assert.deepEqual([status, headers.get("access-control-allow-origin")], [401, "*"]);
    },
  },
  {
    name: "bearerAuth: takes what createBearerAuth was given as well",
    async run(assert, stage) {
      const issuers = entraIssuer({ tenantId: "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01", audience: "api://mine" });
      const app = await stage.start({ auth: { issuers, realm: "mine" }, handle: ok });
      assert.strictEqual((await app.ask()).headers.get("www-authenticate"), 'Bearer realm="mine"');
    },
  },
];

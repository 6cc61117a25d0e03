/** A provider that acts for the user of the request: by `bearerAuth`, `with({ user })` and Entra's on-behalf-of exchange. */
import { problemOf } from "./cases-failure.ts";
import type { Call, Plan } from "./framework.ts";
import { type AdapterCase, askAll } from "./stage.ts";
import { bearing, GRAPH, type Users, usersOf } from "./users.ts";

/** Plans with a provider that acts for the user of the request. */
const forTheUser = (users: Users): Partial<Plan> => ({
  providers: { me: users.me },
  options: { platform: users.platform },
});

export const onBehalfCases: readonly AdapterCase[] = [
  {
    name: "on behalf of: each user's request carries that user's token, and each costs one exchange",
    async run(assert, stage) {
      const users = await usersOf(stage);
      const wrong: string[] = [];
      const handle = async ({ attached, user }: Call): Promise<Response> => {
        const mine = attached.me.with({ user: user as object });
        if (users.ownerOf(await mine.token()) !== user?.claims.oid) wrong.push(String(user?.claims.oid));
        return mine.fetch(GRAPH);
      };
      const app = await stage.start({ auth: users.auth, ...forTheUser(users), handle });
      const names = ["ann", "bob", "cid", "dee"];
      const tokens = await Promise.all(names.map((name) => users.tokenOf(name)));
      const answers = await askAll(app, 40, (index) => ({ headers: bearing(tokens[index % 4] ?? "") }));
      assert.ok(answers.every(({ text }) => text === "me"));
      const toGraph = users.sent.filter(({ url }) => url === GRAPH);
      const owners = toGraph.map(({ authorization }) => users.ownerOf(authorization?.slice("Bearer ".length) ?? ""));
      assert.deepEqual(owners.sort(), names.flatMap((name) => Array.from({ length: 10 }, () => name)).sort());
      assert.deepEqual([wrong, users.counts().exchanges], [[], 4]);
    },
  },
  {
    name: "on behalf of: what Entra wants of the user comes back as 401 with its challenge",
    async run(assert, stage) {
      const users = await usersOf(stage, { interaction: true });
      const handle = ({ attached, user }: Call): Promise<Response> =>
        attached.me.with({ user: user as object }).fetch(GRAPH);
      const app = await stage.start({ auth: users.auth, ...forTheUser(users), handle });
      const headers = bearing(await users.tokenOf("ann"));
      const answer = await app.ask({ headers });
      assert.deepEqual(problemOf(assert, answer), [401, "application/problem+json", null, "ERR_EXCHANGE_INTERACTION"]);
      const challenge = answer.headers.get("www-authenticate") ?? "";
      const claims = /claims="([^"]+)"/.exec(challenge)?.[1] ?? "";
      assert.ok(/^Bearer .*error="insufficient_claims"/.test(challenge), challenge);
      assert.deepEqual(JSON.parse(atob(claims)), { access_token: { acrs: { essential: true, value: "c1" } } });
      assert.strictEqual((await app.ask({ headers })).status, 401);
      assert.strictEqual(users.counts().exchanges, 1, "it is not asked again for the same token");
    },
  },
  {
    name: "on behalf of: an application is refused before any request",
    async run(assert, stage) {
      const users = await usersOf(stage, { anyone: true });
      // Thrown by `with` itself, before there is a promise.
      const handle = ({ attached, user }: Call): Promise<Response> =>
        attached.me.with({ user: user as object }).fetch(GRAPH);
      const app = await stage.start({ auth: users.auth, ...forTheUser(users), handle });
      const token = await users.tokenOf("app", { claims: { idtyp: "app", scp: undefined, roles: ["Things.Read"] } });
      const answer = await app.ask({ headers: bearing(token) });
      assert.deepEqual(problemOf(assert, answer), [403, "application/problem+json", null, "ERR_AUTH_APP_ONLY"]);
      assert.strictEqual(users.counts().exchanges, 0);
    },
  },
];

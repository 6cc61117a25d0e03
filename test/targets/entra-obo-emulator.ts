/** An API that verifies its users and acts for them, from the request to Graph and back, at the emulator. */
import { createAttach, defaultPlatform, federate, type Platform, problemResponse } from "@tokenhop/core";
import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entraObo } from "@tokenhop/core/targets/entra-obo";
import { demoEnvironment, demoIds, type Emulator } from "@tokenhop/emulator";
import { api, oboConfig, userToken } from "../emulator/obo-support.ts";
import { federatedToken, ids, makeEmulator, startAt } from "../emulator/support.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { record } from "../leak.ts";

const { tenantId, uamiClientId, user: ada } = demoIds;
const GRAPH = "https://graph.microsoft.com";
const POLICY = "9ab03e19-ed42-4168-b6b7-7001fb3e933a";
const CLAIMS = `{"access_token":{"polids":{"essential":true,"values":["${POLICY}"]}}}`;
const URI = `authorization_uri="https://login.microsoftonline.com/${tenantId}/oauth2/authorize"`;

/** What the API's client gets: the status, what Graph said of the user, and the challenge. */
interface Answered {
  readonly status: number;
  readonly user: string | undefined;
  readonly challenge: string | null;
}

interface Api {
  readonly emulator: Emulator;
  /** Calls the API with a token. */
  call(token: string): Promise<Answered>;
  /** How often a token was exchanged for a user's. */
  exchanges(): number;
}

function start(scope = `${GRAPH}/.default`): Api {
  const emulator = makeEmulator(oboConfig());
  const platform: Platform = {
    ...defaultPlatform(),
    env: { ...demoEnvironment },
    now: () => emulator.now(),
    fetch: (input, init) => emulator.fetch(input, init),
  };
  const auth = createBearerAuth({ issuers: entraIssuer({ tenantId, audience: api }), platform });
  const me = federate({
    from: managedIdentity({ clientId: uamiClientId }),
    to: entraObo({ tenantId, clientId: api, scope, enableCae: true }),
    platform,
  });
  const attach = createAttach({ me }, { platform });
  const handle = async (request: Request): Promise<Response> => {
    try {
      const user = await auth.verify(request);
      return await attach(request).me.with({ user }).fetch(`${GRAPH}/v1.0/me`);
    } catch (error) {
      record("error", error);
      return problemResponse(error) ?? new Response(String(error), { status: 500 });
    }
  };
  return {
    emulator,
    async call(token) {
      const request = new Request("https://api.example/", { headers: { authorization: `Bearer ${token}` } });
      const answer = await handle(request);
      const { userPrincipalName: user } = JSON.parse(await answer.text()) as { userPrincipalName?: string };
      return { status: answer.status, user, challenge: answer.headers.get("www-authenticate") };
    },
    exchanges: () => emulator.log.filter(({ route, outcome }) => route === "token" && outcome === "granted").length,
  };
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("on behalf of a user, at the emulator", () => {
    QUnit.test("Graph answers each user as themselves, for one exchange each", async (assert) => {
      const { emulator, call, exchanges } = start();
      const users = [ada, "alan@demo.example", "grace@demo.example"];
      const tokens = await Promise.all(users.map((user) => userToken(emulator, {}, { user })));
      const calls = Array.from({ length: 30 }, (_, index) => index % 3);
      const answers = await Promise.all(calls.map((index) => call(tokens[index] ?? "")));
      assert.deepEqual(
        answers.map(({ user }) => user),
        calls.map((index) => users[index]),
      );
      assert.strictEqual(exchanges(), 3);
    });

    QUnit.test("an application is turned away before anything is exchanged", async (assert) => {
      const { emulator, call, exchanges } = start();
      const token = await federatedToken(emulator, ids.externalApp, `api://${api}/.default`);
      emulator.clearLog();
      const { status, user } = await call(token);
      // It has neither a scope nor a role of the API, which is the first thing that is wrong with it.
      assert.deepEqual([status, user, exchanges()], [403, undefined, 0]);
      const withRole = await userToken(emulator, { idtyp: "app", scp: undefined, roles: ["Reader"] });
      assert.deepEqual([(await call(withRole)).status, exchanges()], [403, 0]);
    });

    QUnit.test("what a policy demands reaches the client, who comes back with it", async (assert) => {
      const { emulator, call } = start();
      emulator.setAccessPolicies([{ id: POLICY, user: ada }]);
      const token = await userToken(emulator);
      const expected = `Bearer ${URI}, error="insufficient_claims", claims="${btoa(CLAIMS)}"`;
      assert.deepEqual(await call(token), { status: 401, user: undefined, challenge: expected });
      assert.deepEqual(await call(token), { status: 401, user: undefined, challenge: expected });
      const alan = "alan@demo.example";
      assert.strictEqual((await call(await userToken(emulator, {}, { user: alan }))).user, alan);
      const demanded = /claims="([^"]+)"/.exec(expected)?.[1] ?? "";
      const { values } = JSON.parse(atob(demanded)).access_token.polids;
      assert.strictEqual((await call(await userToken(emulator, { polids: values }))).user, ada);
    });

    QUnit.test("missing consent reaches the client, with the scope that asks for it", async (assert) => {
      const { emulator, call } = start(`${GRAPH}/Files.Read`);
      const missing = `Bearer ${URI}, error="invalid_token", error_description="Consent to what this API calls is missing", scope="${api}/.default"`;
      assert.deepEqual(await call(await userToken(emulator)), { status: 401, user: undefined, challenge: missing });
    });

    QUnit.test("a user who was revoked is asked to sign in again, and served when they have", async (assert) => {
      const { emulator, call } = start();
      const token = await userToken(emulator);
      assert.strictEqual((await call(token)).user, ada);
      emulator.revokeSessions(ada);
      const again = `Bearer ${URI}, error="invalid_token", error_description="The user has to sign in again"`;
      assert.deepEqual(await call(token), { status: 401, user: undefined, challenge: again });
      assert.strictEqual((await call(await userToken(emulator))).user, ada);
    });

    QUnit.test("nothing outlives the user's own token", async (assert) => {
      const { emulator, call, exchanges } = start();
      const token = await userToken(emulator, {}, { lifetimeMs: 600_000 });
      for (let minute = 0; minute < 10; minute++) {
        assert.strictEqual((await call(token)).user, ada);
        emulator.advanceClock(60_000);
      }
      // Two clocks that are compared are never quite together.
      emulator.advanceClock(1_000);
      assert.strictEqual((await call(token)).status, 401);
      assert.ok(exchanges() <= 2, `${exchanges()} exchanges`);
      assert.strictEqual(emulator.now(), startAt + 601_000);
    });
  });
};

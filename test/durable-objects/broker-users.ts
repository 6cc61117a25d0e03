/** Users have no place in a broker: their credentials would be everybody's. */
import { defineSource, defineTarget, federate, secret, type VerifiedUser } from "@tokenhop/core";
import { entra } from "@tokenhop/core/targets/entra";
import { entraObo } from "@tokenhop/core/targets/entra-obo";
import { manualClock, testPlatform, testProvider, testUser } from "@tokenhop/core/testing";
import { createBrokered } from "../../packages/durable-objects/src/broker/brokered.ts";
import { bearer, failure, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { objectDouble } from "./object-double.ts";
import { asking } from "./one-broker.ts";

const TENANT = "00000000-0000-4000-8000-00000000000a";
const CLIENT = "00000000-0000-4000-8000-00000000000b";
const SCOPE = "https://graph.microsoft.com/.default";
const WHY = /it is bound to a user: a broker serves the application's own only/;

const namespace = { getByName: () => ({ credential: async () => undefined }) };
const binding = defineSource({
  name: "binding",
  identity: ["binding"],
  provenance: "external",
  detect: () => ({ found: true }),
  getToken: async () => ({ token: secret("eyJhbGciOiJub25lIn0.e30.") }),
});

/** A target that knows its user without a parameter. */
const targetOf = (identity: readonly unknown[]) =>
  defineTarget({
    name: "mine",
    identity,
    audience: "a",
    produces: "unknown",
    exchange: () => Promise.reject(failure()),
  });

/** Each is a provider that anybody could hand to a broker by mistake. */
function bound(user: VerifiedUser): Readonly<Record<string, unknown>> {
  const obo = federate({ from: binding, to: entraObo({ tenantId: TENANT, clientId: CLIENT, scope: SCOPE }) });
  const mine = obo.with({ user });
  return {
    "on behalf of a user": mine,
    "on behalf of a user, in two steps": mine.with({ scope: "https://graph.microsoft.com/User.Read" }),
    "a second hop behind one": federate({ from: mine, to: targetOf(["mine"]) }),
    "a third hop behind one": federate({ from: federate({ from: mine, to: targetOf(["mine"]) }), to: targetOf(["b"]) }),
    "a user in the target's identity": federate({ from: binding, to: targetOf(["mine", { of: [user] }]) }),
    "a user in the source's identity": federate({
      from: { ...binding, identity: ["s", user] },
      to: targetOf(["mine"]),
    }),
    "parameters that hide who it is": testProvider().with({ user: { id: "ann" } } as never),
    "a function as parameter": testProvider().with({ token: () => "ann's" } as never),
    "a second hop behind hidden parameters": federate({
      from: testProvider().with({ user: new Map() } as never),
      to: targetOf(["mine"]),
    }),
  };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, a view that is bound to a user", () => {
    QUnit.test("is refused on both sides, however many hops are behind it", async (assert) => {
      const all = bound(await testUser());
      for (const [says, me] of Object.entries(all)) {
        assert.throws(
          () => createBrokered(namespace, { me: me as never }, { platform: testPlatform() }),
          (error: unknown) => WHY.test(String(error)),
          `brokered(): ${says}`,
        );
        const object = objectDouble({ clock: manualClock(), providers: () => ({ me: me as never }) });
        for (const provider of ["me", "another"]) {
          const reply = await asking(object)({ version: 1, provider });
          const { code, message } = reply.ok ? { code: "given", message: "" } : reply.error;
          assert.ok(code === "ERR_CONFIG_INVALID" && WHY.test(message), `TokenBroker: ${says}: ${code}`);
        }
      }
    });

    QUnit.test("never has one isolate get the token of another one's user", async (assert) => {
      const clock = manualClock();
      let asked = 0;
      const fetch = async (): Promise<Response> => {
        asked++;
        return Response.json({ token_type: "Bearer", access_token: "token-of-ann", expires_in: 3_600 });
      };
      const platform = testPlatform({ clock, fetch: fetch as never });
      const target = entraObo({ tenantId: TENANT, clientId: CLIENT, scope: SCOPE });
      const ann = federate({ from: binding, to: target, platform }).with({ user: await testUser({ platform: clock }) });
      const object = objectDouble({ clock, providers: () => ({ me: ann as never }) });
      const reply = await asking(object)({ version: 1, provider: "me" });
      assert.deepEqual([reply.ok, asked, object.stored.size], [false, 0, 0]);
    });

    QUnit.test("what is bound to texts, numbers and flags is the application's own", async (assert) => {
      const clock = manualClock();
      const params = { scope: "api://other/.default", tenant: undefined, count: 1, flag: true };
      const { provider } = world({ clock });
      const to = entra({ tenantId: TENANT, clientId: CLIENT });
      const own = {
        bound: provider.with(params),
        second: world({ clock, from: provider.with(params) }).provider,
        scoped: federate({ from: binding, to }).with({ scope: SCOPE }),
        minted: federate({
          from: { ...binding, identity: ["minter", { mint: () => bearer(clock, 1) }, new Map()] },
          to: targetOf(["mine", { size: 1 }]),
        }),
      };
      createBrokered(namespace, own as never, { platform: testPlatform() });
      const object = objectDouble({ clock, providers: () => own as never });
      assert.ok((await asking(object)({ version: 1, provider: "bound" })).ok);
    });
  });
};

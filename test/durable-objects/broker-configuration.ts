/** A name stands for one configuration: what two sides compare before the broker gives anything. */
import { type BearerToken, type CredentialProvider, federate } from "@tokenhop/core";
import { selfIssued } from "@tokenhop/core/sources/self-issued";
import { entra } from "@tokenhop/core/targets/entra";
import { manualClock, testPlatform, testProvider } from "@tokenhop/core/testing";
import { createBrokered } from "../../packages/durable-objects/src/broker/brokered.ts";
import { configurations, sha256 } from "../../packages/durable-objects/src/broker/configuration.ts";
import { bearer, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { digest, objectDouble } from "./object-double.ts";
import { asking } from "./one-broker.ts";
import { request } from "./support.ts";

type Provider = CredentialProvider<BearerToken, object>;

const TENANT = "00000000-0000-4000-8000-00000000000a";
const CLIENT = "00000000-0000-4000-8000-00000000000b";
const ARM = "https://management.azure.com/.default";

interface Configuration {
  readonly tenantId?: string;
  readonly clientId?: string;
  readonly scope?: string;
  readonly hosts?: readonly string[];
  readonly authority?: string;
  readonly enableCae?: boolean;
  readonly name?: string;
}

/** As a Worker has it, with objects of its own. */
function armOf({ name, ...more }: Configuration = {}): Provider {
  const minter = { mint: async () => ({ ok: true as const, token: "t", expiresAt: 1 }) };
  return federate({
    from: selfIssued(minter, { name }),
    to: entra({ tenantId: TENANT, clientId: CLIENT, scope: ARM, ...more }),
    platform: testPlatform(),
  }) as Provider;
}

const others: Readonly<Record<string, Configuration>> = {
  "another tenant": { tenantId: "00000000-0000-4000-8000-0000000000ff" },
  "another client": { clientId: "00000000-0000-4000-8000-0000000000ff" },
  "another scope of the same host": { scope: "https://management.azure.com//.default" },
  "another resource": { scope: "https://graph.microsoft.com/.default" },
  "more hosts": { hosts: ["api.example"] },
  "another authority": { authority: "https://login.example" },
  "continuous access evaluation": { enableCae: true },
};

const configurationOf = configurations(sha256);

export const suite: Suite = (QUnit) => {
  QUnit.module("broker, a name stands for one configuration", () => {
    QUnit.test("the same, made twice, is the same; whatever differs is another", async (assert) => {
      const mine = await configurationOf(armOf());
      assert.strictEqual(mine, await configurationOf(armOf()));
      assert.ok(/^[\w-]{43}$/.test(mine), mine);
      const all = await Promise.all(Object.values(others).map((one) => configurationOf(armOf(one))));
      assert.strictEqual(new Set([mine, ...all]).size, 1 + Object.keys(others).length);
    });

    QUnit.test("it is SHA-256 of a text, as base64url", async (assert) => {
      // RFC 6234's "abc".
      assert.strictEqual(await sha256("abc"), "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    });

    QUnit.test("of objects it says nothing, of parameters in whatever order everything", async (assert) => {
      const of = async (...identity: readonly unknown[]): Promise<string> => {
        const digestOf = configurations(async (text) => text);
        return digestOf({ ...testProvider(), identity } as Provider);
      };
      assert.strictEqual(await of(["a", () => 1], new Map()), await of(["a", new Map()], () => 2));
      assert.strictEqual(await of({ a: 1, b: "2" }), await of({ b: "2", a: 1 }));
      const different = [["a"], ["a", undefined], [["a"]], [{ a: 1 }], [[["a", 1]]], ["@"], [new Map()], [1], ["1"]];
      const texts = await Promise.all(different.map((identity) => of(...identity)));
      assert.strictEqual(new Set(texts).size, different.length, texts.join(" "));
    });

    QUnit.test("the order of hosts is none; another list is another configuration", async (assert) => {
      const clock = manualClock();
      const graphOf = (...hosts: string[]): Provider => ({
        ...testProvider({ platform: testPlatform({ clock }) }),
        hosts,
      });
      const object = objectDouble({ clock, providers: () => ({ graph: graphOf("a.example", "b.example") }) as never });
      const ask = async (...hosts: string[]): Promise<boolean> =>
        (
          await asking(object)({
            version: 1,
            provider: "graph",
            configuration: await configurations(digest)(graphOf(...hosts)),
          })
        ).ok;
      assert.ok(await ask("b.example", "a.example"));
      for (const hosts of [[], ["a.example"], ["a.example", "c.example"], ["a.example", "b.example", "c.example"]]) {
        assert.notOk(await ask(...hosts), `${hosts}`);
      }
    });

    QUnit.test("it is made with the first question, once", async (assert) => {
      const clock = manualClock();
      let made = 0;
      const counting = (text: string): Promise<string> => {
        made++;
        return digest(text);
      };
      const local = world({ clock });
      const object = objectDouble({ clock, providers: () => ({ graph: local.provider }) });
      const options = { platform: testPlatform({ clock }) };
      const { graph } = createBrokered(object.namespace, { graph: local.provider }, options, counting);
      assert.strictEqual(made, 0);
      for (let count = 0; count < 3; count++) {
        await request(clock, graph);
        graph.invalidate();
      }
      assert.deepEqual([made, object.calls()], [1, 3]);
    });

    QUnit.test(
      "an isolate of another deployment exchanges by its own configuration, and keeps nothing",
      async (assert) => {
        const clock = manualClock();
        const MINUTE = 60_000;
        const worldOf = (tenant: string): Provider => {
          const { target, provider } = world({ clock, identity: [tenant] });
          const { answer } = target;
          target.answer = async (call, asked) => {
            const given = await answer(call, asked);
            return { ...bearer(clock, 60 * MINUTE), ...given, token: { reveal: () => `token-of-${tenant}` } as never };
          };
          return provider as Provider;
        };
        let deployed = "a";
        const object = objectDouble({ clock, providers: () => ({ graph: worldOf(deployed) }) as never });
        const reasons: string[] = [];
        const isolateOf = (tenant: string): Provider => {
          const onFallback = (_: string, reason: string): void => void reasons.push(reason);
          const options = { platform: testPlatform({ clock }), onFallback };
          return createBrokered(object.namespace, { graph: worldOf(tenant) as never }, options, digest)
            .graph as Provider;
        };
        const [before, after] = [isolateOf("a"), isolateOf("b")];
        assert.strictEqual((await request(clock, before as never)).token, "token-of-a");
        assert.deepEqual(reasons, []);
        // The object still runs the old code.
        assert.strictEqual((await request(clock, after as never)).token, "token-of-b");
        assert.deepEqual(reasons, ["refused"]);
        // Now it runs the new one, with an empty memory and the times of the old one's credential.
        deployed = "b";
        object.evict();
        await clock.advance(48 * MINUTE);
        assert.strictEqual((await request(clock, after as never)).token, "token-of-b");
        await clock.advance(MINUTE);
        const told = object.crossings.map(({ reply }) => (reply.ok ? "given" : reply.error.code));
        assert.deepEqual(told, ["given", "ERR_BROKER_REFUSED", "given"]);
        // A left-over isolate of the old one is told to keep nothing: it has an answer of its own.
        before.invalidate();
        assert.strictEqual((await request(clock, before as never)).token, "token-of-a");
        assert.deepEqual(reasons, ["refused", "refused"]);
        assert.notOk(JSON.stringify([...object.stored]).includes("configuration"));
      },
    );
  });
};

/** What a broker answers to whom: questions that make no sense, names that are none, and what it says of a failure. */
import { ConfigError, type Providers } from "@tokenhop/core";
import { manualClock, testProvider } from "@tokenhop/core/testing";
import { readQuestion } from "../../packages/durable-objects/src/broker/protocol.ts";
import { failure, HOUR, world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { objectDouble } from "./object-double.ts";
import { asking, single } from "./one-broker.ts";

const GOOD = { version: 1, provider: "graph" };
const HOLDS = { id: "a", expiresInMs: 1 };

/** Each is refused, with this in the message. */
const nonsense: Readonly<Record<string, readonly [question: unknown, says: RegExp]>> = {
  nothing: [undefined, /makes no sense|expected/],
  null: [null, /expected/],
  "a text": ["graph", /expected/],
  "an empty object": [{}, /version.*missing.*provider.*missing/],
  "a list": [[1, "graph"], /version/],
  "version 0": [{ ...GOOD, version: 0 }, /version/],
  "version 2": [{ ...GOOD, version: 2 }, /version/],
  'version "1"': [{ ...GOOD, version: "1" }, /version/],
  "no version": [{ provider: "graph" }, /version/],
  "no provider": [{ version: 1 }, /provider/],
  "an empty provider": [{ ...GOOD, provider: "" }, /provider/],
  "a provider that is an object": [{ ...GOOD, provider: { toString: "graph" } }, /provider/],
  "a provider's name without end": [{ ...GOOD, provider: "g".repeat(257) }, /provider/],
  "a configuration": [{ ...GOOD, scope: "api://other/.default" }, /scope: unknown option/],
  "claims without end": [{ ...GOOD, claims: "c".repeat(8_193) }, /claims/],
  "claims that are an object": [{ ...GOOD, claims: {} }, /claims/],
  "empty claims": [{ ...GOOD, claims: "" }, /claims/],
  "a rejected id that is none": [{ ...GOOD, rejected: "a b" }, /rejected/],
  "a rejected id without end": [{ ...GOOD, rejected: "a".repeat(101) }, /rejected/],
  "what is held, as a text": [{ ...GOOD, holds: "a" }, /holds/],
  "what is held without an id": [{ ...GOOD, holds: { expiresInMs: 1 } }, /holds\.id/],
  "what is held without an end": [{ ...GOOD, holds: { id: "a" } }, /holds\.expiresInMs/],
  "what is held for ever": [
    { ...GOOD, holds: { ...HOLDS, expiresInMs: Number.POSITIVE_INFINITY } },
    /holds\.expiresInMs/,
  ],
  "what is held, and more": [{ ...GOOD, holds: { ...HOLDS, token: "t" } }, /holds\.token: unknown option/],
  hosts: [{ ...GOOD, hosts: ["a.example"] }, /hosts: unknown option/],
  "a configuration's digest that is none": [{ ...GOOD, configuration: "a b" }, /configuration: expected/],
  "a configuration's digest without end": [{ ...GOOD, configuration: "a".repeat(101) }, /configuration: expected/],
  "a wait without end": [{ ...GOOD, waitMs: 60_001 }, /waitMs/],
  "no wait": [{ ...GOOD, waitMs: 0 }, /waitMs/],
};

/** Names that objects have without having been given them. */
const inherited = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "missing", "Graph", "graph "];

/** Why a provider is none for a broker. */
const unshared = (): Readonly<Record<string, readonly [provider: unknown, says: RegExp]>> => ({
  "no provider": [{}, /one: expected a provider/],
  nothing: [undefined, /one: expected a provider/],
  "one that needs a user": [
    world({
      to: {
        name: "obo",
        identity: ["obo"],
        audience: "a",
        produces: "unknown",
        partition() {
          throw new ConfigError("obo", ["user: missing"]);
        },
        exchange: async () => Promise.reject(failure()),
      },
    }).provider,
    /one: it needs parameters/,
  ],
  "one that reads requests": [
    world({ partition: (request) => [request?.url] }).provider,
    /one: its credential belongs to a request/,
  ],
  "one that ends with a request": [{ ...testProvider(), perRequest: true }, /one: its credential belongs to a request/],
});

export const suite: Suite = (QUnit) => {
  QUnit.module("table: questions that a broker refuses", () => {
    for (const [says, [question, why]] of Object.entries(nonsense)) {
      QUnit.test(says, async (assert) => {
        const { graph, object, ask } = single();
        const reply = await ask(question);
        assert.ok(!reply.ok && reply.error.code === "ERR_BROKER_REFUSED", JSON.stringify(reply));
        assert.ok(!reply.ok && why.test(reply.error.message), !reply.ok ? reply.error.message : "");
        assert.deepEqual([reply.version, graph.target.calls, object.stored.size], [1, 0, 0]);
      });
    }

    for (const name of inherited) {
      QUnit.test(`the provider ${name}`, async (assert) => {
        const { ask, object } = single();
        const reply = await ask({ ...GOOD, provider: name });
        assert.ok(
          !reply.ok &&
            reply.error.code === "ERR_BROKER_REFUSED" &&
            /no provider of this name/.test(reply.error.message),
        );
        assert.deepEqual([object.stored.size, object.logged], [0, []]);
      });
    }

    QUnit.test("what is inherited is no part of a question", (assert) => {
      const isRefused = (error: unknown): boolean => /version: missing/.test(String(error));
      assert.throws(() => readQuestion(Object.create(GOOD)), isRefused);
      const held = Object.create(HOLDS);
      assert.throws(
        () => readQuestion({ ...GOOD, holds: held }),
        (error) => /holds\.id: missing/.test(String(error)),
      );
      const own = JSON.parse('{"version":1,"provider":"graph","__proto__":{"claims":"{}"}}');
      assert.throws(
        () => readQuestion(own),
        (error) => /__proto__: unknown option/.test(String(error)),
      );
      assert.deepEqual(readQuestion({ ...GOOD, claims: undefined }), { ...GOOD, claims: undefined } as never);
    });
  });

  QUnit.module("broker, its providers", () => {
    for (const [says, [provider, why]] of Object.entries(unshared())) {
      QUnit.test(`${says} is a mistake, the answer to every question, told once`, async (assert) => {
        let made = 0;
        const good = testProvider();
        const object = objectDouble({
          clock: manualClock(),
          providers() {
            made++;
            return { one: provider, graph: good } as unknown as Providers;
          },
        });
        for (const name of ["graph", "one", "missing"]) {
          const reply = await asking(object)({ ...GOOD, provider: name });
          assert.ok(
            !reply.ok && reply.error.code === "ERR_CONFIG_INVALID" && why.test(reply.error.message),
            JSON.stringify(reply),
          );
        }
        assert.deepEqual([made, object.logged.length], [1, 1]);
      });
    }

    QUnit.test("every mistake is named", async (assert) => {
      const providers = () => ({ one: {}, two: undefined, three: testProvider() }) as unknown as Providers;
      const reply = await asking(objectDouble({ clock: manualClock(), providers }))(GOOD);
      assert.ok(
        !reply.ok && /one: expected.*two: expected/.test(reply.error.message) && !/three/.test(reply.error.message),
      );
    });

    QUnit.test("what throws, or gives nothing, is a mistake too", async (assert) => {
      const made: readonly (() => Providers)[] = [
        () => {
          throw new TypeError("env.X is undefined");
        },
        () => undefined as never,
        () => "graph" as never,
        () => {
          throw new ConfigError("entra()", ["tenantId: missing"]);
        },
      ];
      for (const providers of made) {
        const object = objectDouble({ clock: manualClock(), providers });
        const [first, second] = [await asking(object)(GOOD), await asking(object)(GOOD)];
        assert.ok(!first.ok && first.error.code === "ERR_CONFIG_INVALID", JSON.stringify(first));
        assert.deepEqual([second, object.logged.length], [first, 1]);
      }
    });

    QUnit.test("what a provider's maker throws is told by its class alone", async (assert) => {
      const secretText = "S3cr3t-pa55w0rd-of-32-chars-xyz1";
      const object = objectDouble({ clock: manualClock(), providers: () => JSON.parse(secretText) });
      const reply = await asking(object)(GOOD);
      assert.ok(!reply.ok && /it threw SyntaxError \(ERR_CONFIG_INVALID/.test(reply.error.message));
      assert.notOk(/S3cr3t|pa55/.test(JSON.stringify([reply, object.logged])));
    });

    QUnit.test("credentials that are no bearer token are refused", async (assert) => {
      const { graph, ask, object } = single();
      graph.target.answer = () => ({ kind: "aws", accessKeyId: "a", expiresAt: graph.clock.now() + HOUR }) as never;
      const reply = await ask(GOOD);
      assert.ok(!reply.ok && reply.error.code === "ERR_CONFIG_INVALID" && /bearer/.test(reply.error.message));
      assert.strictEqual(object.stored.size, 0);
    });
  });
};

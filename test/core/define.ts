import { type BearerToken, defineSource, defineTarget, federate, type IdentitySource, secret } from "@tokenhop/core";
import { failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";

const source: IdentitySource = {
  name: "my-source",
  identity: ["my-source"],
  provenance: "external",
  detect: () => ({ found: true }),
  getToken: async () => ({ token: secret("mine") }),
};
const target = {
  name: "my-target",
  identity: ["my-target"],
  audience: "me",
  produces: "external",
  exchange: async (): Promise<BearerToken> => ({ kind: "bearer", token: secret("t"), expiresAt: NOW + 1 }),
} as const;

const sourceMistakes: Readonly<Record<string, readonly [object | undefined, readonly string[]]>> = {
  nothing: [undefined, ["missing, expected Object"]],
  "what is not there": [
    { name: undefined, identity: undefined, provenance: undefined, detect: undefined, getToken: undefined },
    [
      "name: missing, expected a name in kebab-case",
      "identity: missing, expected a list of at least one value",
      "provenance: missing, expected one of platform, external, entra-federated, unknown",
      "detect: missing, expected a function",
      "getToken: missing, expected a function",
    ],
  ],
  "wrong parts": [
    { ...source, name: "mySource", identity: [], provenance: "mine", partition: 5 },
    [
      "name: expected a name in kebab-case",
      "identity: expected a list of at least one value",
      "provenance: expected one of platform, external, entra-federated, unknown",
      "partition: expected a function",
    ],
  ],
};

const targetMistakes: Readonly<Record<string, readonly [object, readonly string[]]>> = {
  "what is not there": [
    { name: undefined, identity: undefined, audience: undefined, produces: undefined, exchange: undefined },
    [
      "name: missing, expected a name in kebab-case",
      "identity: missing, expected a list of at least one value",
      "audience: missing, expected a text that is not empty",
      "produces: missing, expected one of platform, external, entra-federated, unknown",
      "exchange: missing, expected a function",
    ],
  ],
  "wrong parts": [
    { ...target, name: "-x", audience: "", refuses: 1, validate: 2, partition: 3, hosts: ["a"] },
    [
      "name: expected a name in kebab-case",
      "audience: expected a text that is not empty",
      "refuses: expected a function",
      "validate: expected a function",
      "partition: expected a function",
      "hosts: expected a function",
    ],
  ],
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("define", () => {
    QUnit.test("gives back what it was given, and more than the contract stays on it", async (assert) => {
      const counted = defineSource({ ...source, asked: 7 });
      assert.strictEqual(counted.asked, 7);
      assert.ok(defineSource(source) === source);
      assert.ok(defineTarget(target) === target);
      const provider = federate({ from: counted, to: defineTarget(target), platform: fakePlatform() });
      assert.strictEqual((await provider.get()).token.reveal(), "t");
    });

    QUnit.test("a method keeps its object", async (assert) => {
      class Mine implements IdentitySource {
        readonly name = "mine";
        readonly identity = ["mine"];
        readonly provenance = "external";
        readonly #text = "private";
        detect(): { readonly found: true } {
          return { found: true };
        }
        async getToken() {
          return { token: secret(this.#text) };
        }
      }
      const { token } = await defineSource(new Mine()).getToken();
      assert.strictEqual(token.reveal(), "private");
    });

    for (const [what, [given, problems]] of Object.entries(sourceMistakes)) {
      QUnit.test(`defineSource() refuses ${what}, all at once`, async (assert) => {
        const error = await failureOf(() => defineSource(given as never));
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
        assert.deepEqual(error.problems, problems);
      });
    }

    for (const [what, [given, problems]] of Object.entries(targetMistakes)) {
      QUnit.test(`defineTarget() refuses ${what}, all at once`, async (assert) => {
        const error = await failureOf(() => defineTarget(given as never));
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
        assert.deepEqual(error.problems, problems);
      });
    }
  });
};

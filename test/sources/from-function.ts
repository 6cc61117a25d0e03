import { secret, TokenError } from "@tokenhop/core";
import { fromFunction, type TokenRequest } from "@tokenhop/core/sources/from-function";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary } from "../leak.ts";

/** What a function that has lost its way gives, and what is said about it. */
const wrong: Readonly<Record<string, readonly [unknown, string]>> = {
  nothing: [undefined, "missing, expected Object"],
  null: [null, "expected Object"],
  "a number": [5, "expected Object"],
  "an empty text": ["", "token: expected a token"],
  "a sentence": ["no token today", "token: expected a token"],
  "a Secret": [{ token: secret("abc") }, "token: expected a token"],
  "an expiry in seconds": [{ token: "abc", expiresAt: NOW / 1000 }, "expiresAt: expected epoch milliseconds"],
  "an expiry as text": [{ token: "abc", expiresAt: "soon" }, "expiresAt: expected epoch milliseconds"],
};

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "from-function",
    provenance: "unknown",
    create: (token) => fromFunction(() => token),
    platform: () => fakePlatform(),
    opaque: true,
    mistakes: [
      {
        what: "no function",
        make: () => fromFunction(undefined as never),
        problems: ["function: missing, expected a function"],
      },
      {
        what: "several wrong arguments",
        make: () =>
          fromFunction(
            "token" as never,
            { name: "My Source", provenance: "mine", partition: [], audience: "x" } as never,
          ),
        problems: [
          "function: expected a function",
          "options.name: expected a name in kebab-case",
          "options.provenance: expected one of platform, external, entra-federated, unknown",
          "options.partition: expected a function",
          "options.audience: unknown option",
        ],
      },
    ],
  });

  QUnit.module("source from-function, its own", () => {
    QUnit.test("tells the function what is wanted, but shows it no request", async (assert) => {
      const told: TokenRequest[] = [];
      const context = contextFor(fakePlatform(), { request: new Request("https://app.example/") });
      const source = fromFunction((wanted) => {
        told.push(wanted);
        return freshToken();
      });
      await source.getToken({ audience: AUDIENCE }, context);
      assert.deepEqual(
        told.map(({ audience, request }) => [audience, request]),
        [[AUDIENCE, undefined]],
      );
      assert.ok(told[0]?.signal === context.signal && told[0]?.platform === context.platform);
    });

    QUnit.test("with a partition it is shown the request", async (assert) => {
      const request = new Request("https://app.example/tenants/7");
      const partition = (from: Request | undefined): readonly unknown[] => [from?.url];
      const source = fromFunction(({ request: from }) => canary(`token-of-${from?.url}`), { partition });
      const { token } = await source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform(), { request }));
      assert.ok(token.reveal() === "token-of-https://app.example/tenants/7");
      assert.deepEqual(source.partition?.(request), ["https://app.example/tenants/7"]);
    });

    QUnit.test("takes an expiry, which goes before the token's own", async (assert) => {
      const source = fromFunction(async () => ({ token: freshToken(), expiresAt: NOW + 5_000 }));
      const { expiresAt } = await source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));
      assert.strictEqual(expiresAt, NOW + 5_000);
    });

    for (const [what, [given, problem]] of Object.entries(wrong)) {
      QUnit.test(`cannot use ${what}`, async (assert) => {
        const source = fromFunction(() => given as never, { name: "mine" });
        const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform())));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_REPLY", "retry", "mine"]);
        assert.ok(error.message.startsWith(`Cannot read the reply at mine: ${problem} (`), error.message);
      });
    }

    QUnit.test("lets the function's own errors through", async (assert) => {
      const mine = new TokenError("Cannot get a token from mine", { code: "ERR_SOURCE_FAILED", recovery: "stop" });
      for (const error of [mine, new TypeError("oops")]) {
        const source = fromFunction(() => {
          throw error;
        });
        const asked = source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));
        await assert.rejects(asked, (thrown) => thrown === error);
      }
    });

    QUnit.test("has the name and provenance that it is given", (assert) => {
      const source = fromFunction(() => "x", { name: "my-platform", provenance: "external" });
      assert.deepEqual([source.name, source.provenance], ["my-platform", "external"]);
    });

    QUnit.test("is known by its function", (assert) => {
      const give = (): string => "x";
      assert.strictEqual(fromFunction(give).identity[1], give);
      assert.notStrictEqual(fromFunction(() => "x").identity[1], fromFunction(() => "x").identity[1]);
    });
  });
};

import type { SubjectToken } from "@tokenhop/core";
import { kubernetes } from "@tokenhop/core/sources/kubernetes";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";

const path = "/var/run/secrets/azure/tokens/azure-identity-token";
const env = { AZURE_FEDERATED_TOKEN_FILE: path };
const seconds = NOW / 1000;

const give = (content: string, audience = AUDIENCE): Promise<SubjectToken> =>
  kubernetes().getToken({ audience }, contextFor(fakePlatform({ env, files: { [path]: content } })));

/** Age and life of the token in seconds, and after how many the file is read again. */
const rereads = [
  { life: 3_600, age: 0, after: 3_060 },
  { life: 3_600, age: 2_000, after: 1_060 },
  { life: 3_600, age: 3_060, after: 270 },
  { life: 3_600, age: 3_330, after: 135 },
  { life: 600, age: 0, after: 510 },
  { life: 86_400, age: 0, after: 73_440 },
] as const;

/** The `aud` of the token, the audience that is wanted, and what is told of the token's when they differ. */
const audiences = [
  { aud: [AUDIENCE], wanted: AUDIENCE },
  { aud: AUDIENCE, wanted: AUDIENCE },
  { aud: ["https://other.example", "sts.amazonaws.com"], wanted: "sts.amazonaws.com" },
  { aud: ["https://kubernetes.default.svc"], wanted: AUDIENCE, told: "https://kubernetes.default.svc" },
  { aud: ["a", "b"], wanted: AUDIENCE, told: "a, b" },
  { aud: "api://azureadtokenexchange", wanted: AUDIENCE, told: "api://azureadtokenexchange" },
  { aud: [], wanted: AUDIENCE, told: "none" },
  { aud: undefined, wanted: AUDIENCE, told: "none" },
] as const;

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "kubernetes",
    provenance: "external",
    create: () => kubernetes(),
    platform: (token) => fakePlatform({ env, files: { [path]: token } }),
    expired: "retry",
    unavailable: [
      {
        where: "without path or files",
        names: ["AZURE_FEDERATED_TOKEN_FILE or the option tokenFile", "a runtime that can read files"],
      },
      { where: "without a path", files: {}, names: ["AZURE_FEDERATED_TOKEN_FILE or the option tokenFile"] },
      {
        where: "with the variable of another cloud",
        env: { AWS_WEB_IDENTITY_TOKEN_FILE: path },
        files: { [path]: "x" },
        names: ["AZURE_FEDERATED_TOKEN_FILE or the option tokenFile"],
      },
      { where: "without files", env, names: ["a runtime that can read files"] },
    ],
    mistakes: [
      {
        what: "an empty path and an unknown option",
        make: () => kubernetes({ tokenFile: "", audience: "x" } as never),
        problems: ["tokenFile: expected a text that is not empty", "audience: unknown option"],
      },
    ],
  });

  QUnit.module("source kubernetes, its own", () => {
    QUnit.test("the option goes before the variable", async (assert) => {
      const platform = fakePlatform({ env, files: { "/mine": freshToken() } });
      await kubernetes({ tokenFile: "/mine" }).getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.deepEqual(platform.reads, ["/mine"]);
    });

    QUnit.test("reads the file anew at each ask", async (assert) => {
      const files: Record<string, string> = {};
      const context = contextFor(fakePlatform({ env, files }));
      const tokens = [freshToken(), freshToken()];
      const source = kubernetes();
      for (const token of tokens) {
        files[path] = token;
        const given = await source.getToken({ audience: AUDIENCE }, context);
        assert.ok(given.token.reveal() === token);
      }
    });

    for (const { life, age, after } of rereads) {
      QUnit.test(`of ${life} s, ${age} old, reads the file again after ${after} s`, async (assert) => {
        const token = canaryToken({ aud: [AUDIENCE], iat: seconds - age, exp: seconds - age + life });
        const { refreshAt = Number.NaN } = await give(token);
        assert.strictEqual(Math.round((refreshAt - NOW) / 1000), after);
      });
    }

    QUnit.test("gives no advice for a token that does not say when it was issued", async (assert) => {
      for (const iat of [undefined, "yesterday"]) {
        const { expiresAt, refreshAt } = await give(canaryToken({ aud: AUDIENCE, iat, exp: seconds + 60 }));
        assert.deepEqual([expiresAt, refreshAt], [NOW + 60_000, undefined]);
      }
    });

    for (const { aud, wanted, ...refused } of audiences) {
      QUnit.test(
        `${"told" in refused ? "refuses" : "takes"} aud ${JSON.stringify(aud)} for ${wanted}`,
        async (assert) => {
          const asked = give(canaryToken({ aud, exp: seconds + 60 }), wanted);
          if (!("told" in refused)) return assert.strictEqual((await asked).expiresAt, NOW + 60_000);
          const error = await failureOf(() => asked);
          assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
          assert.ok(error.message.includes(`has the audience ${refused.told}, wanted is ${wanted};`), error.message);
        },
      );
    }

    QUnit.test("says which file it cannot read, and why", async (assert) => {
      const context = contextFor(fakePlatform({ env, files: {} }));
      const error = await failureOf(() => kubernetes().getToken({ audience: AUDIENCE }, context));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
      assert.ok(error.message.includes(`cannot read ${path} (ENOENT)`), error.message);
    });

    for (const [what, content] of [
      ["empty", ""],
      ["blank", "\n"],
      ["a page", "<!doctype html><p>no token</p>"],
    ] as const) {
      QUnit.test(`tries again when the file is ${what}`, async (assert) => {
        const error = await failureOf(() => give(content));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "retry"]);
        assert.ok(error.message.includes(`${path} holds no token`), error.message);
      });
    }

    QUnit.test("takes nothing but a JWT, whose audience it can see", async (assert) => {
      const error = await failureOf(() => give(canary("an-opaque-token-0123456789")));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
    });
  });
};

import { circleci } from "@tokenhop/core/sources/circleci";
import { contextFor, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { audienceRows, refusalFor } from "./ci-support.ts";

const seconds = NOW / 1000;
const ORGANIZATION = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const job = "a CircleCI job (one of a fork needs the project's leave to get secrets)";

export const suite: Suite = (QUnit: QUnitLike) => {
  for (const { tokenVersion, variable, other } of [
    { tokenVersion: undefined, variable: "CIRCLE_OIDC_TOKEN_V2", other: "CIRCLE_OIDC_TOKEN" },
    { tokenVersion: 2, variable: "CIRCLE_OIDC_TOKEN_V2", other: "CIRCLE_OIDC_TOKEN" },
    { tokenVersion: 1, variable: "CIRCLE_OIDC_TOKEN", other: "CIRCLE_OIDC_TOKEN_V2" },
  ] as const) {
    sourceContract(QUnit, {
      name: "circleci",
      variant: `tokenVersion ${tokenVersion}`,
      provenance: "external",
      create: () => circleci({ tokenVersion }),
      platform: (token) => fakePlatform({ env: { [variable]: token } }),
      expired: "stop",
      unavailable: [
        { where: "outside a job", names: [variable, job] },
        { where: "with CIRCLECI alone", env: { CIRCLECI: "true" }, names: [variable, job] },
        { where: "with an empty variable", env: { [variable]: "" }, names: [variable, job] },
        { where: "with a token of the other version", env: { [other]: "x" }, names: [variable, job] },
      ],
      mistakes: [],
    });
  }

  QUnit.module("source circleci, its own", () => {
    for (const tokenVersion of [0, 3, "2", true]) {
      QUnit.test(`refuses the version ${JSON.stringify(tokenVersion)} at once`, (assert) => {
        assert.throws(
          () => circleci({ tokenVersion, audience: "x" } as never),
          (error) =>
            String((error as { problems?: unknown }).problems) ===
            "tokenVersion: expected 1 or 2,audience: unknown option",
        );
      });
    }

    QUnit.test("two versions are two identities", (assert) => {
      assert.deepEqual(circleci().identity, ["circleci", "CIRCLE_OIDC_TOKEN_V2"]);
      assert.deepEqual(circleci({ tokenVersion: 2 }).identity, circleci().identity);
      assert.deepEqual(circleci({ tokenVersion: 1 }).identity, ["circleci", "CIRCLE_OIDC_TOKEN"]);
    });

    QUnit.test("gives the token to a target that trusts the organization's id", async (assert) => {
      const token = canaryToken({ aud: ORGANIZATION, exp: seconds + 3_600 });
      const env = { CIRCLE_OIDC_TOKEN: freshToken(), CIRCLE_OIDC_TOKEN_V2: token };
      const given = await circleci().getToken({ audience: ORGANIZATION }, contextFor(fakePlatform({ env })));
      assert.ok(given.token.reveal() === token);
      assert.strictEqual(given.expiresAt, NOW + 3_600_000);
    });

    for (const { aud, told } of [{ aud: ORGANIZATION, told: ORGANIZATION }, ...audienceRows]) {
      QUnit.test(`refuses a token for ${told} and says where another comes from`, async (assert) => {
        const token = canaryToken({ aud, exp: seconds + 60 });
        const error = await refusalFor(circleci(), { CIRCLE_OIDC_TOKEN_V2: token });
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(
          error.message.startsWith(
            `Cannot get a token from circleci: the token in CIRCLE_OIDC_TOKEN_V2 has the audience ${told}, wanted is ` +
              "api://AzureADTokenExchange; CircleCI gives no other, so let the target trust that one, or put what " +
              `circleci run oidc get --claims '{"aud":"api://AzureADTokenExchange"}' prints into a variable of your own and use env() (ERR_`,
          ),
          error.message,
        );
      });
    }

    QUnit.test("says of a job that outlived its token when that was made", async (assert) => {
      const token = canaryToken({ aud: AUDIENCE, exp: seconds - 1 });
      const error = await refusalFor(circleci(), { CIRCLE_OIDC_TOKEN_V2: token });
      assert.ok(
        error.message.includes(
          "CIRCLE_OIDC_TOKEN_V2 (made once, before the job starts, for an hour) holds an expired token (ERR_",
        ),
        error.message,
      );
    });
  });
};

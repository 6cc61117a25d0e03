import { bitbucketPipelines } from "@tokenhop/core/sources/bitbucket-pipelines";
import { contextFor, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { audienceRows, refusalFor } from "./ci-support.ts";

const seconds = NOW / 1000;
const variable = "BITBUCKET_STEP_OIDC_TOKEN";
const WORKSPACE = "ari:cloud:bitbucket::workspace/7c9e6679-7425-40de-944b-e07fc1f90ae7";
const names = [variable, "oidc: true on the step"];

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "bitbucket-pipelines",
    provenance: "external",
    create: () => bitbucketPipelines(),
    platform: (token) => fakePlatform({ env: { [variable]: token } }),
    expired: "stop",
    unavailable: [
      { where: "outside a step", names },
      { where: "in a step without oidc", env: { BITBUCKET_COMMIT: "1234567" }, names },
      { where: "with an empty variable", env: { [variable]: "" }, names },
    ],
    mistakes: [],
  });

  QUnit.module("source bitbucket-pipelines, its own", () => {
    QUnit.test("is one identity", (assert) => {
      assert.deepEqual(bitbucketPipelines().identity, ["bitbucket-pipelines", variable]);
    });

    for (const aud of [WORKSPACE, [WORKSPACE], [AUDIENCE, WORKSPACE]]) {
      QUnit.test(`gives a token for ${aud} to who trusts the workspace`, async (assert) => {
        const token = canaryToken({ aud, exp: seconds + 60 });
        const context = contextFor(fakePlatform({ env: { [variable]: token } }));
        assert.ok((await bitbucketPipelines().getToken({ audience: WORKSPACE }, context)).token.reveal() === token);
      });
    }

    for (const { aud, told } of [{ aud: [WORKSPACE], told: WORKSPACE }, ...audienceRows]) {
      QUnit.test(`refuses a token for ${told} and says how the step gets another`, async (assert) => {
        const error = await refusalFor(bitbucketPipelines(), { [variable]: canaryToken({ aud, exp: seconds + 60 }) });
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(
          error.message.startsWith(
            `Cannot get a token from bitbucket-pipelines: the token in ${variable} has the audience ${told}, wanted is ` +
              'api://AzureADTokenExchange; ask for it on the step: oidc: { audiences: ["api://AzureADTokenExchange"] } (ERR_',
          ),
          error.message,
        );
      });
    }

    QUnit.test("says of a step that outlived its token when that was made", async (assert) => {
      const error = await refusalFor(bitbucketPipelines(), {
        [variable]: canaryToken({ aud: AUDIENCE, exp: seconds - 1 }),
      });
      assert.ok(
        error.message.includes(`${variable} (made once, when the step starts) holds an expired token (ERR_`),
        error.message,
      );
    });
  });
};

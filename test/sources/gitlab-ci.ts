import { gitlabCi } from "@tokenhop/core/sources/gitlab-ci";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { audienceRows, refusalFor } from "./ci-support.ts";

const GITLAB_CI = "true";
const seconds = NOW / 1000;
const declare = "id_tokens: { TOKENHOP_ID_TOKEN: { aud: ... } } in .gitlab-ci.yml";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "gitlab-ci",
    provenance: "external",
    create: () => gitlabCi(),
    platform: (token) => fakePlatform({ env: { GITLAB_CI, TOKENHOP_ID_TOKEN: token } }),
    expired: "stop",
    unavailable: [
      { where: "outside a job", names: ["GITLAB_CI", "TOKENHOP_ID_TOKEN", declare] },
      { where: "without the variable", env: { GITLAB_CI }, names: ["TOKENHOP_ID_TOKEN", declare] },
      {
        where: "with an empty variable",
        env: { GITLAB_CI, TOKENHOP_ID_TOKEN: "" },
        names: ["TOKENHOP_ID_TOKEN", declare],
      },
      {
        where: "with a blank variable",
        env: { GITLAB_CI, TOKENHOP_ID_TOKEN: " \n" },
        names: ["TOKENHOP_ID_TOKEN", declare],
      },
      { where: "with the variable alone", env: { TOKENHOP_ID_TOKEN: "x" }, names: ["GITLAB_CI"] },
      {
        where: "with a token of another name",
        env: { GITLAB_CI, AZURE_ID_TOKEN: "x" },
        names: ["TOKENHOP_ID_TOKEN", declare],
      },
    ],
    mistakes: [
      {
        what: "an empty name and an unknown option",
        make: () => gitlabCi({ variable: "", audience: "x" } as never),
        problems: ["variable: expected the name of a variable", "audience: unknown option"],
      },
      {
        what: "a token in the place of the name",
        make: () => gitlabCi({ variable: freshToken() }),
        problems: ["variable: expected the name of a variable"],
      },
    ],
  });

  QUnit.module("source gitlab-ci, its own", () => {
    QUnit.test("the option names another variable, which is another identity", async (assert) => {
      const source = gitlabCi({ variable: "AZURE_ID_TOKEN" });
      const token = freshToken();
      const env = { GITLAB_CI, AZURE_ID_TOKEN: token, TOKENHOP_ID_TOKEN: canary("tR7x-Kq2Vw9Zr4Bn8Lm5Hs") };
      const given = await source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform({ env })));
      assert.ok(given.token.reveal() === token);
      assert.deepEqual(
        [source.identity, gitlabCi().identity],
        [
          ["gitlab-ci", "AZURE_ID_TOKEN"],
          ["gitlab-ci", "TOKENHOP_ID_TOKEN"],
        ],
      );
      assert.deepEqual(source.detect(fakePlatform({ env: { GITLAB_CI } })), {
        found: false,
        missing: ["AZURE_ID_TOKEN", "id_tokens: { AZURE_ID_TOKEN: { aud: ... } } in .gitlab-ci.yml"],
      });
    });

    QUnit.test("takes a token for several audiences for each of them", async (assert) => {
      const token = canaryToken({ aud: ["https://vault.example", "sts.amazonaws.com"], exp: seconds + 60 });
      const context = contextFor(fakePlatform({ env: { GITLAB_CI, TOKENHOP_ID_TOKEN: token } }));
      for (const audience of ["https://vault.example", "sts.amazonaws.com"]) {
        assert.ok((await gitlabCi().getToken({ audience }, context)).token.reveal() === token);
      }
    });

    for (const { aud, told } of audienceRows) {
      QUnit.test(`refuses a token for ${told} and says what to declare`, async (assert) => {
        const token = canaryToken({ aud, exp: seconds + 60 });
        const error = await refusalFor(gitlabCi(), { GITLAB_CI, TOKENHOP_ID_TOKEN: token });
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(
          error.message.startsWith(
            `Cannot get a token from gitlab-ci: the token in TOKENHOP_ID_TOKEN has the audience ${told}, wanted is ` +
              'api://AzureADTokenExchange; declare it: id_tokens: { TOKENHOP_ID_TOKEN: { aud: "api://AzureADTokenExchange" } } in .gitlab-ci.yml (ERR_',
          ),
          error.message,
        );
      });
    }

    QUnit.test("says of a job that outlived its token when that was made", async (assert) => {
      const token = canaryToken({ aud: AUDIENCE, exp: seconds - 1 });
      const error = await refusalFor(gitlabCi(), { GITLAB_CI, TOKENHOP_ID_TOKEN: token });
      assert.ok(
        error.message.includes("TOKENHOP_ID_TOKEN (made once, when the job starts) holds an expired token (ERR_"),
        error.message,
      );
    });

    QUnit.test("names the variable that holds no token, and not what it holds", async (assert) => {
      const error = await failureOf(() =>
        gitlabCi().getToken(
          { audience: AUDIENCE },
          contextFor(fakePlatform({ env: { GITLAB_CI, TOKENHOP_ID_TOKEN: "two words" } })),
        ),
      );
      assert.ok(
        error.message.includes("TOKENHOP_ID_TOKEN (made once, when the job starts) holds no token"),
        error.message,
      );
      assert.notOk(error.message.includes("two words"));
    });
  });
};

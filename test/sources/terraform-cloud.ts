import { terraformCloud } from "@tokenhop/core/sources/terraform-cloud";
import { fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { audienceRows, refusalFor } from "./ci-support.ts";

const seconds = NOW / 1000;
const TAG = "expected letters, digits and underscores, and not TYPE";

export const suite: Suite = (QUnit: QUnitLike) => {
  for (const { tag, suffix } of [
    { tag: undefined, suffix: "" },
    { tag: "AZURE", suffix: "_AZURE" },
    { tag: "my_tag_2", suffix: "_my_tag_2" },
    { tag: "TYPES", suffix: "_TYPES" },
  ]) {
    const variable = `TFC_WORKLOAD_IDENTITY_TOKEN${suffix}`;
    const setting = `the environment variable TFC_WORKLOAD_IDENTITY_AUDIENCE${suffix} of the workspace`;
    sourceContract(QUnit, {
      name: "terraform-cloud",
      variant: `tag ${tag}`,
      provenance: "external",
      create: () => terraformCloud({ tag }),
      platform: (token) => fakePlatform({ env: { [variable]: token } }),
      expired: "stop",
      unavailable: [
        { where: "outside a run", names: [variable, setting] },
        { where: "with an empty variable", env: { [variable]: "" }, names: [variable, setting] },
        {
          where: "with the token of another tag",
          env: { [tag ? "TFC_WORKLOAD_IDENTITY_TOKEN" : "TFC_WORKLOAD_IDENTITY_TOKEN_AWS"]: "x" },
          names: [variable, setting],
        },
      ],
      mistakes: ["", "TYPE", "a b", "A-B", "A.B", "Ä"].map((wrong) => ({
        what: `the tag ${JSON.stringify(wrong)} and an unknown option`,
        make: () => terraformCloud({ tag: wrong, audience: "x" } as never),
        problems: [`tag: ${TAG}`, "audience: unknown option"],
      })),
    });

    QUnit.module(`source terraform-cloud, its own (tag ${tag})`, () => {
      QUnit.test("each tag is an identity of its own", (assert) => {
        assert.deepEqual(terraformCloud({ tag }).identity, ["terraform-cloud", variable]);
      });

      for (const { aud, told } of audienceRows) {
        QUnit.test(`refuses a token for ${told} and names the variable of the workspace`, async (assert) => {
          const token = canaryToken({ aud, exp: seconds + 60 });
          const error = await refusalFor(terraformCloud({ tag }), { [variable]: token });
          assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
          assert.ok(
            error.message.startsWith(
              `Cannot get a token from terraform-cloud: the token in ${variable} has the audience ${told}, wanted is ` +
                `api://AzureADTokenExchange; set ${setting} to api://AzureADTokenExchange (ERR_`,
            ),
            error.message,
          );
        });
      }

      QUnit.test("says of a run that outlived its token when that was made", async (assert) => {
        const token = canaryToken({ aud: AUDIENCE, exp: seconds - 1 });
        const error = await refusalFor(terraformCloud({ tag }), { [variable]: token });
        assert.ok(
          error.message.includes(`${variable} (made once for each plan and apply) holds an expired token (ERR_`),
          error.message,
        );
      });
    });
  }
};

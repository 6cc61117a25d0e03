import { env } from "@tokenhop/core/sources/env";
import { contextFor, failureOf, fakePlatform } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

const variable = "AZURE_ID_TOKEN";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "env",
    provenance: "unknown",
    create: () => env({ variable }),
    platform: (token) => fakePlatform({ env: { [variable]: token } }),
    expired: "stop",
    opaque: true,
    unavailable: [
      { where: "without the variable", names: [variable] },
      { where: "with an empty variable", env: { [variable]: "" }, names: [variable] },
      { where: "with a blank variable", env: { [variable]: " \n" }, names: [variable] },
    ],
    mistakes: [
      { what: "no options", make: () => env(undefined as never), problems: ["missing, expected Object"] },
      {
        what: "no variable",
        make: () => env({ variable: undefined }),
        problems: ["variable: missing, expected the name of a variable"],
      },
      {
        what: "an empty name and an unknown option",
        make: () => env({ variable: "", name: "x" } as never),
        problems: ["variable: expected the name of a variable", "name: unknown option"],
      },
      {
        what: "a token in the place of the name",
        make: () => env({ variable: canaryToken() }),
        problems: ["variable: expected the name of a variable"],
      },
      ...[
        "ghs_0123456789abcdef",
        "ghp_0123456789abcdef",
        "github_pat_11AAAA",
        "eyJhbGciOiJub25lIn0",
        "glpat_x",
        "A".repeat(65),
      ].map((variable) => ({
        what: `the name ${variable.slice(0, 12)}, which is likely a token`,
        make: () => env({ variable }),
        problems: ["variable: expected the name of a variable"],
      })),
    ],
  });

  QUnit.module("source env, its own", () => {
    QUnit.test("takes names of up to 64 characters", (assert) => {
      for (const variable of ["A".repeat(64), "_x", "GH_TOKEN", "ghost"])
        assert.ok(env({ variable }).identity[1] === variable);
    });

    QUnit.test("reads the variable anew at each ask", async (assert) => {
      const tokens = [canaryToken(), canaryToken()];
      const given: Record<string, string> = {};
      const context = contextFor(fakePlatform({ env: given }));
      const source = env({ variable });
      const seen: string[] = [];
      for (const token of tokens) {
        given[variable] = token;
        seen.push((await source.getToken({ audience: AUDIENCE }, context)).token.reveal());
      }
      assert.ok(seen[0] === tokens[0] && seen[1] === tokens[1]);
    });

    QUnit.test("two variables are two identities", (assert) => {
      assert.deepEqual(env({ variable: "A" }).identity, ["env", "A"]);
      assert.deepEqual(env({ variable: "B" }).identity, ["env", "B"]);
    });

    QUnit.test("takes a token for whatever audience", async (assert) => {
      const token = canaryToken({ aud: "https://other.example" });
      const context = contextFor(fakePlatform({ env: { [variable]: token } }));
      assert.ok((await env({ variable }).getToken({ audience: AUDIENCE }, context)).token.reveal() === token);
    });

    QUnit.test("names the variable that holds no token", async (assert) => {
      const context = contextFor(fakePlatform({ env: { [variable]: "not a token" } }));
      const error = await failureOf(() => env({ variable }).getToken({ audience: AUDIENCE }, context));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      assert.ok(error.message.includes(`${variable} holds no token`), error.message);
      assert.notOk(error.message.includes("not a token"));
    });
  });
};

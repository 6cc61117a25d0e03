import { root } from "../../tools/binaries.mjs";
import { type Bundled, checkForeign, foreignIn, lackingIn, ownersIn } from "../../tools/lib/foreign.ts";
import type { Suite } from "../harness.ts";

const all = ["sources/github-actions", "sources/kubernetes", "targets/entra"];
const bundle = (more: Partial<Bundled>): Bundled => ({
  owners: ["sources/github-actions", "targets/entra"],
  text: 'x="githubActions()",y="entra()",z="ACTIONS_ID_TOKEN_REQUEST_URL","microsoftonline.com","AADSTS700231"',
  files: ["packages/core/src/sources/github-actions.ts", "packages/core/src/targets/entra.ts"],
  ...more,
});

const strangers: Readonly<Record<string, readonly [Partial<Bundled>, string]>> = {
  "a file of another source": [{ files: ["packages/core/src/sources/kubernetes.ts"] }, "holds sources/kubernetes"],
  "another factory": [{ text: 'y="kubernetes()"' }, "names kubernetes()"],
  "a variable of another platform": [{ text: "AZURE_FEDERATED_TOKEN_FILE" }, "says AZURE_FEDERATED_TOKEN_FILE"],
  "a host of another target": [
    { owners: ["sources/kubernetes"], text: "https://login.microsoftonline.com", files: [] },
    "says microsoftonline.com",
  ],
};

export const suite: Suite = (QUnit) => {
  QUnit.module("foreign parts of bundles", () => {
    QUnit.test("a bundle of a source and a target may hold both", (assert) => {
      assert.deepEqual([foreignIn(bundle({}), all), lackingIn(bundle({}))], [[], []]);
    });

    for (const [what, [more, problem]] of Object.entries(strangers)) {
      QUnit.test(`finds ${what}`, (assert) => assert.deepEqual(foreignIn(bundle(more), all), [problem]));
    }

    QUnit.test("finds a marker that its owner does not have", (assert) => {
      const one = bundle({ owners: ["sources/kubernetes"], text: "" });
      const lacking = ["AZURE_FEDERATED_TOKEN_FILE", "KUBERNETES_SERVICE_HOST"];
      assert.deepEqual(
        lackingIn(one),
        lacking.map((marker) => `does not say ${marker}`),
      );
    });

    QUnit.test("looks at every source and target that there is", async (assert) => {
      const { checked, problems } = await checkForeign();
      assert.deepEqual(problems, []);
      assert.strictEqual(checked, ownersIn(root).length);
      assert.ok(checked > 20, `${checked} bundles`);
    });
  });
};

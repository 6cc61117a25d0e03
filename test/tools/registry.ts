import { readFileSync } from "node:fs";
import { join } from "node:path";
import { checkRegistry } from "../../tools/check-registry.ts";
import type { Suite } from "../harness.ts";
import { inTree, type Tree } from "./tree.ts";

const entry = (source: string): object => {
  const built = source.replace("/src/", "/dist/").replace(".ts", "");
  return { "tokenhop-source": source, types: `${built}.d.ts`, default: `${built}.js` };
};

const whole: Tree = {
  "packages/core/package.json": {
    name: "@tokenhop/core",
    exports: { ".": entry("./src/index.ts"), "./sources/from-file": entry("./src/sources/from-file.ts") },
  },
  "packages/core/deno.json": {
    exports: { ".": "./src/index.ts", "./sources/from-file": "./src/sources/from-file.ts" },
  },
  "packages/core/src/index.ts": "",
  "packages/core/src/sources/from-file.ts": "export interface FromFileOptions {}\nexport function fromFile() {}",
  "test/sources/from-file.ts": "",
  "adapters/hono/package.json": { name: "@tokenhop/hono", exports: { ".": entry("./src/index.ts") } },
  "adapters/hono/deno.json": { exports: { ".": "./src/index.ts" } },
  "adapters/hono/src/index.ts": "",
  "test/adapters/hono.ts": "",
  "README.md": "| file | `@tokenhop/core/sources/from-file` |\n| Hono | `@tokenhop/hono` |\n",
};

const without = (path: string): Tree => Object.fromEntries(Object.entries(whole).filter(([name]) => name !== path));

const broken: Readonly<Record<string, readonly [Tree, string]>> = {
  "no contract test": [without("test/sources/from-file.ts"), "has no contract test"],
  "no contract test of an adapter": [without("test/adapters/hono.ts"), "has no contract test"],
  "no row": [{ ...whole, "README.md": "`@tokenhop/core/sources/from-file`\n| `@tokenhop/hono` |" }, "no table row"],
  "another factory": [
    { ...whole, "packages/core/src/sources/from-file.ts": "export const file = 1;" },
    "exports file, not just fromFile",
  ],
  "two factories": [
    { ...whole, "packages/core/src/sources/from-file.ts": "export const fromFile = 1;\nexport function other() {}" },
    "exports fromFile, other",
  ],
  "a class": [
    { ...whole, "packages/core/src/sources/from-file.ts": "export const fromFile = 1;\nexport class FromFile {}" },
    "exports fromFile, FromFile, not just fromFile",
  ],
  "JSR without the export": [
    { ...whole, "packages/core/deno.json": { exports: { ".": "./src/index.ts" } } },
    "deno.json: exports differ",
  ],
  "an export of nothing": [without("packages/core/src/index.ts"), "which is missing"],
};

const identity = "packages/core/src/interop/azure-identity.ts";
const borrowed = ["ClientAssertionCredential", "WorkloadIdentityCredential", "ManagedIdentityCredential"];
const withBorrowed = (names: readonly string[]): Tree => ({
  ...whole,
  "packages/core/package.json": {
    name: "@tokenhop/core",
    exports: {
      ".": entry("./src/index.ts"),
      "./sources/from-file": entry("./src/sources/from-file.ts"),
      "./interop/azure-identity": entry("./src/interop/azure-identity.ts"),
    },
  },
  "packages/core/deno.json": {
    exports: {
      ".": "./src/index.ts",
      "./sources/from-file": "./src/sources/from-file.ts",
      "./interop/azure-identity": "./src/interop/azure-identity.ts",
    },
  },
  [identity]: names.map((name) => `export class ${name} {}`).join("\n"),
  // A part of it, and no entry.
  "packages/core/src/interop/azure-identity/options.ts": "export const options = 1;",
  "test/interop/azure-identity.ts": "",
  "README.md": `${whole["README.md"]}| AI | \`@tokenhop/core/interop/azure-identity\` |\n`,
});

const fixed = {
  ...whole,
  "packages/core/package.json": { name: "@tokenhop/core", exports: { ".": entry("./src/index.ts") } },
};

export const suite: Suite = (QUnit) => {
  QUnit.module("check-registry", () => {
    QUnit.test("is content with one file, one export, one test and one row", async (assert) => {
      const { checked, problems } = await inTree(whole, (folder) => checkRegistry(folder, false));
      assert.deepEqual([...problems], []);
      assert.strictEqual(checked, 2);
    });

    for (const [rule, [tree, problem]] of Object.entries(broken)) {
      QUnit.test(`finds ${rule}`, async (assert) => {
        const { problems } = await inTree(tree, (folder) => checkRegistry(folder, false));
        assert.strictEqual(problems.length, 1, problems.join("\n"));
        assert.ok(problems[0]?.includes(problem), problems[0]);
      });
    }

    QUnit.test("wants other people's names where they are borrowed, and no more", async (assert) => {
      const problemsWith = (names: readonly string[]): Promise<readonly string[]> =>
        inTree(withBorrowed(names), async (folder) => checkRegistry(folder, false).problems);
      assert.deepEqual([...(await problemsWith(borrowed))], []);
      const [problem, ...others] = await problemsWith([...borrowed, "azureIdentity"]);
      assert.strictEqual(
        problem,
        `${identity}: exports ${[...borrowed, "azureIdentity"].join(", ")}, not just ${borrowed.join(", ")}`,
      );
      assert.strictEqual(others.length, 0);
    });

    QUnit.test("writes the exports that a new file asks for", async (assert) => {
      const text = await inTree({ ...fixed, "packages/core/deno.json": { exports: {} } }, (folder) => {
        checkRegistry(folder, true);
        assert.deepEqual([...checkRegistry(folder, false).problems], []);
        return readFileSync(join(folder, "packages/core/package.json"), "utf8");
      });
      assert.ok(text.includes('"./dist/sources/from-file.d.ts"'), text);
    });
  });
};

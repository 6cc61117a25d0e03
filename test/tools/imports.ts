import { checkImports } from "../../tools/check-imports.ts";
import type { Suite } from "../harness.ts";
import { inTree, type Tree } from "./tree.ts";

const manifests: Tree = {
  "packages/core/package.json": { name: "@tokenhop/core", exports: { ".": {}, "./sources/env": {} } },
  "packages/emulator/package.json": { name: "@tokenhop/emulator", exports: { ".": {} } },
};

/** A file that breaks one rule, the file's path, and words of the problem that must be found. */
const broken: readonly (readonly [rule: string, path: string, code: string, problem: string])[] = [
  [
    "a source imports the engine",
    "packages/core/src/sources/a.ts",
    'import "../engine/flight.ts";',
    "sources may not import engine",
  ],
  [
    "a source imports another one",
    "packages/core/src/sources/a.ts",
    'import { b } from "./b.ts";',
    "sources may not import sources",
  ],
  [
    "the engine imports http",
    "packages/core/src/engine/a.ts",
    'import type { H } from "../internal/http.ts";',
    "engine may not import internal",
  ],
  [
    "types import the engine",
    "packages/core/src/types.ts",
    'import type { F } from "./engine/flight.ts";',
    "types may not import engine",
  ],
  [
    "interop imports a source",
    "packages/core/src/interop/a.ts",
    'import { b } from "../sources/b.ts";',
    "interop may not import sources",
  ],
  [
    "a file with a row of its own imports what is not in it",
    "packages/core/src/interop/azure-identity.ts",
    'import "../engine/flight.ts";',
    "interop/azure-identity may not import engine",
  ],
  [
    "its folder does",
    "packages/core/src/interop/azure-identity/tokens.ts",
    'import "../../engine/flight.ts";',
    "interop/azure-identity may not import engine",
  ],
  [
    "a template imports what is beside its folder",
    "templates/deno/main.ts",
    'import "../../test/harness.ts";',
    "is not in the template's folder",
  ],
  [
    "a template imports the emulator",
    "templates/deno/main.ts",
    'import "@tokenhop/emulator";',
    "templates may not import @tokenhop/emulator",
  ],
  ["a layer without a row", "packages/core/src/novel.ts", 'import "./types.ts";', "no row"],
  [
    "core imports a Node built-in",
    "packages/core/src/internal/http.ts",
    'import fs from "node:fs";',
    "core may not import node:fs",
  ],
  [
    "core imports a Worker built-in",
    "packages/core/src/platform.ts",
    'import "cloudflare:workers";',
    "core may not import cloudflare:workers",
  ],
  [
    "core imports it dynamically",
    "packages/core/src/platform.ts",
    'export const f = () => import("node:fs");',
    "core may not import node:fs",
  ],
  [
    "core imports a library of its own",
    "packages/core/src/internal/http.ts",
    'import "hono";',
    "core may not import hono",
  ],
  [
    "the emulator imports core",
    "packages/emulator/src/index.ts",
    'import { x } from "@tokenhop/core";',
    "may not import @tokenhop/core",
  ],
  [
    "an adapter imports the emulator",
    "adapters/x/src/index.ts",
    'import "@tokenhop/emulator";',
    "may not import @tokenhop/emulator",
  ],
  ["no public entry", "adapters/x/src/index.ts", 'import "@tokenhop/core/internal/http";', "no public entry"],
  ["around the public entries", "test/a/b.ts", 'import "../../packages/core/src/errors.ts";', "another package"],
  ["a file that is not there", "test/a/b.ts", 'export { x } from "./gone.ts";', "there is no test/a/gone.ts"],
  [
    "process outside platform.ts",
    "packages/core/src/internal/http.ts",
    "export const e = process.env;",
    "process is read in",
  ],
  [
    "Deno as a value",
    "packages/core/src/internal/http.ts",
    "export const e = typeof x === 'y' ? Deno.env : 1;",
    "Deno is read in",
  ],
  [
    "a global by way of globalThis",
    "packages/core/src/internal/http.ts",
    "export const e = globalThis.process;",
    "process is read in",
  ],
  ["a default export", "packages/core/src/errors.ts", "export default 1;", "no default exports"],
  [
    "a default export by name",
    "packages/core/src/errors.ts",
    "const a = 1;\nexport { a as default };",
    "no default exports",
  ],
  ["export *", "packages/core/src/errors.ts", 'export * from "./types.ts";', "no `export *`"],
  ["an enum", "packages/core/src/errors.ts", "export enum Kind { A }", "no enums"],
  ["a namespace", "packages/core/src/errors.ts", "declare module 'hono' {}", "no namespaces"],
  ["a decorator", "packages/core/src/errors.ts", "@frozen\nclass A {}", "no decorators"],
  ["top-level await", "packages/core/src/errors.ts", "const a = await fetch('x');", "no top-level await"],
  ["mutable state", "packages/core/src/errors.ts", "let count = 0;", "no module-level mutable state"],
  [
    "a long file",
    "packages/core/src/engine/long.ts",
    `${"\n".repeat(250)}export const a = 1;`,
    "251 lines, at most 250",
  ],
];

const others: Tree = {
  "packages/core/src/types.ts": "export interface T {}",
  "packages/core/src/errors.ts": "export class E {}",
  "packages/core/src/sources/b.ts": "export const b = 1;",
  "packages/core/src/engine/flight.ts": "export const f = 1;",
  "packages/core/src/internal/http.ts": "export interface H {}",
  "test/harness.ts": "export interface A {}",
};

const allowed = `/** Uses process.env, and says: import x from "node:fs". */
import type { T } from "../types.ts";
import {
  E,
} from "../errors.ts";
const pattern = /["'\`]/; // a pattern with quotes
export const text = "process.env, export default, enum"; const a = { process: 1 }; const b = a.process;
export const nested = \`\${\`import "node:fs"\`}\`;
`;

export const suite: Suite = (QUnit) => {
  QUnit.module("check-imports", () => {
    for (const [rule, path, code, problem] of broken) {
      QUnit.test(`finds ${rule}`, async (assert) => {
        const { problems } = await inTree({ ...manifests, ...others, [path]: code }, checkImports);
        const mine = problems.filter((line) => line.startsWith(path));
        assert.strictEqual(mine.length, 1, problems.join("\n"));
        assert.ok(mine[0]?.includes(problem), mine[0]);
      });
    }

    QUnit.test("finds nothing wrong in comments, strings and allowed imports", async (assert) => {
      const tree = { ...manifests, ...others, "packages/core/src/sources/a.ts": allowed };
      const { checked, problems } = await inTree(tree, checkImports);
      assert.deepEqual([...problems], []);
      assert.strictEqual(checked, 6);
    });

    QUnit.test("lets the platform read globals, and what reaches a socket, and nothing else", async (assert) => {
      const code = "export const e = [process.env, Bun.env, Deno.env];";
      const paths = ["packages/core/src/platform.ts", "packages/core/src/internal/unix-socket.ts"];
      const tree = { ...manifests, ...others, ...Object.fromEntries(paths.map((path) => [path, code])) };
      assert.deepEqual([...(await inTree(tree, checkImports)).problems], []);
      const path = "packages/core/src/sources/unix-socket.ts";
      assert.strictEqual((await inTree({ ...tree, [path]: code }, checkImports)).problems.length, 3);
    });

    QUnit.test("lets a file of declarations declare a module of the runtime's", async (assert) => {
      const path = "packages/core/src/internal/runtime.d.ts";
      const tree = { ...manifests, ...others, [path]: 'declare module "cloudflare:workers" {}' };
      assert.deepEqual([...(await inTree(tree, checkImports)).problems], []);
    });

    QUnit.test("lets a file with a row of its own import what is in it", async (assert) => {
      const tree = {
        ...manifests,
        ...others,
        "packages/core/src/interop/azure-sdk.ts": "export const a = 1;",
        "packages/core/src/interop/azure-identity.ts": 'import "./azure-sdk.ts";\nimport "./azure-identity/tokens.ts";',
        "packages/core/src/interop/azure-identity/tokens.ts": 'import "../../sources/b.ts";',
      };
      assert.deepEqual([...(await inTree(tree, checkImports)).problems], []);
    });

    QUnit.test("lets the simulation import the policy, and nothing else of the engine", async (assert) => {
      const code =
        'import "../../../packages/core/src/engine/schedule.ts";\nimport "../../../packages/core/src/engine/flight.ts";';
      const path = "test/bench/simulate/policies.ts";
      const tree = {
        ...manifests,
        ...others,
        "packages/core/src/engine/schedule.ts": "export const p = 1;",
        [path]: code,
      };
      const { problems } = await inTree(tree, checkImports);
      assert.strictEqual(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.startsWith(`${path}:2: packages/core/src/engine/flight.ts belongs`), problems[0]);
    });

    QUnit.test("finds a cycle, of types too", async (assert) => {
      const tree = {
        ...manifests,
        "packages/core/src/engine/a.ts": 'import "./b.ts";',
        "packages/core/src/engine/b.ts": 'import type { C } from "./c.ts";',
        "packages/core/src/engine/c.ts": 'export type { A } from "./a.ts";',
      };
      const { problems } = await inTree(tree, checkImports);
      assert.strictEqual(problems.length, 1, problems.join("\n"));
      assert.ok(problems[0]?.startsWith("cycle: "), problems[0]);
    });

    QUnit.test("has checked nothing where there is nothing", async (assert) => {
      assert.strictEqual((await inTree({}, checkImports)).checked, 0);
    });
  });
};

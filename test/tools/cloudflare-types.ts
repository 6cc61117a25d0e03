/**
 * The declarations of `@tokenhop/cloudflare` and `@tokenhop/durable-objects` in a project with Cloudflare's own: all declare what
 * Workers have, and a module that is declared as `cloudflare:workers` is there (`export =`) cannot be declared by anybody else.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, root } from "../../tools/binaries.mjs";
import { runProcess } from "../../tools/lib/process.ts";
import type { Suite } from "../harness.ts";
import { once } from "../workerd/results.ts";

const homes = {
  core: "packages/core",
  issuer: "packages/issuer",
  cloudflare: "adapters/cloudflare",
  "durable-objects": "packages/durable-objects",
};

/** As `@cloudflare/workers-types` and `wrangler types` declare it, as far as it matters here: written down after their documentation. */
const theirs = `interface ExecutionContext<Props = unknown> {
  waitUntil(promise: Promise<any>): void;
  passThroughOnException(): void;
  readonly exports: object;
  readonly props: Props;
}
interface ExportedHandler<Env = unknown> {
  fetch?: (request: Request, env: Env, ctx: ExecutionContext) => Response | Promise<Response>;
}
interface DurableObjectState<Props = unknown> {
  waitUntil(promise: Promise<any>): void;
  readonly props: Props;
  readonly storage: object;
}
type Remote<T> = { [K in keyof T]: T[K] extends (...given: infer P) => infer R ? (...given: P) => Promise<Awaited<R>> : never };
declare abstract class DurableObjectNamespace<T> {
  idFromName(name: string): { readonly name?: string };
  getByName(name: string, options?: { locationHint?: "wnam" | "enam" | "sam" | "weur" | "eeur" | "apac" | "oc" | "afr" | "me" }): Remote<T>;
}
declare namespace CloudflareWorkersModule {
  abstract class DurableObject<Env = unknown, Props = {}> {
    protected ctx: DurableObjectState<Props>;
    protected env: Env;
    constructor(ctx: DurableObjectState, env: Env);
    alarm?(info?: { readonly isRetry: boolean }): void | Promise<void>;
  }
  abstract class WorkerEntrypoint<Env = unknown, Props = {}> {
    protected ctx: ExecutionContext<Props>;
    protected env: Env;
    constructor(ctx: ExecutionContext, env: Env);
  }
  const env: object;
  function waitUntil(promise: Promise<unknown>): void;
}
declare module "cloudflare:workers" {
  export = CloudflareWorkersModule;
}
`;

const program = `import { WorkerEntrypoint } from "cloudflare:workers";
import { downstream, workersPlatform } from "@tokenhop/cloudflare";
import type { CredentialProvider } from "@tokenhop/core";

interface Env { readonly NAME: string }
declare const graph: CredentialProvider;
const azure = downstream((_env: Env) => ({ graph }), { platform: workersPlatform() });

export default azure({
  async fetch(_request, env, ctx: ExecutionContext<{ readonly a: 1 }>, { graph }) {
    return graph.fetch("https://graph.microsoft.com/" + env.NAME + ctx.props.a + ctx.exports);
  },
}) satisfies ExportedHandler<Env>;

export class Users extends WorkerEntrypoint<Env> {
  async count(): Promise<number> {
    const { graph } = azure.attach(this.env, this.ctx);
    return (await graph.fetch("https://graph.microsoft.com/")).status;
  }
}
`;

const objects = `import { issuerHandler, IssuerEntrypoint, IssuerObject, type IssuerObjectOptions } from "@tokenhop/durable-objects";
import { selfIssued } from "@tokenhop/core/sources/self-issued";

interface Env { readonly URL: string; readonly KEYS: DurableObjectNamespace<Keys> }

export class Keys extends IssuerObject<Env> {
  protected override issuer(env: Env): IssuerObjectOptions {
    return { issuer: env.URL, subjects: ["a"], audiences: ["b"] };
  }
}
export class Issuer extends IssuerEntrypoint<Env> {
  protected override keys(env: Env): Env["KEYS"] { return env.KEYS; }
}
declare const binding: Remote<Issuer>;
export const source = selfIssued(binding);

export default {
  fetch: issuerHandler((env: Env) => ({ issuer: env.URL, keys: { namespace: env.KEYS, locationHint: "weur" } })),
} satisfies ExportedHandler<Env>;

// @ts-expect-error a namespace of something else
issuerHandler((env: { readonly KEYS: DurableObjectNamespace<{ other(): void }> }) => ({ issuer: "", keys: env.KEYS }));
// @ts-expect-error where the keys are is the object's own affair
export const wrong: IssuerObjectOptions = { issuer: "", subjects: [], audiences: [], keyStore: {} };
`;

const options = {
  target: "ES2022",
  module: "ESNext",
  moduleResolution: "bundler",
  lib: ["ES2022", "ESNext.Disposable", "DOM", "DOM.Iterable"],
  types: [],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
};

const tsc = (folder: string): ReturnType<typeof runProcess> =>
  runProcess(binary("tsc"), ["-p", folder, "--pretty", "false"], { timeoutMs: 60_000, cwd: folder });

/** A project that has the packages as they are published: declarations, and no sources. */
async function makeProject(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-types-"));
  const emit = join(folder, "emit");
  mkdirSync(emit);
  const compilerOptions = {
    outDir: join(folder, "out"),
    rootDir: root,
    emitDeclarationOnly: true,
    customConditions: ["tokenhop-source"],
    typeRoots: [join(root, "node_modules", "@types")],
  };
  const include = Object.values(homes).map((home) => join(root, home, "src"));
  writeFileSync(
    join(emit, "tsconfig.json"),
    JSON.stringify({ extends: join(root, "tsconfig.base.json"), compilerOptions, include }),
  );
  const { code, output } = await tsc(emit);
  if (code !== 0) throw new Error(output);
  for (const [name, home] of Object.entries(homes)) {
    const to = join(folder, "node_modules", "@tokenhop", name);
    cpSync(join(folder, "out", home, "src"), join(to, "dist"), { recursive: true });
    cpSync(join(root, home, "package.json"), join(to, "package.json"));
  }
  for (const name of ["jose", "oauth4webapi", "valibot"])
    symlinkSync(join(root, "node_modules", name), join(folder, "node_modules", name));
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: "module" }));
  writeFileSync(join(folder, "theirs.d.ts"), theirs);
  writeFileSync(join(folder, "worker.ts"), program);
  writeFileSync(join(folder, "objects.ts"), objects);
  return folder;
}

const compile = (folder: string, ...files: readonly string[]): ReturnType<typeof tsc> => {
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: options, files }));
  return tsc(folder);
};

export const suite: Suite = (QUnit) => {
  const project = once(makeProject);
  QUnit.module("types of @tokenhop/cloudflare and @tokenhop/durable-objects", () => {
    for (const [name, file] of Object.entries({ cloudflare: "worker.ts", "durable-objects": "objects.ts" })) {
      QUnit.test(`compile beside Cloudflare's own: ${name}`, async (assert) => {
        const { code, output } = await compile(await project(), "theirs.d.ts", file);
        assert.strictEqual(code, 0, output);
      });
    }

    QUnit.test("would not with a declaration of the module that is published", async (assert) => {
      const folder = await project();
      const ours = join(root, homes.cloudflare, "src", "cloudflare-workers.d.ts");
      writeFileSync(join(folder, "ours.d.ts"), readFileSync(ours, "utf8"));
      const { code, output } = await compile(folder, "theirs.d.ts", "ours.d.ts", "worker.ts");
      assert.ok(code !== 0 && output.includes("TS2309"), output);
      rmSync(folder, { recursive: true, force: true });
    });
  });
};

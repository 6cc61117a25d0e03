/** The import rules of the workspace, as data. `check-imports.ts` applies them. */

/**
 * What a layer of core may import, besides itself if it says so. A layer is a file or a folder of `packages/core/src`, or, where
 * there is a row for it, a file of such a folder with the folder of its name.
 */
export const coreLayers: Readonly<Record<string, readonly string[]>> = {
  // Events carry errors, and errors are made of plain fields: one of the two names the other, and a cycle would be found.
  types: ["errors"],
  errors: ["types"],
  internal: ["types", "errors", "internal"],
  platform: ["types", "errors", "internal"],
  engine: ["types", "errors", "engine"],
  // Each source and each target stands alone: nothing that one does can break another.
  sources: ["types", "errors", "internal"],
  targets: ["types", "errors", "internal"],
  interop: ["types", "errors", "internal", "platform", "attached-fetch"],
  // Its classes are constructed from ids, not from a provider: so it joins a source and a target by itself, as a program would.
  "interop/azure-identity": [
    "types",
    "errors",
    "internal",
    "platform",
    "cache",
    "federate",
    "sources",
    "targets",
    "interop",
    "interop/azure-identity",
  ],
  "attached-fetch": ["types", "errors", "internal"],
  downstream: ["types", "errors", "internal", "platform", "attached-fetch"],
  "request-head": ["errors"],
  "problem-response": ["types", "errors"],
  define: ["types", "errors", "internal"],
  // What the other packages of ours, and those of users, check their own options and replies with.
  kit: ["types", "errors", "internal"],
  "bearer-auth": ["types", "errors", "internal", "engine", "platform", "bearer-auth"],
  cache: ["types", "errors", "internal", "engine"],
  "first-of": ["types", "errors", "internal"],
  auto: ["types", "errors", "internal", "first-of", "sources"],
  provider: ["types", "errors", "internal", "engine", "platform", "cache"],
  federate: ["types", "errors", "internal", "engine", "platform", "cache", "provider"],
  explain: ["types", "errors", "explain"],
  testing: [
    "types",
    "errors",
    "internal",
    "index",
    "federate",
    "cache",
    "first-of",
    "downstream",
    "bearer-auth",
    "platform",
    "testing",
  ],
  index: [
    "types",
    "errors",
    "internal",
    "platform",
    "federate",
    "cache",
    "first-of",
    "attached-fetch",
    "downstream",
    "problem-response",
    "request-head",
    "bearer-auth",
    "define",
  ],
};

const adapters: readonly string[] = ["hono", "express", "fastify", "h3", "elysia", "cloudflare", "azure-functions"].map(
  (name) => `@tokenhop/${name}`,
);

/** The packages of this workspace that a folder may import, by their public entries. */
export const workspaceImports: Readonly<Record<string, readonly string[]>> = {
  "packages/core": [],
  // It plays the other side: with code of core's in it, one mistake would hide in both.
  "packages/emulator": [],
  "packages/issuer": ["@tokenhop/core"],
  "packages/durable-objects": ["@tokenhop/core", "@tokenhop/issuer", "@tokenhop/cloudflare"],
  "packages/cli": ["@tokenhop/core", "@tokenhop/emulator", "@tokenhop/hono"],
  adapters: ["@tokenhop/core"],
  test: [
    "@tokenhop/core",
    "@tokenhop/emulator",
    "@tokenhop/issuer",
    "@tokenhop/durable-objects",
    ...adapters,
    "@tokenhop/cli",
  ],
  // What a user copies: nothing of this repository but what is published.
  templates: ["@tokenhop/core", "@tokenhop/issuer", "@tokenhop/durable-objects", "@tokenhop/cloudflare"],
  tools: ["@tokenhop/core", "@tokenhop/emulator", "@tokenhop/issuer", "@tokenhop/durable-objects", ...adapters],
};

/**
 * Who may import what is behind the public entries: the simulation is about this function, and users name a preset instead; and
 * tests of the command line's parts that no program needs.
 */
export const innerImports: Readonly<Record<string, readonly string[]>> = {
  // What imports no module of Workers' is tested where there are no Workers.
  "test/durable-objects/broker-configuration.ts": [
    "packages/durable-objects/src/broker/brokered.ts",
    "packages/durable-objects/src/broker/configuration.ts",
  ],
  // What reads the replies of one target and one source, and what signs for one of them: each has laws of its own.
  "test/core/sigv4.ts": ["packages/core/src/internal/sigv4.ts"],
  "test/core/xml.ts": ["packages/core/src/internal/xml.ts"],
  "test/real/clients/aws-signature.ts": ["packages/core/src/internal/sigv4.ts"],
  "test/durable-objects/broker-faults.ts": ["packages/durable-objects/src/broker/ask.ts"],
  "test/durable-objects/broker-questions.ts": ["packages/durable-objects/src/broker/protocol.ts"],
  "test/durable-objects/broker-schedule.ts": ["packages/durable-objects/src/broker/schedule.ts"],
  "test/durable-objects/broker-users.ts": ["packages/durable-objects/src/broker/brokered.ts"],
  "test/durable-objects/brokered-options.ts": [
    "packages/durable-objects/src/broker/brokered.ts",
    "packages/durable-objects/src/broker/protocol.ts",
    "packages/durable-objects/src/types.ts",
  ],
  "test/durable-objects/brokered-providers.ts": ["packages/durable-objects/src/broker/brokered.ts"],
  "test/durable-objects/object-double.ts": [
    "packages/durable-objects/src/broker/broker.ts",
    "packages/durable-objects/src/broker/protocol.ts",
  ],
  "test/durable-objects/support.ts": [
    "packages/durable-objects/src/broker/ask.ts",
    "packages/durable-objects/src/broker/brokered.ts",
    "packages/durable-objects/src/broker/options.ts",
  ],
  "test/bench/simulate/policies.ts": ["packages/core/src/engine/schedule.ts"],
  "test/node/cli-azure-app.ts": ["packages/cli/src/demo/azure/app.ts", "packages/cli/src/demo/azure/record.ts"],
  "test/node/cli-compare.ts": ["packages/cli/src/demo/azure/compare.ts", "packages/cli/src/demo/azure/shape.ts"],
  "test/node/cli-texts.ts": ["packages/cli/src/demo/said.ts", "packages/cli/src/demo/text.ts"],
  // Fly has its socket where no test can put one.
  "test/node/unix-socket.ts": ["packages/core/src/internal/unix-socket.ts"],
};

/** The libraries that core stands on; everything else it does itself. */
export const coreLibraries: readonly string[] = ["jose", "oauth4webapi", "valibot"];

/**
 * Only here are the globals of a runtime read: by the platform, and by what single sources need of it besides. Those are files of
 * their own because every program has the platform, and a bundle without Fly is to carry nothing of Fly's socket.
 */
export const platformFiles: readonly string[] = [
  "packages/core/src/platform.ts",
  "packages/core/src/internal/unix-socket.ts",
  "packages/core/src/internal/no-proxy.ts",
];

/** Names that exist on some runtimes only. */
export const runtimeGlobals: readonly string[] = ["process", "Bun", "Deno", "Buffer"];

/** How long a file may be: what needs more is two things. Contracts and error classes belong in one place; the list of suites is generated. */
export const lineLimit = (path: string): number => {
  if (path === "test/index.ts") return Number.POSITIVE_INFINITY;
  return /\/src\/(types|errors)\.ts$/.test(path) ? 400 : 250;
};

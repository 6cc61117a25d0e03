/**
 * The programs of README.md, run as they stand there: against the emulator, with the variables that a platform would set. And
 * by the program of docs/walkthroughs.md that does the same on a developer's machine.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createDemoConfig, createEmulator, demoEnvironment, demoIds, type Emulator } from "@tokenhop/emulator";
import { runProcess } from "../../tools/lib/process.ts";
import type { Suite } from "../harness.ts";

interface Program {
  readonly fetch: (request: Request) => Response | Promise<Response>;
}

const readme = new URL("../../README.md", import.meta.url);
const walkthroughs = new URL("../../docs/walkthroughs.md", import.meta.url);
const folder = new URL(`../../.out/readme-${process.pid}/`, import.meta.url);

/** What the platform that programs are written for would set. */
export const variables = {
  AZURE_TENANT_ID: demoIds.tenantId,
  AZURE_SUBSCRIPTION_ID: demoIds.subscriptionId,
  AZURE_CLIENT_ID: demoIds.uamiClientId,
  UAMI_CLIENT_ID: demoIds.uamiClientId,
  APP_CLIENT_ID: demoIds.appClientId,
  ...demoEnvironment,
};

/** The first program below a heading. */
function programBelow(heading: string, document: URL = readme): string {
  const [, text = ""] = readFileSync(document, "utf8").split(`\n## ${heading}`);
  const program = /```ts\n([\s\S]*?)```/.exec(text)?.[1];
  if (program === undefined) throw new Error(`${document.pathname} has no program below "${heading}"`);
  return program;
}

/** Every host is the emulator, which goes by path; a request to anywhere else would not get an answer either. */
export function connect(emulator: Emulator): typeof fetch {
  const answer = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const { pathname, search } = new URL(request.url);
    return emulator.fetch(new Request(`https://localhost${pathname}${search}`, request));
  };
  return Object.assign(answer, { preconnect: () => undefined });
}

/** Runs a program of the README as its own module, and asks it for a path. */
async function ask(
  heading: string,
  name: string,
  path: string,
): Promise<{ status: number; body: string; log: Emulator["log"] }> {
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}.ts`, folder);
  writeFileSync(file, programBelow(heading));
  const emulator = createEmulator(createDemoConfig());
  const before = globalThis.fetch;
  Object.assign(process.env, variables);
  globalThis.fetch = connect(emulator);
  try {
    const { default: program } = (await import(file.href)) as { readonly default: Program };
    const response = await program.fetch(new Request(`http://localhost${path}`));
    return { status: response.status, body: await response.text(), log: emulator.log };
  } finally {
    globalThis.fetch = before;
    for (const variable of Object.keys(variables)) delete process.env[variable];
  }
}

export const suite: Suite = (QUnit) => {
  QUnit.module("README programs", () => {
    QUnit.test("S1 lists the resource group as the managed identity", async (assert) => {
      const { status, body, log } = await ask("S1", "s1", "/api/resources");
      assert.strictEqual(status, 200, body);
      const { value } = JSON.parse(body) as { readonly value: readonly { readonly name: string }[] };
      assert.deepEqual(
        value.map(({ name }) => name),
        ["demo-uami", "demostorage"],
      );
      assert.strictEqual(log.find(({ route }) => route === "token")?.client, demoIds.uamiClientId);
    });

    QUnit.test("S2 lists users with a permission that only the app registration has", async (assert) => {
      const { status, body, log } = await ask("S2", "s2", "/api/users");
      assert.strictEqual(status, 200, body);
      assert.ok(body.includes("Ada Lovelace"));
      assert.deepEqual(
        log
          .filter(({ outcome }) => outcome === "granted")
          .map(({ route }) => route)
          .filter((route) => !route.includes("oidc")),
        ["app-service", "token", "graph"],
      );
    });

    QUnit.test("run on a developer's machine by the walkthroughs' program", async (assert) => {
      mkdirSync(folder, { recursive: true });
      writeFileSync(new URL("local.ts", folder), programBelow("The same program on your own machine", walkthroughs));
      writeFileSync(new URL("app.ts", folder), programBelow("S2"));
      const args = [
        "--conditions=tokenhop-source",
        fileURLToPath(new URL("local.ts", folder)),
        "./app.ts",
        "/api/users",
      ];
      const { code, output } = await runProcess(process.execPath, args, { timeoutMs: 30_000 });
      assert.strictEqual(code, 0, output);
      assert.ok(output.startsWith("200 ") && output.includes("granted graph"), output);
    });
  });
};

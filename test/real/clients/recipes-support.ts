/** How programs of docs/recipes are run: under the real names of the clouds' hosts, over TLS, each in a process of its own. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createDemoConfig, createEmulator, demoEnvironment, demoIds, type Emulator } from "@tokenhop/emulator";
import { makeCertificate, serve } from "@tokenhop/emulator/serve";
import { decodeJwt } from "jose";
import { runProcess } from "../../../tools/lib/process.ts";

const recipes = new URL("../../../docs/recipes/", import.meta.url);
const preload = new URL("../../node/azure-preload.mjs", import.meta.url);
// Beside the packages of this folder.
const folder = new URL(`../.out/recipes-${process.pid}/`, import.meta.url);
const bus = "contoso.servicebus.windows.net";
const names = [
  "login.microsoftonline.com",
  "management.azure.com",
  "graph.microsoft.com",
  new URL(demoEnvironment.ACTIONS_ID_TOKEN_REQUEST_URL).host,
  `${demoIds.storageAccount}.blob.core.windows.net`,
  `${demoIds.vault}.vault.azure.net`,
  `${demoIds.openai}.openai.azure.com`,
  bus,
  `sts.${demoIds.awsRegion}.amazonaws.com`,
  `s3.${demoIds.awsRegion}.amazonaws.com`,
  `${demoIds.awsBucket}.s3.${demoIds.awsRegion}.amazonaws.com`,
  "sts.googleapis.com",
  "iamcredentials.googleapis.com",
  "storage.googleapis.com",
];

/** The programs of a recipe, in their order. */
export function programsOf(recipe: string): readonly string[] {
  const text = readFileSync(new URL(`${recipe}.md`, recipes), "utf8");
  return [...text.matchAll(/^```ts[^\n]*\n([\s\S]*?)^```/gm)].map(([, program]) => program as string);
}

/** Service Bus, as far as a token's audience goes. */
function standIn(request: Request): Response {
  const token = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "")?.[1];
  const { aud } = token === undefined ? {} : decodeJwt(token);
  return new Response(null, {
    status: aud === "https://servicebus.azure.net" && request.method === "POST" ? 201 : 401,
  });
}

/** What became of it. */
export interface Run {
  readonly stdout: string;
  /** What the emulator was asked and did, as `route status`. */
  readonly routes: readonly string[];
  /** Hosts that it connected to, each once. */
  readonly hosts: readonly string[];
}

/** Runs a program that stands among files of its folder, with what its platform would set. */
export async function run(
  files: Readonly<Record<string, string>>,
  main: string,
  prepare: (emulator: Emulator) => Promise<Readonly<Record<string, string>>> = async () => ({}),
): Promise<Run> {
  const emulator = createEmulator(createDemoConfig());
  const fetch: Emulator["fetch"] = async (input, init) =>
    input instanceof Request && new URL(input.url).hostname === bus ? standIn(input) : emulator.fetch(input, init);
  const own = mkdtempSync(join(tmpdir(), "tokenhop-recipes-"));
  const certificate = await makeCertificate(names);
  const azure = await serve({ fetch }, { https: { certificate } });
  const host = await serve({ fetch });
  const log = join(own, "connections");
  writeFileSync(log, "");
  writeFileSync(join(own, "ca.pem"), certificate.ca);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(new URL(name, folder), text);
  try {
    const args = ["--conditions=tokenhop-source", fileURLToPath(new URL(main, folder))];
    const { code, stdout, output } = await runProcess(process.execPath, args, {
      timeoutMs: 25_000,
      env: {
        NODE_EXTRA_CA_CERTS: join(own, "ca.pem"),
        NODE_OPTIONS: `--import=${preload.href}`,
        TOKENHOP_TEST_DOUBLE: JSON.stringify({ names, port: azure.port, log }),
        ...demoEnvironment,
        IDENTITY_ENDPOINT: `${host.url}/msi/token`,
        AZURE_TENANT_ID: demoIds.tenantId,
        AZURE_SUBSCRIPTION_ID: demoIds.subscriptionId,
        AZURE_CLIENT_ID: demoIds.uamiClientId,
        UAMI_CLIENT_ID: demoIds.uamiClientId,
        APP_CLIENT_ID: demoIds.appClientId,
        AWS_ROLE_ARN: demoIds.awsRoleArn,
        AWS_REGION: demoIds.awsRegion,
        AWS_BUCKET: demoIds.awsBucket,
        GCP_PROVIDER: demoIds.gcpProvider,
        GCP_SERVICE_ACCOUNT: demoIds.gcpServiceAccount,
        GCP_PROJECT: demoIds.gcpProjectId,
        ...(await prepare(emulator)),
      },
    });
    if (code !== 0) throw new Error(`${main} ended with ${code}: ${output}`);
    const hosts = readFileSync(log, "utf8").trim().split("\n");
    const routes = emulator.log
      .filter(({ route }) => !route.startsWith("oidc"))
      .map(({ route, status }) => `${route} ${status}`);
    return { stdout, routes, hosts: [...new Set(hosts)].sort() };
  } finally {
    await Promise.all([azure.close(), host.close()]);
    rmSync(own, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs one program of a recipe. */
export const alone = (recipe: string, at: number): Promise<Run> => {
  const program = programsOf(recipe)[at];
  if (program === undefined) throw new Error(`${recipe}.md has no program ${at}`);
  return run({ "program.ts": program }, "program.ts");
};

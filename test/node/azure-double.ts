/** An Azure for a test: the emulator over TLS under Microsoft's names, compressing as the real one does, and a list of what it was asked. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { createDemoConfig, createEmulator, demoIds, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import { makeCertificate, serve } from "@tokenhop/emulator/serve";

/** A request that the double was asked, with every token replaced by what it is. */
export interface Asked {
  /** Method, origin and path. */
  readonly what: string;
  readonly query: Readonly<Record<string, string>>;
  readonly form: Readonly<Record<string, string>>;
  /** Of the headers, those that can carry a secret. */
  readonly shown: Readonly<Record<string, string>>;
}

/** The running double. */
export interface AzureDouble {
  readonly emulator: Emulator;
  readonly asked: readonly Asked[];
  /** Text that nobody may print: every token that it issued. */
  readonly secrets: Set<string>;
  /** Where this host asks for tokens of its managed identity. */
  readonly hostUrl: string;
  /** Folder for the files of a test. */
  readonly folder: string;
  /** The variables of a process that is to reach it, and nothing else of this machine's. */
  readonly env: NodeJS.ProcessEnv;
  /** Hosts that the process connected to, each once, and those that it was kept from. */
  connections(): string[];
}

/** As in a job of GitHub Actions: whom the runner asks, and who is said to have issued the token. */
export const runnerUrl = "https://run-actions.example/oidc/workload/token";
export const issuer = "https://token.actions.githubusercontent.com";

const names = ["login.microsoftonline.com", "management.azure.com", "graph.microsoft.com", "run-actions.example"];
const preload = new URL("azure-preload.mjs", import.meta.url);
const JWT = /eyJ[\w-]+\.[\w-]+\.[\w-]+/g;

/** What a token says of itself, instead of the token. */
function described(text: string): string {
  return text.replaceAll(JWT, (token) => {
    const { iss, sub, aud, appid } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    return appid === undefined ? `<${iss} ${sub} for ${aud}>` : `<${appid} for ${aud}>`;
  });
}

const describedAll = (entries: Iterable<readonly [string, string]>): Record<string, string> =>
  Object.fromEntries([...entries].map(([name, value]) => [name, described(value)]));

/** The request as any program would make it; the server's own kind cannot be read twice. */
async function copyOf(input: Request | string | URL, init?: RequestInit): Promise<Request> {
  const { url, method, headers, body } = input instanceof Request ? input : new Request(input, init);
  return new Request(url, { method, headers, ...(body && { body: await new Response(body).text() }) });
}

async function read(request: Request): Promise<Asked> {
  const { origin, pathname, searchParams } = new URL(request.url);
  const secretive = ["authorization", "cookie", "metadata", "x-identity-header"];
  return {
    what: `${request.method} ${origin}${pathname}`,
    query: describedAll(searchParams),
    form: describedAll(new URLSearchParams(await request.clone().text())),
    shown: describedAll([...request.headers].filter(([name]) => secretive.includes(name))),
  };
}

/** As Azure sends it to whoever says that it may. */
async function compressed(request: Request, response: Response): Promise<Response> {
  if (!request.headers.get("accept-encoding")?.includes("gzip") || response.body === null) return response;
  const headers = new Headers(response.headers);
  headers.set("content-encoding", "gzip");
  return new Response(gzipSync(await response.text()), { status: response.status, headers });
}

/** The demo's world with an issuer that is not the emulator's own. */
export function azureConfig(): EmulatorConfig {
  return JSON.parse(JSON.stringify(createDemoConfig()).replaceAll(demoIds.oidcIssuer, issuer)) as EmulatorConfig;
}

/** Whoever stands in between, and answers some requests instead. */
export type Between = (request: Request) => Response | undefined;

/** Starts a double, and ends it when the work is done. */
export async function withAzure(
  work: (azure: AzureDouble) => Promise<void>,
  config: EmulatorConfig = azureConfig(),
  between: Between = () => undefined,
): Promise<void> {
  const emulator = createEmulator(config, { allowedHosts: ["run-actions.example"] });
  const asked: Asked[] = [];
  const secrets = new Set<string>([demoIds.oidcRequestToken, demoIds.identityHeader]);
  const fetch = async (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request = await copyOf(input, init);
    asked.push(await read(request));
    const response = between(request) ?? (await emulator.fetch(request));
    for (const [token] of (await response.clone().text()).matchAll(JWT)) secrets.add(token);
    return compressed(request, response);
  };
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-azure-"));
  const certificate = await makeCertificate(names);
  const azure = await serve({ fetch }, { https: { certificate } });
  const host = await serve({ fetch });
  const log = join(folder, "connections");
  writeFileSync(log, "");
  writeFileSync(join(folder, "ca.pem"), certificate.ca);
  try {
    await work({
      emulator,
      asked,
      secrets,
      hostUrl: host.url,
      folder,
      env: {
        PATH: process.env.PATH,
        NODE_EXTRA_CA_CERTS: join(folder, "ca.pem"),
        NODE_OPTIONS: `--import=${preload.href}`,
        TOKENHOP_TEST_DOUBLE: JSON.stringify({ names, port: azure.port, log }),
      },
      connections: () => [...new Set(readFileSync(log, "utf8").trim().split("\n"))].sort(),
    });
  } finally {
    await azure.close();
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

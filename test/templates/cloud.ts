/**
 * The internet of a template: Azure, which the emulator plays, and nothing else. The emulator itself goes out over HTTP for one
 * thing, what the template's issuer publishes, and there to whoever serves that host for the moment.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { createDemoConfig, createEmulator, demoIds, type Emulator, type EmulatorConfig } from "@tokenhop/emulator";
import { serve } from "@tokenhop/emulator/serve";
import { canary } from "../leak.ts";

/** The federated credential of the managed identity, as the command of a README makes it. */
export interface Trust {
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

export interface Cloud {
  readonly emulator: Emulator;
  /** Where requests for any host go, in the form of those to a proxy: `host:port`. */
  readonly internet: string;
  /** What a runtime reads at its start to go through a proxy that tunnels https, and to trust who answers there. */
  readonly environment: Readonly<Record<string, string>>;
  /** Who answers for the issuer's host: an origin on loopback, or nobody for the moment. */
  issuerAt(url: string | undefined): void;
  /** What the emulator read from the issuer, by path. */
  readonly reads: readonly string[];
  /** Every token that came or was given: assertions, and access tokens. */
  readonly tokens: readonly string[];
  /** How the token endpoint answered so far: `granted`, or the AADSTS number. */
  exchanges(): readonly (string | number)[];
  close(): Promise<void>;
}

/** A server that starts may be asked for its keys before it has said where it listens. */
const ISSUER_WAIT_MS = 10_000;
const azureHosts = ["login.microsoftonline.com", "management.azure.com"];

function configWith({ issuer, subject, audience }: Trust): EmulatorConfig {
  const config = createDemoConfig();
  const tenants = config.tenants.map((tenant) => ({
    ...tenant,
    managedIdentities: (tenant.managedIdentities ?? []).map((identity) => ({
      ...identity,
      federatedCredentials: [{ name: "template", issuer, subject, audiences: [audience] }],
    })),
  }));
  return { ...config, tenants };
}

/** A request to a server on loopback for another host: `fetch` does not let its caller choose that. */
function getAs(host: string, url: URL): Promise<Response> {
  return new Promise((resolve, reject) => {
    const answer = async (reply: IncomingMessage): Promise<Response> => {
      let text = "";
      for await (const chunk of reply.setEncoding("utf8")) text += chunk;
      return new Response(text, { status: reply.statusCode ?? 500 });
    };
    httpRequest(url, { headers: { host }, agent: false }, (reply) => resolve(answer(reply)))
      .once("error", reject)
      .end();
  });
}

/** A server of HTTP/1.1 on any port of loopback. */
async function listen(server: Server): Promise<{ readonly address: string; close(): void }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Answers requests that name the whole URL, as workerd sends them to a proxy: without a Host header. It must be https. */
function proxyFor(answer: (request: Request) => Promise<Response>): Server {
  const pass = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { url = "", method = "GET" } = request;
    if (!url.startsWith("https://")) return void response.writeHead(502).end();
    const headers = new Headers(
      Object.entries(request.headersDistinct).map(([name, [value = ""] = []]) => [name, value]),
    );
    const body = method === "GET" ? null : Buffer.concat(await Array.fromAsync(request));
    const reply = await answer(new Request(url, { method, headers, body }));
    response.writeHead(reply.status, Object.fromEntries(reply.headers)).end(Buffer.from(await reply.arrayBuffer()));
  };
  return createServer({ requireHostHeader: false }, (request, response) => {
    // What a fault drops has no answer.
    pass(request, response).catch(() => request.socket.destroy());
  });
}

/** Takes CONNECT, to the hosts that there are, and leads all of them to one server. */
function tunnelTo(port: number): Server {
  const server = createServer((_request, response) => response.writeHead(405).end());
  return server.on("connect", ({ url = "" }, socket, head) => {
    socket.on("error", () => socket.destroy());
    if (!azureHosts.includes(url.replace(/:443$/, ""))) return socket.end("HTTP/1.1 502 No such host\r\n\r\n");
    const there = connect(port, "127.0.0.1", () => {
      socket.write("HTTP/1.1 200 Connected\r\n\r\n");
      there.write(head);
      there.pipe(socket).pipe(there);
    });
    there.on("error", () => socket.destroy());
  });
}

/**
 * Opens it, with an identity that has this trust and no other.
 *
 * @param hide Is told each token. Default: the search for leaks is.
 */
export async function openCloud(trust: Trust, hide: (token: string) => string = canary): Promise<Cloud> {
  const reads: string[] = [];
  const tokens: string[] = [];
  let { promise: issuer, resolve: issuerIs } = Promise.withResolvers<string>();
  const emulator = createEmulator(configWith(trust), {
    async fetch(input) {
      const url = new URL(input);
      const server =
        url.host === values.host
          ? await Promise.race([issuer, pause(ISSUER_WAIT_MS, undefined, { ref: false })])
          : undefined;
      if (server === undefined) throw new TypeError(`nobody serves ${url.origin}`);
      reads.push(url.pathname);
      return getAs(url.host, new URL(url.pathname, server));
    },
  });
  /** The emulator, with a look at the tokens. */
  const answer = async (request: Request): Promise<Response> => {
    const isExchange = request.method === "POST";
    const form = isExchange ? await request.clone().formData() : undefined;
    const reply = await emulator.fetch(request);
    const body = isExchange ? ((await reply.clone().json()) as { readonly access_token?: string }) : {};
    for (const token of [form?.get("client_assertion"), body.access_token]) {
      if (typeof token === "string") tokens.push(hide(token));
    }
    return reply;
  };
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-cloud-"));
  const secure = await serve({ fetch: (request) => answer(request as Request) }, { https: { names: azureHosts } });
  const tunnel = await listen(tunnelTo(secure.port));
  const proxy = await listen(proxyFor(answer));
  const authority = join(folder, "authority.pem");
  writeFileSync(authority, secure.ca ?? "");
  return {
    emulator,
    internet: proxy.address,
    environment: { HTTPS_PROXY: `http://${tunnel.address}`, NODE_EXTRA_CA_CERTS: authority, DENO_CERT: authority },
    issuerAt(url) {
      if (url === undefined) ({ promise: issuer, resolve: issuerIs } = Promise.withResolvers<string>());
      else issuerIs(url);
    },
    reads,
    tokens,
    exchanges: () =>
      emulator.log
        .filter(({ route }) => route === "token")
        .map(({ outcome, code = outcome }) => (outcome === "granted" ? outcome : code)),
    async close() {
      proxy.close();
      tunnel.close();
      await secure.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The values that a user writes into a template, for the emulator's world. */
export const values = {
  host: "issuer.tests.example.org",
  TENANT_ID: demoIds.tenantId,
  CLIENT_ID: demoIds.uamiClientId,
  RESOURCE_GROUP_ID: `/subscriptions/${demoIds.subscriptionId}/resourceGroups/${demoIds.resourceGroup}`,
} as const;

/** What is in that group. */
export const listed: readonly string[] = ["demo-uami", "demostorage"];

/** An emulator on loopback for Microsoft's clients, and every request that reached it. */
import { createEmulator, demoIds, type Emulator, type EmulatorConfig, type EmulatorOptions } from "@tokenhop/emulator";
import { type Served, serve } from "@tokenhop/emulator/serve";
import { exchange, pooledKey, testConfig } from "../../emulator/support.ts";
import { certificate } from "../certificate.ts";

/** One request as it came over the wire: what the emulator's log does not keep. */
export interface Asked {
  /** Method and path, e.g. `GET /metadata/identity/oauth2/token/`. */
  readonly line: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Empty unless the body is a form. */
  readonly form: URLSearchParams;
}

/** What a test is given. */
export interface Stage {
  readonly emulator: Emulator;
  /** Over https, as the clients demand of an authority. */
  readonly https: Served;
  /** Over http, as managed identity endpoints are. */
  readonly http: Served;
  /** Takes what was asked since the last time, oldest first. */
  asked(): readonly Asked[];
  /** The same, as lines. */
  lines(): readonly string[];
}

/** Runs with an emulator on two ports, and closes both. */
export async function withEmulator(
  work: (stage: Stage) => Promise<void>,
  config: EmulatorConfig = testConfig(),
  options: EmulatorOptions = {},
): Promise<void> {
  const emulator = createEmulator(config, { generateKey: pooledKey, ...options });
  const seen: Asked[] = [];
  const asked = (): readonly Asked[] => seen.splice(0);
  const recorded = recording(emulator, seen);
  const https = await serve(recorded, { hostname: "localhost", https: { certificate: certificate() } });
  const http = await serve(recorded);
  try {
    await work({ emulator, https, http, asked, lines: () => asked().map(({ line }) => line) });
  } finally {
    await Promise.all([https.close(), http.close()]);
  }
}

function recording(emulator: Emulator, seen: Asked[]): Pick<Emulator, "fetch"> {
  return {
    fetch: async (input, init) => {
      // The server's own kind of request, which the constructor of the global one does not take.
      const request = input instanceof Request ? input : new Request(input, init);
      const { pathname, searchParams } = new URL(request.url);
      const isForm = request.headers.get("content-type")?.startsWith("application/x-www-form-urlencoded") ?? false;
      const form = new URLSearchParams(isForm ? await request.clone().text() : "");
      seen.push({ line: `${request.method} ${pathname}`, query: searchParams, headers: request.headers, form });
      return emulator.fetch(request);
    },
  };
}

/** The lines that a client asks of an authority. */
export const configurationOf = (tenant: string = demoIds.tenantId): string =>
  `GET /${tenant}/v2.0/.well-known/openid-configuration`;
export const tokenOf = (tenant: string = demoIds.tenantId): string => `POST /${tenant}/oauth2/v2.0/token`;

/** A client's first exchange: it asks where, and then for the token. */
export const firstExchange = (tenant?: string): readonly string[] => [configurationOf(tenant), tokenOf(tenant)];

/** An ID token of the hosted provider for the exchange, with something changed about it. */
export function assertionOf(emulator: Emulator, changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  const { oidcProvider: provider, oidcSubject: subject } = demoIds;
  return emulator.issueExternalToken({ provider, subject, audience: exchange, ...changes });
}

/** Entra's error body, headers and trailer. Evidence: error code reference, and samples of 2023 to 2026. */
import { authorityHost } from "../directory.ts";
import { entraTime, isGuid } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import type { Refusal, RefusalExtras } from "./refusals.ts";

/** More members of the body. */
export interface ErrorExtras extends RefusalExtras {
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** The caller's `client-request-id`, which MSAL sends as header, form field and query, else a new id. */
export function correlationIdOf(call: Call): string {
  const candidates = [
    call.headers.get("client-request-id"),
    call.form.get("client-request-id"),
    call.url.searchParams.get("client-request-id"),
  ];
  return candidates.find((id) => id !== null && isGuid(id)) ?? crypto.randomUUID();
}

/** Headers that each answer of the token endpoint has. */
export function entraHeaders(call: Call, traceId: string, correlationId: string): Record<string, string> {
  const wanted = call.headers.get("return-client-request-id") ?? call.form.get("return-client-request-id");
  return {
    "cache-control": "no-store, no-cache",
    pragma: "no-cache",
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-ms-request-id": traceId,
    "x-ms-ests-server": "0.0.00000.0 - EMULATOR ProdSlices",
    "x-ms-srs": "1.P",
    ...(wanted === "true" && { "client-request-id": correlationId }),
  };
}

/** Writes a refusal as Entra does. */
export function errorAnswer(world: World, call: Call, refusal: Refusal, extras: ErrorExtras = {}): Omit<Answer, "log"> {
  const traceId = crypto.randomUUID();
  const correlationId = correlationIdOf(call);
  const timestamp = entraTime(world.clock.now());
  const { code, error, status, text, errorUri } = refusal;
  return {
    status,
    headers: {
      ...entraHeaders(call, traceId, correlationId),
      "x-ms-clitelem": `1,${code},0,,`,
      ...extras.headers,
    },
    body: {
      error,
      error_description: `AADSTS${code}: ${text}${trailer(world, traceId, correlationId, timestamp)}`,
      error_codes: [code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      ...(errorUri && { error_uri: `https://${authorityHost(world.config)}/error?code=${code}` }),
      ...(extras.suberror !== undefined && { suberror: extras.suberror }),
      ...(extras.claims !== undefined && { claims: extras.claims }),
    },
  };
}

function trailer({ config }: World, traceId: string, correlationId: string, timestamp: string): string {
  const gap = config.errorTrailer === "crlf" ? "\r\n" : " ";
  return [`Trace ID: ${traceId}`, `Correlation ID: ${correlationId}`, `Timestamp: ${timestamp}`]
    .map((part) => `${gap}${part}`)
    .join("");
}

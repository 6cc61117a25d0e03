/** The public half of an issuer: two documents on one host, and nothing else anywhere. */
import { isTokenError } from "@tokenhop/core";
import { checkOptions, encodeBase64Url, flag, textThat } from "@tokenhop/core/kit";
import * as v from "valibot";
import { urlsOf } from "./documents.ts";
import { ISSUER_EXPECTED, isIssuerUrl } from "./issuer-url.ts";
import type { IssuerDocuments } from "./types.ts";

/** What {@link issuerRoutes} is given. */
export interface IssuerRoutesOptions {
  /** As for `createIssuer`. */
  readonly issuer: string;
  /** How long the documents may be cached. Default 15 minutes; never longer than their own `maxAgeMs` says. */
  readonly jwksMaxAgeMs?: number | undefined;
  /** As for `createIssuer`. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const METHODS = ["GET", "HEAD"];
const RETRY_AFTER_SECONDS = 5;

/** Of every answer: browsers may read it, and none may guess what it is. */
const ALWAYS: Readonly<Record<string, string>> = {
  "access-control-allow-origin": "*",
  "x-content-type-options": "nosniff",
};

function answer(status: number, text: string | null, headers: Readonly<Record<string, string>>): Response {
  return new Response(text, { status, headers: { ...ALWAYS, ...headers } });
}

const failure = (status: number, title: string, headers: Readonly<Record<string, string>> = {}): Response =>
  answer(status, `${JSON.stringify({ title, status })}\n`, {
    "content-type": "application/problem+json",
    "cache-control": "no-store",
    ...headers,
  });

/** A strong validator of the document's text (RFC 9110, 8.8.3). */
async function etagOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `"${encodeBase64Url(new Uint8Array(hash))}"`;
}

/** Whether `If-None-Match` names this version, by the weak comparison that RFC 9110, 13.1.2 asks for. */
function isHeld(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  return ifNoneMatch.trim() === "*" || (ifNoneMatch.match(/"[^"]*"/g) ?? ([] as string[])).includes(etag);
}

/**
 * Serves an issuer's discovery document and JWKS out of what `load` gives, for `createIssuer` and for a Worker in front of a
 * Durable Object.
 *
 * - 404 on any host but the issuer's, port included (443 is none where the issuer is https), for any path but these two, compared
 *   character by character, and for a request whose URL is none, as one without a `Host` may have. The request's URL counts, no
 *   header does. Its scheme does not: TLS may end in front.
 * - GET and HEAD; 405 with `Allow` for the rest. `Cache-Control`, `ETag` and 304; CORS for everybody; `nosniff`.
 * - 503 with `Retry-After` when `load` fails. Why is told to nobody outside.
 *
 * `load` is called for requests only that will be answered with a document.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { issuerRoutes } from "@tokenhop/issuer";
 *
 * export const serve = issuerRoutes({ issuer: "https://id.example.com" }, async () => ({
 *   discovery: JSON.stringify({ issuer: "https://id.example.com" }),
 *   jwks: JSON.stringify({ keys: [] }),
 * }));
 * ```
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function issuerRoutes(
  options: IssuerRoutesOptions,
  load: () => Promise<IssuerDocuments>,
): (request: Request) => Promise<Response> {
  const allowHttpLoopback = options?.allowHttpLoopback === true;
  const age = v.custom<number>((value) => Number(value) >= 0 && Number.isSafeInteger(value), "expected milliseconds");
  const schema = v.strictObject({
    issuer: textThat(ISSUER_EXPECTED, (text) => isIssuerUrl(text, allowHttpLoopback)),
    jwksMaxAgeMs: v.optional(age),
    allowHttpLoopback: flag,
  });
  const { issuer, jwksMaxAgeMs = 900_000 } = checkOptions(schema, options, "issuerRoutes()");
  const urls = urlsOf(issuer);
  const { origin, protocol } = new URL(issuer);
  const pages = new Map<string, "discovery" | "jwks">([
    [new URL(urls.discovery).pathname, "discovery"],
    [new URL(urls.jwks).pathname, "jwks"],
  ]);

  const pageOf = (request: Request): "discovery" | "jwks" | undefined => {
    try {
      const url = new URL(request.url);
      // As it was before TLS ended in front, with the port that goes without saying there.
      url.protocol = protocol;
      return url.origin === origin && !url.username && !url.password ? pages.get(url.pathname) : undefined;
    } catch {
      // A server makes the URL out of what a client calls its host. Some find out only now that it is none.
      return undefined;
    }
  };

  return async (request) => {
    const page = pageOf(request);
    if (page === undefined) return failure(404, "There is nothing here");
    const { method, headers } = request;
    if (!METHODS.includes(method)) return failure(405, "This is only read", { allow: METHODS.join(", ") });
    let documents: IssuerDocuments;
    try {
      documents = await load();
    } catch (error) {
      const waitMs = isTokenError(error) ? error.retryAfterMs : undefined;
      const seconds = waitMs === undefined ? RETRY_AFTER_SECONDS : Math.max(1, Math.ceil(waitMs / 1000));
      return failure(503, "The documents cannot be had now", { "retry-after": String(seconds) });
    }
    const { [page]: text, maxAgeMs = jwksMaxAgeMs } = documents;
    // Whoever made the keys knows how long before its use the next one is published. Whoever serves them may only be stricter.
    const seconds = Math.floor(Math.min(maxAgeMs, jwksMaxAgeMs) / 1000);
    const cached = { "cache-control": `public, max-age=${seconds}` };
    const etag = await etagOf(text);
    if (isHeld(headers.get("if-none-match"), etag)) return answer(304, null, { ...cached, etag });
    const body = method === "HEAD" ? null : text;
    return answer(200, body, { ...cached, etag, "content-type": "application/json" });
  };
}

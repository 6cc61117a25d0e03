/** `fetch` with a bearer token that goes to the right hosts only, and is renewed once when it is refused. */
import { TokenError } from "./errors.ts";
import { decodeBase64 } from "./internal/base64.ts";
import { mayReceive, safeUrl } from "./internal/hosts.ts";
import type { BearerToken, CredentialProvider, GetOptions, Platform } from "./types.ts";

type Provider = CredentialProvider<BearerToken, object>;

const MAX_REDIRECTS = 5;
const REDIRECTS = [301, 302, 303, 307, 308];

/** A provider's token, for this request. */
export function bearerOf(
  provider: Provider,
  options: GetOptions,
  more?: Pick<GetOptions, "claims" | "signal">,
): Promise<BearerToken> {
  // Inherited and not copied: the options have a getter that is to be asked late.
  return provider.get(more ? Object.assign(Object.create(options) as GetOptions, more) : options);
}

function noHeader(what: string): TokenError {
  return new TokenError(`Cannot attach ${what} to a request: only a bearer token can be`, {
    code: "ERR_DOWNSTREAM_PROVIDER",
  });
}

/** The text of a credential, if it is one that a request can carry. */
export function bearerText({ kind, token }: BearerToken): string {
  if (kind === "bearer") return token.reveal();
  throw noHeader(`credentials of kind ${String(kind)}`);
}

/** The same, as it may stand in a header: runtimes differ in what they let pass, and a runtime's own complaint shows the value. */
export function headerText(credential: BearerToken): string {
  const text = bearerText(credential);
  if (!/[^!-~]/.test(text)) return text;
  throw noHeader("a token of these characters");
}

/**
 * Goes on only if a provider's token may be sent to a URL.
 *
 * @throws {TokenError} `ERR_DOWNSTREAM_HOST`
 */
export function mustBeHost({ name, hosts }: Pick<Provider, "name" | "hosts">, url: URL): void {
  if (mayReceive(url, hosts)) return;
  const known =
    hosts.length > 0 ? `its hosts are ${hosts.join(", ")}` : "it has no hosts; name them in the target's option hosts";
  const flaw =
    url.username || url.password ? " with a user name in the URL" : url.protocol === "http:" ? " by plain http" : "";
  throw new TokenError(`Cannot send the token of ${name} to ${url.origin}${flaw}: ${known}`, {
    code: "ERR_DOWNSTREAM_HOST",
  });
}

/** Whether the same request can be sent again. A stream, or a Request that has a body, is gone once it was sent. */
function isReplayable(request: Request | undefined, body: RequestInit["body"]): boolean {
  if (body == null) return !request?.body;
  // Streams of every kind are iterated asynchronously, or at least read.
  return typeof body === "string" || !(Symbol.asyncIterator in body || "getReader" in body);
}

/**
 * The claims that a resource demands in the answer to a refused request (Entra's claims challenge), as JSON text of at most 4 kB,
 * or nothing. An attached `fetch` answers such a challenge by itself. Who gets the 401 all the same, because the body could not be
 * sent again or the new token was refused too, can see here what was wanted; what comes from elsewhere than the provider's own
 * hosts is not to be given to `get({ claims })`.
 *
 * @example
 * ```ts
 * import { claimsChallenge, type Downstream } from "@tokenhop/core";
 *
 * export async function upload(graph: Downstream, url: string, open: () => ReadableStream): Promise<Response> {
 *   const send = () => graph.fetch(url, { method: "PUT", body: open() });
 *   const response = await send();
 *   // A stream is gone once it was sent. The token that was demanded is there by now.
 *   return response.status === 401 && claimsChallenge(response.headers) ? send() : response;
 * }
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function claimsChallenge(headers: Headers): string | undefined {
  // Several challenges are one list: each begins with its scheme, a space and the first parameter.
  const challenges = headers.get("www-authenticate")?.split(/,\s*(?=[\w-]+ +[\w-]+ *=)/) ?? [];
  const challenge = challenges.find((one) => /^bearer\s.*\berror\s*=\s*"?insufficient_claims\b/i.test(one)) ?? "";
  const encoded = /[\s,]claims\s*=\s*"([\w+/=-]{1,5460})"/i.exec(challenge)?.[1];
  try {
    const claims = encoded && decodeBase64(encoded);
    const demanded = claims && JSON.parse(claims).access_token;
    return Object(demanded) === demanded ? (claims as string) : undefined;
  } catch {
    return undefined;
  }
}

/** Where a reply points, when it is a redirect that may be followed: the request must be one without a body. */
function redirectOf(response: Response, from: URL, method: string): URL | undefined {
  const location = response.headers.get("location");
  const followed = REDIRECTS.includes(response.status) && /^(?:GET|HEAD)$/.test(method);
  if (location === null || !followed || !URL.canParse(location, from)) return undefined;
  return safeUrl(new URL(location, from).href, from.protocol === "http:");
}

interface Answer {
  readonly response: Response;
  /** Whether it came from where the token was sent; what another origin demands is not listened to. */
  readonly own: boolean;
}

/** Lets go of a reply that nobody reads. Not waited for: where a `fetch` keeps a copy, the end of that is waited for too. */
function discard({ body }: Response): void {
  body?.cancel().catch(() => undefined);
}

/** Follows redirects of requests without a body. The token stays with the first origin; beyond it goes a request without it. */
async function follow(
  first: Response,
  from: URL,
  platform: Platform,
  method: string,
  init: RequestInit,
): Promise<Answer> {
  let response = first;
  let at = from;
  let own = true;
  const headers = new Headers(init.headers);
  for (let hops = 0; hops < MAX_REDIRECTS; hops++) {
    const next = redirectOf(response, at, method);
    if (next === undefined) break;
    own &&= next.origin === from.origin;
    if (!own) for (const name of ["authorization", "cookie", "proxy-authorization"]) headers.delete(name);
    discard(response);
    response = await platform.fetch(next, { ...init, method, headers });
    at = next;
  }
  return { response, own };
}

/** Asks for the one compression that every runtime takes off by itself, unless the caller wants another one, or none. */
function askForGzip(headers: Headers): void {
  if (/gzip|^$/i.test(headers.get("accept-encoding") ?? "")) headers.set("accept-encoding", "gzip");
}

/**
 * The reply as one that can be handed on: a runtime takes the compression off a body, but most leave the headers that speak of
 * it, and whoever is sent those cannot read the rest.
 */
function decoded(response: Response): Response {
  const { body, status, statusText, url } = response;
  if (!body || response.headers.get("content-encoding")?.toLowerCase() !== "gzip") return response;
  const headers = new Headers(response.headers);
  headers.delete("content-encoding");
  headers.delete("content-length");
  return Object.defineProperty(new Response(body, { status, statusText, headers }), "url", { value: url });
}

/** One authorised `fetch`; see `Downstream.fetch`. */
export async function attachedFetch(
  provider: Provider,
  options: GetOptions,
  platform: Platform,
  input: string | URL | Request,
  init: RequestInit | undefined,
): Promise<Response> {
  const request = input instanceof Request ? input : undefined;
  // A copy: what is checked is what is fetched, whatever becomes of the caller's URL meanwhile.
  const url = new URL(request?.url ?? String(input));
  mustBeHost(provider, url);
  const signal = init?.signal ?? request?.signal;
  const redirect = init?.redirect ?? request?.redirect ?? "follow";
  const method = (init?.method ?? request?.method ?? "GET").toUpperCase();
  const replayable = isReplayable(request, init?.body);

  const send = async (credential: BearerToken): Promise<Answer> => {
    const headers = new Headers(init?.headers ?? request?.headers);
    headers.set("authorization", `Bearer ${headerText(credential)}`);
    askForGzip(headers);
    // Node wants to be told that a stream goes out before the answer comes in; nobody else minds.
    const authorised: RequestInit = { ...(!replayable && { duplex: "half" }), ...init, headers, redirect: "manual" };
    const first = await platform.fetch(request ?? url, authorised);
    if (redirect === "error" && REDIRECTS.includes(first.status))
      throw new TypeError(`Cannot fetch ${url.origin}: it answered with a redirect`);
    const { response, own } =
      redirect === "follow"
        ? await follow(first, url, platform, method, { ...authorised, ...(signal && { signal }) })
        : { response: first, own: true };
    return { response: decoded(response), own };
  };

  const waiting = signal ? { signal } : undefined;
  const credential = await bearerOf(provider, options, waiting);
  const { response, own } = await send(credential);
  if (response.status !== 401 || !own) return response;
  const claims = claimsChallenge(response.headers);
  // A refused token goes in any case. What a resource demands is obtained in any case: the caller's next request needs it.
  if (!claims && !(provider.invalidate(credential, "unauthorized") && replayable)) return response;
  const renewed = await bearerOf(provider, options, claims ? { ...waiting, claims } : waiting);
  if (renewed === credential || !replayable) return response;
  discard(response);
  return (await send(renewed)).response;
}

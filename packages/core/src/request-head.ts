/** A request of Node's as one of the web's. */
import { TokenError } from "./errors.ts";

/** What Node, and every framework upon it, knows of a request: `IncomingMessage` fits. */
export interface NodeRequestHead {
  readonly method?: string | undefined;
  /** As it was in the request line: a path and a query. Of an absolute URL they are all that is taken. */
  readonly url?: string | undefined;
  /** Names in lower case. Several values of one name are a list. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

// Runtimes differ in what they let pass, and their own complaints show the value, which may be a token.
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const METHOD = /^(?!(?:connect|trace|track)$)[\w!#$%&'*+.^`|~-]+$/i;

function unreadable(what: string): TokenError {
  return new TokenError(`Cannot read the request: its ${what} is none`, { code: "ERR_AUTH_REQUEST" });
}

/**
 * The head of a request as a `Request` without a body: for `createAttach`, `bearerAuth` and sources, which look at nothing but
 * the head. Give `createAttach` a function that calls it, and nothing is made unless a source asks.
 *
 * The client wrote all of this. The host decides nothing here, and neither path nor query can change it; do not decide by it
 * either. Pseudo-headers of HTTP/2 are left out.
 *
 * @param head The request, or its `method`, `url` and `headers`.
 * @param origin Where it was sent to, when you know: `https://api.example`. Default: plain http to its `host` header.
 * @throws {TokenError} `ERR_AUTH_REQUEST` for a method, host or header that no request can have, naming it without its value.
 * `problemResponse` answers 400.
 *
 * @example
 * ```ts
 * import { type BearerProvider, createAttach, requestHead } from "@tokenhop/core";
 * import { createServer } from "node:http";
 *
 * export function serve(graph: BearerProvider) {
 *   const attach = createAttach({ graph });
 *   return createServer((request, response) => {
 *     const attached = attach(() => requestHead(request));
 *     response.end(Object.keys(attached).join());
 *   });
 * }
 * ```
 */
export function requestHead({ method = "GET", url = "/", headers }: NodeRequestHead, origin?: string): Request {
  const copy = new Headers();
  for (const [name, value = []] of Object.entries(headers)) {
    if (name.startsWith(":")) continue;
    for (const one of [value].flat()) {
      if (!NAME.test(name) || !VALUE.test(one)) throw unreadable("header");
      copy.append(name, one);
    }
  }
  if (!METHOD.test(method)) throw unreadable("method");
  const base = origin ?? `http://${copy.get("host") ?? headers[":authority"] ?? "localhost"}`;
  // Neither a path nor a user name, nor anything else that a host is not.
  const host = URL.canParse(base) && /^https?:\/\/[^/?#@\\\s]+\/?$/.test(base) ? new URL(base).origin : undefined;
  if (host === undefined) throw unreadable("host");
  // An absolute URL names a host of its own, which is not the one that was asked; `*` and the like name nothing.
  const path = /^(?:[a-z][a-z\d+.-]*:\/\/[^/?#]*)?([/?][^#]*)/i.exec(url)?.[1] ?? "/";
  return new Request(host + path.replace(/^\?/, "/?"), { method, headers: copy });
}

/** The request's side: where its token is, and what it is answered when that is no good. */
import type { RefusalReason } from "./issuer.ts";

/** A token and the header that it came in. */
export interface FoundToken {
  readonly text: string;
  readonly header: string;
}

/** RFC 6750, 2.1: the scheme in any case, then one token. Two headers of a name arrive as one with a comma, which no token has. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;
const BARE = /^([\w.~+/-]+=*)$/;
const NAMES_BEARER = /(?:^|,)\s*bearer(?:[\s,]|$)/i;

/** The one token of a request. Credentials of another scheme are no token, and are left to whoever takes them. */
export function tokenIn(headers: Pick<Headers, "get">, names: readonly string[]): FoundToken | RefusalReason {
  const found: FoundToken[] = [];
  for (const header of names) {
    const value = headers.get(header) ?? "";
    const bearer = header === "authorization";
    const text = (bearer ? BEARER : BARE).exec(value)?.[1];
    if (text !== undefined) found.push({ text, header });
    else if (bearer ? NAMES_BEARER.test(value) : value !== "") return "malformed-credentials";
  }
  // Whose request would it be?
  if (found.length > 1) return "several-tokens";
  return found[0] ?? "no-token";
}

/** What the challenges of one API have in common. */
export interface ChallengeOptions {
  readonly realm: string;
  readonly scopes: readonly string[];
  readonly resourceMetadata?: string | undefined;
}

/** A value of `WWW-Authenticate` (RFC 6750, 3; RFC 9728, 5.1). Made of configuration alone, so nobody else writes into it. */
export function challengeOf({ realm, scopes, resourceMetadata }: ChallengeOptions, error?: string): string {
  const scope = error === "insufficient_scope" ? scopes.join(" ") : "";
  const parameters = Object.entries({ realm, error, scope: scope || undefined, resource_metadata: resourceMetadata });
  const given = parameters.filter(([, value]) => value !== undefined);
  return `Bearer ${given.map(([name, value]) => `${name}="${value}"`).join(", ")}`;
}

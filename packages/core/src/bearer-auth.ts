/**
 * Verification of the bearer token that a request comes with.
 *
 * Import from `@tokenhop/core/bearer-auth`.
 */
import { claimsFlawOf, headerFlawOf, lackIn } from "./bearer-auth/claims.ts";
import { type BearerAuthOptions, bearerAuthSchema } from "./bearer-auth/config.ts";
import type { ClaimsOf, Issuer, RefusalReason } from "./bearer-auth/issuer.ts";
import { type FindKeys, keyEngine, keysOf } from "./bearer-auth/key-set.ts";
import { challengeOf, tokenIn } from "./bearer-auth/request.ts";
import { signatureVerifier } from "./bearer-auth/signature.ts";
import { parseToken } from "./bearer-auth/token.ts";
import type { Call } from "./engine/flight.ts";
import { ConfigError, type ErrorCode, isTokenError, TokenError } from "./errors.ts";
import { checkOptions } from "./internal/schema.ts";
import { verifiedUser } from "./internal/verified-user.ts";
import { type RequestContext, waitUntilOf } from "./internal/wait-until.ts";
import { defaultPlatform } from "./platform.ts";
import type { TokenClaims, VerifiedUser } from "./types.ts";

export { type AccessClaims, type AccessIssuerOptions, accessIssuer } from "./bearer-auth/access-issuer.ts";
export type { BearerAuthOptions } from "./bearer-auth/config.ts";
export {
  type EntraClaims,
  type EntraIssuerOptions,
  type EntraTokenVersion,
  entraIssuer,
} from "./bearer-auth/entra-issuer.ts";
export type { ClaimsOf, Issuer, RefusalReason } from "./bearer-auth/issuer.ts";
export {
  type OidcClaims,
  type OidcIssuerOptions,
  oidcIssuer,
  type SignatureAlgorithm,
} from "./bearer-auth/oidc-issuer.ts";
export { isVerifiedUser } from "./internal/verified-user.ts";
export type { RequestContext } from "./internal/wait-until.ts";

/** Verifies the tokens of requests. Made once, when the server starts. */
export interface BearerAuth<C extends TokenClaims = TokenClaims> {
  /**
   * Who sent this request.
   *
   * @param request A `Request`, or anything else with its headers.
   * @param context How work may outlive the request; see `createAttach`. Without it a Worker reads no keys behind a request.
   * @throws {TokenError} `ERR_AUTH_MISSING`, `ERR_AUTH_REQUEST`, `ERR_AUTH_INVALID` or `ERR_AUTH_FORBIDDEN`, with the `challenge`
   * to answer with and the {@link RefusalReason} as the first of its `problems`; `ERR_AUTH_UNAVAILABLE` when there are no keys.
   * `problemResponse(error)` is the answer to each.
   */
  verify(request: { readonly headers: Pick<Headers, "get"> }, context?: RequestContext): Promise<VerifiedUser<C>>;
}

/** The `error` of a challenge (RFC 6750, 3.1). Who sent nothing is told nothing but how to do it. */
const CHALLENGE_ERRORS: Readonly<Partial<Record<ErrorCode, string>>> = {
  ERR_AUTH_REQUEST: "invalid_request",
  ERR_AUTH_INVALID: "invalid_token",
  ERR_AUTH_FORBIDDEN: "insufficient_scope",
};

/** No keys, no verdict. */
function unavailable(error: unknown): unknown {
  if (!isTokenError(error)) return error;
  const { message, retryAfterMs, step } = error;
  return new TokenError("Cannot verify the token of the request: the keys of its issuer cannot be had", {
    code: "ERR_AUTH_UNAVAILABLE",
    recovery: "retry",
    step,
    retryAfterMs,
    problems: [message],
  });
}

/**
 * Prepares the verification of inbound bearer tokens. Call it once, when the server starts; nothing is fetched until the first
 * token comes. The issuers' public keys are cached: read again about every hour behind requests, held for a day while they cannot
 * be, and read at once, but not often, for a key that is not known. After three hours of silence a request waits for them. Verified
 * tokens are not cached: each is checked each time.
 *
 * Which checks are made in which order, and what each refusal means, is in docs/bearer-auth.md. The answer to a client never says
 * more than that its token is no good.
 *
 * @param options `issuers`, and what may be left to its defaults.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { problemResponse } from "@tokenhop/core";
 * import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
 *
 * const auth = createBearerAuth({
 *   issuers: entraIssuer({ tenantId: process.env.AZURE_TENANT_ID, audience: process.env.API_CLIENT_ID }),
 *   scopes: ["access_as_user"],
 * });
 *
 * export async function handle(request: Request): Promise<Response> {
 *   try {
 *     const { claims } = await auth.verify(request);
 *     return Response.json({ hello: claims.oid });
 *   } catch (error) {
 *     return problemResponse(error) ?? new Response(null, { status: 500 });
 *   }
 * }
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750
 */
export function createBearerAuth<I extends Issuer>(options: BearerAuthOptions<I>): BearerAuth<ClaimsOf<I>> {
  const config = checkOptions(bearerAuthSchema, options, "createBearerAuth()");
  const { scopes = [], roles = [], clockToleranceMs, timeoutMs, onEvent, platform = defaultPlatform() } = config;
  const issuers = [config.issuers].flat().flatMap(({ trusted }) => trusted);
  const trusted = new Map(issuers.map((issuer) => [issuer.iss, issuer]));
  if (issuers.length === 0 || trusted.size < issuers.length) {
    throw new ConfigError("createBearerAuth()", ["issuers: expected at least one, and each only once"]);
  }
  const names = [...new Set(issuers.map(({ header }) => header))];
  const engine = keyEngine(platform, onEvent);
  const sources = new Set(issuers.map(({ keys }) => keys));
  const keys = new Map([...sources].map((source) => [source, keysOf(source, engine, config.reloadEveryMs)]));
  const verifySignature = signatureVerifier();

  const refusal = (code: ErrorCode, reason: RefusalReason): TokenError =>
    new TokenError(`Cannot accept the credentials of the request: ${reason}`, {
      code,
      challenge: challengeOf({ ...config, scopes }, CHALLENGE_ERRORS[code]),
      problems: [reason],
    });
  const invalid = (reason: RefusalReason): TokenError => refusal("ERR_AUTH_INVALID", reason);

  return {
    async verify({ headers }, context = {}) {
      const found = tokenIn(headers, names);
      if (typeof found === "string") {
        throw refusal(found === "no-token" ? "ERR_AUTH_MISSING" : "ERR_AUTH_REQUEST", found);
      }
      const token = parseToken(found.text);
      if (typeof token === "string") throw invalid(token);
      const headerFlaw = headerFlawOf(token);
      if (headerFlaw) throw invalid(headerFlaw);
      const issuer = trusted.get(token.claims.iss as string);
      if (issuer?.header !== found.header) throw invalid("unknown-issuer");
      const claimsFlaw = claimsFlawOf(token, issuer, platform.now(), clockToleranceMs);
      if (claimsFlaw) throw invalid(claimsFlaw);

      const call: Call = {
        timeoutMs,
        get waitUntil() {
          return waitUntilOf(context);
        },
      };
      const findKeys = keys.get(issuer.keys) as FindKeys;
      const published = await findKeys(token.header.kid as string, call).catch((error) => {
        throw unavailable(error);
      });
      if (published.length === 0) throw invalid("unknown-key");
      const own = published.filter((key) => issuer.mayVerify?.(key) !== false);
      if (own.length === 0) throw invalid("key-of-another-issuer");
      const signatureFlaw = await verifySignature(found.text, own, token.header.alg as string);
      if (signatureFlaw) throw invalid(signatureFlaw);
      const claims = token.claims as unknown as ClaimsOf<I>;
      const lack = lackIn(claims, issuer, scopes, roles);
      if (lack) throw refusal("ERR_AUTH_FORBIDDEN", lack);
      return verifiedUser(found.text, claims);
    },
  };
}

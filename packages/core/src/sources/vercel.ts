/**
 * Vercel: the OpenID Connect token of a deployment.
 *
 * Import from `@tokenhop/core/sources/vercel`.
 */
import * as v from "valibot";
import { peekClaims } from "../internal/jwt.ts";
import { checkOptions, flag } from "../internal/schema.ts";
import { detected, foundToken, mustBeFound, unavailable } from "../internal/source.ts";
import { endpoint } from "../internal/target-options.ts";
import { askForToken, jsonToken } from "../internal/token-endpoint.ts";
import { readToken } from "../internal/token-file.ts";
import type { IdentitySource, StepContext, SubjectToken } from "../types.ts";

/** What {@link vercel} may be given. */
export interface VercelOptions {
  /** Where a token for another audience is had. Default `https://oidc.vercel.com/~token`. */
  readonly exchangeUrl?: string | undefined;
  /** Lets `exchangeUrl` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const NAME = "vercel";
const HEADER = "x-vercel-oidc-token";
const VARIABLE = "VERCEL_OIDC_TOKEN";
const FILE_VARIABLE = "VERCEL_OIDC_TOKEN_FILE";

/**
 * The OpenID Connect token of a deployment at Vercel. In a function it comes with each request, in the header
 * `x-vercel-oidc-token`, which is taken only where the variable `VERCEL` says that this is Vercel: elsewhere a client may send
 * what it likes. Adapters pass the request along; elsewhere it is given as `get({ request })`. Code that is handed no request, but
 * can have its headers (`next/headers`), makes one: `get({ request: new Request("https://app.example", { headers: await headers() }) })`.
 * Without the header the token is read from the file that `VERCEL_OIDC_TOKEN_FILE` names, else from `VERCEL_OIDC_TOKEN`, which builds have and `vercel env pull`
 * writes; both are read anew at each ask.
 *
 * - Audience: any. Vercel's token is for `https://vercel.com/TEAM`; for another audience it is exchanged at Vercel first
 *   (`~token`), by one request more.
 * - Lifetime: the token's own `exp`. What is exchanged for it, at Vercel or behind, is never kept beyond that.
 * - Issuer: `https://oidc.vercel.com/TEAM`, or `https://oidc.vercel.com` in global mode.
 * - Subject: `owner:TEAM:project:NAME:environment:ENVIRONMENT`.
 * - Provenance: `external`.
 *
 * Requests with different tokens share nothing; those with the same token, and those without any, share what it is exchanged for.
 * They are kept apart by the header before the variable `VERCEL` is known. So behind this source alone, off Vercel, whoever sends
 * other headers makes other exchanges, all with the same token; `firstOf` asks it no more once it has chosen another source.
 * It caches nothing itself; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` where there is no
 * token, with `ERR_SOURCE_FAILED` when it has expired or Vercel refuses to exchange it, with `ERR_SOURCE_REPLY` when Vercel's
 * reply makes no sense, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { vercel } from "@tokenhop/core/sources/vercel";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const graph = federate({
 *   from: vercel(),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * export async function GET(request: Request): Promise<Response> {
 *   const { expiresAt } = await graph.get({ request });
 *   return new Response(new Date(expiresAt).toISOString());
 * }
 * ```
 *
 * @see https://vercel.com/docs/oidc
 */
export function vercel(options: VercelOptions = {}): IdentitySource {
  const schema = v.strictObject({
    exchangeUrl: v.optional(endpoint(options?.allowHttpLoopback, true)),
    allowHttpLoopback: flag,
  });
  const { exchangeUrl = "https://oidc.vercel.com/~token" } = checkOptions(schema, options, "vercel()");

  /** The token that came with the request. */
  const ofRequest = (request: Request | undefined): string | undefined => request?.headers.get(HEADER) ?? undefined;

  /** Vercel's own token, wherever it is. */
  const own = async ({ platform, signal, request }: StepContext): Promise<SubjectToken> => {
    const { env, readTextFile } = platform;
    const header = env.VERCEL ? ofRequest(request) : undefined;
    if (header) return foundToken(NAME, header, `the header ${HEADER}`, platform);
    const file = env[FILE_VARIABLE];
    if (file && readTextFile) return readToken(NAME, file, platform, signal, `is ${FILE_VARIABLE} right?`);
    if (env[VARIABLE]) return foundToken(NAME, env[VARIABLE], VARIABLE, platform);
    throw unavailable(
      NAME,
      `no token in ${request ? "the request" : "a request (give it to get)"}, ${FILE_VARIABLE} or ${VARIABLE}; is OIDC on in the project's settings?`,
    );
  };

  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, exchangeUrl],
    provenance: "external",
    perRequest: true,
    // The whole text, for the reasons that `from-request` has.
    partition: (request) => [ofRequest(request)],
    detect: ({ env, readTextFile }) =>
      detected(
        env.VERCEL || env[VARIABLE] || (env[FILE_VARIABLE] && readTextFile)
          ? []
          : [`VERCEL, ${VARIABLE} or ${FILE_VARIABLE}`],
      ),
    async getToken({ audience }, context) {
      mustBeFound(NAME, source.detect(context.platform), context.signal);
      const found = await own(context);
      const token = found.token.reveal();
      const { aud } = peekClaims(token) ?? {};
      if ([aud].flat().includes(audience)) return found;
      const init = {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json" },
        body: JSON.stringify({ token, aud: audience }),
      };
      const other = await askForToken(NAME, exchangeUrl, init, context, jsonToken("token"), token);
      const ends = [found.expiresAt, other.expiresAt].filter((at) => at !== undefined);
      return { ...other, expiresAt: ends.length > 0 ? Math.min(...ends) : undefined };
    },
  };
  return source;
}

/**
 * Cloudflare Access: the token of whoever Access let through.
 *
 * Import from `@tokenhop/core/sources/cloudflare-access`.
 */
import * as v from "valibot";
import { safeUrl } from "../internal/hosts.ts";
import { checkOptions, textThat } from "../internal/schema.ts";
import { callable } from "../internal/shape.ts";
import { mustBeFor, sourceError, unavailable } from "../internal/source.ts";
import { isVerifiedUser } from "../internal/verified-user.ts";
import type { IdentitySource, VerifiedUser } from "../types.ts";

/** What {@link cloudflareAccess} may be given. */
export interface CloudflareAccessOptions {
  /**
   * The host name of your Zero Trust organisation, as `accessIssuer` has it; a domain of your own is taken only when it stands
   * here. Default: any below `cloudflareaccess.com`.
   */
  readonly teamDomain?: string | undefined;
}

const NAME = "cloudflare-access";
/** A team's own name, and nothing below or beside it. */
const ISSUER = /^https:\/\/[a-z\d-]+\.cloudflareaccess\.com$/;
const argumentsSchema = v.object({ userOf: callable });
const optionsSchema = v.strictObject({
  teamDomain: v.optional(
    textThat(
      "expected a host name like acme.cloudflareaccess.com",
      (value) => value.includes(".") && safeUrl(`https://${value}`, false)?.hostname === value,
    ),
  ),
});

/**
 * The token that Cloudflare Access put on a request. **It says who called the Worker**, a user or a service token, and not which
 * Worker this is: whatever it is exchanged for is the caller's. Cloudflare gives a Worker no identity of its own; `self-issued`
 * does.
 *
 * Only what `createBearerAuth` verified with `accessIssuer` is taken (or `testUser` made, with `type: "app"`): a header that
 * nobody verified is anybody's text. A token of another issuer is refused, whatever its claims: it was not made to be handed on.
 *
 * - Audience: the AUD tag of the Access application, and no other; a token for another audience is refused here, naming both.
 * - Lifetime: the token's own. What it is exchanged for is never kept beyond that.
 * - Issuer: `https://TEAM.cloudflareaccess.com`, or that of `teamDomain`. Its keys are at `/cdn-cgi/access/certs`, which a target has to be told.
 * - Subject: the user's id; empty for a service token.
 * - Provenance: `external`.
 *
 * Credentials are kept by the hash of the caller's token: no caller ever gets another's, and requests without a caller get none.
 * It caches nothing itself; the provider that `federate` makes does.
 *
 * @param userOf Who sent the request, as it was verified before. It must be synchronous and quick: it runs for each call.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for something that is no function, or wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE`
 * when no request was given or there is nobody for it, and with `ERR_SOURCE_FAILED` when what there is was not verified, or not
 * by Access, has expired or is for another audience, or `userOf` throws.
 *
 * @example
 * ```ts
 * import { createAttach, federate, problemResponse, type VerifiedUser } from "@tokenhop/core";
 * import { accessIssuer, createBearerAuth } from "@tokenhop/core/bearer-auth";
 * import { cloudflareAccess } from "@tokenhop/core/sources/cloudflare-access";
 * import { tokenExchange } from "@tokenhop/core/targets/token-exchange";
 *
 * const audience = "4714c1358e65fe4b408ad6d432a5f878f08194bdb4752441fd56faefa9b2b6f2";
 * const auth = createBearerAuth({ issuers: accessIssuer({ teamDomain: "acme.cloudflareaccess.com", audience }) });
 * const callers = new WeakMap<Request, VerifiedUser>();
 * const attach = createAttach({
 *   orders: federate({
 *     from: cloudflareAccess((request) => callers.get(request)),
 *     to: tokenExchange({ url: "https://id.acme.example/token", subjectAudience: audience, hosts: ["orders.acme.example"] }),
 *   }),
 * });
 *
 * export default {
 *   async fetch(request: Request): Promise<Response> {
 *     try {
 *       callers.set(request, await auth.verify(request));
 *       return await attach(request).orders.fetch("https://orders.acme.example/mine");
 *     } catch (error) {
 *       return problemResponse(error) ?? new Response(null, { status: 500 });
 *     }
 *   },
 * };
 * ```
 *
 * @see https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */
export function cloudflareAccess(
  userOf: (request: Request) => VerifiedUser | undefined,
  options: CloudflareAccessOptions = {},
): IdentitySource {
  checkOptions(argumentsSchema, { userOf }, "cloudflareAccess()");
  const { teamDomain } = checkOptions(optionsSchema, options, "cloudflareAccess()");
  const isOfTeam = (iss: unknown): boolean =>
    teamDomain === undefined ? ISSUER.test(String(iss)) : iss === `https://${teamDomain}`;
  return {
    name: NAME,
    identity: [NAME, userOf, teamDomain],
    provenance: "external",
    perRequest: true,
    // Only of a user who was verified: anything else could name a partition that is another's.
    partition(request) {
      try {
        const user = request && userOf(request);
        return isVerifiedUser(user) ? [user.partition] : [];
      } catch {
        return [];
      }
    },
    detect: () => ({ found: true }),
    async getToken({ audience }, { platform, signal, request }) {
      signal.throwIfAborted();
      if (!request) throw unavailable(NAME, "no request was given: call get({ request })");
      let user: VerifiedUser | undefined;
      try {
        user = userOf(request);
      } catch (error) {
        throw sourceError(NAME, `the function threw ${error instanceof Error ? error.name : typeof error}`);
      }
      if (!user) throw unavailable(NAME, "nobody was verified for this request");
      if (!isVerifiedUser(user)) throw sourceError(NAME, "expected a user whom createBearerAuth verified");
      const { token, expiresAt, claims } = user;
      if (claims.type !== "app" || !isOfTeam(claims.iss)) {
        const whose = teamDomain ?? "a team below cloudflareaccess.com (a domain of your own: the option teamDomain)";
        throw sourceError(NAME, `the user was verified by another issuer than accessIssuer of ${whose}`);
      }
      if (expiresAt <= platform.now()) throw sourceError(NAME, "the request holds an expired token");
      mustBeFor(NAME, { token }, audience, "the request", "give the target the AUD tag of the Access application");
      return { token, expiresAt };
    },
  };
}

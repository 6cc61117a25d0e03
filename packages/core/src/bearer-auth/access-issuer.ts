/** Cloudflare Access as an issuer: it puts a token of its own on every request that it lets through. */
import * as v from "valibot";
import { safeUrl } from "../internal/hosts.ts";
import { checkOptions, textThat } from "../internal/schema.ts";
import type { TokenClaims } from "../types.ts";
import type { Issuer } from "./issuer.ts";
import { audience } from "./options.ts";

/** What {@link accessIssuer} is given. */
export interface AccessIssuerOptions {
  /** The host name of your Zero Trust organisation: `acme.cloudflareaccess.com`. */
  readonly teamDomain: string | undefined;
  /** The application's audience tag (AUD), or those of several applications that lead here. */
  readonly audience: string | readonly string[] | undefined;
}

/** The claims of an Access application token. What is not named here is there as well, as `unknown`. */
export interface AccessClaims extends TokenClaims {
  readonly type: "app";
  /** Of a user; the identity provider has verified it. */
  readonly email?: string | undefined;
  /** Of a service token: its client id. `sub` is empty then. */
  readonly common_name?: string | undefined;
  /** Where the user signed in. */
  readonly country?: string | undefined;
}

const teamDomain = textThat(
  "expected a host name like acme.cloudflareaccess.com",
  (value) => value.includes(".") && safeUrl(`https://${value}`, false)?.hostname === value,
);

/**
 * Accepts what Cloudflare Access puts into the header `Cf-Access-Jwt-Assertion`. `Authorization` is not looked at for it, nor is
 * the cookie, which a page of somebody else's can make a browser send. Of a token it checks, besides what is checked for every
 * issuer: RS256, `typ: JWT`, and that it is for an application and not for the organisation (`type: app`).
 *
 * Access decides by its policies who gets a token. It knows no scopes or roles, so `createBearerAuth` must not ask for any.
 * The keys are at `https://{teamDomain}/cdn-cgi/access/certs`.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { accessIssuer, createBearerAuth } from "@tokenhop/core/bearer-auth";
 *
 * export const auth = createBearerAuth({
 *   issuers: accessIssuer({ teamDomain: "acme.cloudflareaccess.com", audience: process.env.ACCESS_AUD }),
 * });
 * ```
 *
 * @see https://developers.cloudflare.com/cloudflare-one/access-controls/applications/http-apps/authorization-cookie/validating-json/
 */
export function accessIssuer(options: AccessIssuerOptions): Issuer<AccessClaims> {
  const config = checkOptions(v.strictObject({ teamDomain, audience }), options, "accessIssuer()");
  const iss = `https://${config.teamDomain}`;
  return {
    name: "access",
    trusted: [
      {
        iss,
        header: "cf-access-jwt-assertion",
        keys: { name: iss, load: (get) => get(`${iss}/cdn-cgi/access/certs`) },
        algorithms: ["RS256"],
        types: ["jwt"],
        audiences: config.audience,
        // It sends a list of one.
        otherAudiences: [],
        texts: ["email", "common_name", "country"],
        flawOf: ({ type }) => (type === "app" ? undefined : "not-for-an-application"),
        scopeClaims: [],
        allowUnassigned: true,
      },
    ],
  };
}

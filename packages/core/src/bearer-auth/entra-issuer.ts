/** Microsoft Entra as an issuer of access tokens, versions 1.0 and 2.0. */
import * as v from "valibot";
import { cloudOf, type EntraCloud, isCloud, V1_ISSUERS } from "../internal/entra.ts";
import { checkOptions, flag, textThat } from "../internal/schema.ts";
import { isAppOnly } from "../internal/verified-user.ts";
import type { TokenClaims } from "../types.ts";
import { type Issuer, isIdToken, type KeySource, type TrustedIssuer } from "./issuer.ts";
import { audience, baseUrl, listOf } from "./options.ts";

/** The version of an access token. The API's own registration chooses it (`requestedAccessTokenVersion`), not the client. */
export type EntraTokenVersion = "1.0" | "2.0";

/** What {@link entraIssuer} is given. */
export interface EntraIssuerOptions {
  /** The tenant, as GUID: tokens have no other name for it. */
  readonly tenantId: string | undefined;
  /** Other tenants whose tokens are accepted, as GUIDs. Default: none. There is no way to accept every tenant. */
  readonly tenants?: readonly string[] | undefined;
  /** The API's client id (version 2.0), its application ID URI (version 1.0), or both. Compared exactly. */
  readonly audience: string | readonly string[] | undefined;
  /** Default: both. */
  readonly versions?: readonly EntraTokenVersion[] | undefined;
  /** Default `public`. */
  readonly cloud?: EntraCloud | undefined;
  /** Where the keys are read instead of at the cloud's: the origin of an emulator, https. The issuer stays the cloud's. */
  readonly authority?: string | undefined;
  /**
   * Accepts tokens with neither scopes nor roles. Any application of the tenant can get one, so this is for programs that check
   * by themselves who calls (`azp`, `appid`, `oid`). Default false.
   */
  readonly allowUnassigned?: boolean | undefined;
  /** Lets `authority` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** The claims of an Entra access token. What is not named here is there as well, as `unknown`. */
export interface EntraClaims extends TokenClaims {
  readonly aud: string;
  /** The tenant. */
  readonly tid: string;
  readonly ver: EntraTokenVersion;
  /** The user or service principal, the same for every application of the tenant. */
  readonly oid?: string | undefined;
  /** The client, in version 2.0. */
  readonly azp?: string | undefined;
  /** The client, in version 1.0. */
  readonly appid?: string | undefined;
  /** What the user has delegated, separated by spaces. Absent in an application's own token. */
  readonly scp?: string | undefined;
  /** Application roles of the user or application. */
  readonly roles?: readonly string[] | undefined;
  /** `app` or `user`, where the API asks for this optional claim. */
  readonly idtyp?: string | undefined;
  /** For people to read. It changes; decide nothing by it. */
  readonly name?: string | undefined;
  /** As {@link name}; version 2.0. */
  readonly preferred_username?: string | undefined;
  /** As {@link name}; version 1.0. */
  readonly upn?: string | undefined;
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const TEXTS = ["tid", "oid", "azp", "appid", "scp", "idtyp", "name", "preferred_username", "upn"];

/** What versions and an authority may be depends on other options, and every problem is to be named at once. */
function schemaFor(known: readonly string[], allowHttpLoopback: boolean) {
  const isGuid = (one: string): boolean => GUID.test(one);
  return v.strictObject({
    tenantId: textThat("expected a tenant's GUID", isGuid),
    tenants: v.optional(listOf("a list of GUIDs", isGuid)),
    audience,
    versions: v.optional(listOf(`versions of which the issuer is known: ${known}`, (one) => known.includes(one))),
    cloud: v.optional(v.custom<EntraCloud>(isCloud, "expected the name of a cloud"), "public"),
    authority: v.optional(baseUrl(allowHttpLoopback)),
    allowUnassigned: flag,
    allowHttpLoopback: flag,
  });
}

/**
 * Accepts the access tokens of Microsoft Entra for an API of one tenant, or of the tenants that are listed. Of a token it checks,
 * besides what is checked for every issuer: RS256 and `typ: JWT`; `iss`, `tid` and `ver` together; the key's own `issuer`, which
 * Entra publishes with each; and that it is an access token. ID tokens are refused: they have no `azp` or `appid`. (That every
 * access token has one is how the documentation reads; UNCONFIRMED.) A token must carry scopes or roles, or
 * {@link EntraIssuerOptions.allowUnassigned} must be set.
 *
 * The keys are those of each tenant's own document, `{authority}/{tenant}/discovery/v2.0/keys`; nothing else is fetched.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
 *
 * export const auth = createBearerAuth({
 *   issuers: entraIssuer({ tenantId: process.env.AZURE_TENANT_ID, audience: process.env.API_CLIENT_ID }),
 *   scopes: ["access_as_user"],
 * });
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
 */
export function entraIssuer(options: EntraIssuerOptions): Issuer<EntraClaims> {
  const v1 = V1_ISSUERS[options?.cloud ?? "public"];
  const known = v1 ? ["1.0", "2.0"] : ["2.0"];
  const config = checkOptions(schemaFor(known, options?.allowHttpLoopback === true), options, "entraIssuer()");
  const { versions = known, tenantId, tenants = [], allowUnassigned = false } = config;
  const { authority: home } = cloudOf(config.cloud);
  const authority = config.authority?.replace(/\/+$/, "") ?? home;
  const accepted = new Set([tenantId, ...tenants].map((one) => one.toLowerCase()));

  const trusted = [...accepted].flatMap((tenant) => {
    const v2Issuer = `${home}/${tenant}/v2.0`;
    const keys: KeySource = {
      name: v2Issuer,
      load: (get) => get(`${authority}/${tenant}/discovery/v2.0/keys`),
    };
    return versions.map(
      (version): TrustedIssuer => ({
        iss: version === "1.0" ? `${v1}/${tenant}/` : v2Issuer,
        header: "authorization",
        keys,
        algorithms: ["RS256"],
        types: ["jwt"],
        audiences: config.audience,
        texts: TEXTS,
        flawOf(claims) {
          if (claims.ver !== version) return "wrong-version";
          if (claims.tid !== tenant) return "wrong-tenant";
          const client = version === "1.0" ? claims.appid : claims.azp;
          return client === undefined || isIdToken(claims) ? "id-token" : undefined;
        },
        // Keys name who may sign with them, as version 2.0 is written, for tokens of both versions. One that names nobody is
        // this tenant's by its address: nothing but the tenant's own document is ever read.
        mayVerify: ({ issuer }) => issuer === undefined || String(issuer).replace("{tenantid}", tenant) === v2Issuer,
        // A user with roles alone has no scp.
        senderOf: (claims) => (isAppOnly(claims) && claims.idtyp !== "user" ? "application" : "user"),
        scopeClaims: ["scp"],
        allowUnassigned,
      }),
    );
  });
  return { name: "entra", trusted };
}

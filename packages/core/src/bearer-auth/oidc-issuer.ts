/** Any OpenID Connect or OAuth 2.0 server that signs its access tokens as JWT. */
import * as v from "valibot";
import { TokenError } from "../errors.ts";
import { safeUrl } from "../internal/hosts.ts";
import { checkOptions, flag } from "../internal/schema.ts";
import type { TokenClaims } from "../types.ts";
import { type Issuer, isIdToken } from "./issuer.ts";
import { audience, baseUrl, listOf, url } from "./options.ts";

const ALGORITHMS = "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");

/** A signature algorithm with a public key. */
export type SignatureAlgorithm =
  | "RS256"
  | "RS384"
  | "RS512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "EdDSA"
  | "Ed25519";

/** What {@link oidcIssuer} is given. */
export interface OidcIssuerOptions {
  /** The `iss` of its tokens, to the letter: a slash at the end counts. */
  readonly issuer: string | undefined;
  /** What the API is called there. A token is for one of these, and for nobody besides. */
  readonly audience: string | readonly string[] | undefined;
  /** What `aud` may name besides, where it is a list: Auth0 adds its own `/userinfo`. Default: nothing. */
  readonly otherAudiences?: readonly string[] | undefined;
  /** Where the keys are. Default: what the discovery document of {@link issuer} says. */
  readonly jwksUri?: string | undefined;
  /** Default `["RS256"]`. */
  readonly algorithms?: readonly SignatureAlgorithm[] | undefined;
  /**
   * The values of the header `typ` that are accepted, of any case. Default `["at+jwt", "JWT"]`. A server that follows RFC 9068
   * needs only the first. The empty text stands for tokens without a `typ`.
   */
  readonly types?: readonly string[] | undefined;
  /** Lets `issuer` and `jwksUri` be plain http on loopback: for tests, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** The claims of an access token as RFC 9068 has them. What is not named here is there as well, as `unknown`. */
export interface OidcClaims extends TokenClaims {
  /** The client. */
  readonly client_id?: string | undefined;
}

function schemaFor(allowHttpLoopback: boolean) {
  return v.strictObject({
    issuer: baseUrl(allowHttpLoopback),
    audience,
    otherAudiences: v.optional(listOf("a list of audiences")),
    jwksUri: v.optional(url(allowHttpLoopback)),
    algorithms: v.optional(listOf(`some of ${ALGORITHMS.join(", ")}`, (one) => ALGORITHMS.includes(one))),
    types: v.optional(listOf("a list of texts", () => true)),
    allowHttpLoopback: flag,
  });
}

/**
 * Accepts the access tokens of any other issuer that signs them as JWT: Auth0, Okta, Keycloak, Google, a Kubernetes cluster. The
 * keys are found by the issuer's discovery document, which must name this very issuer, or at {@link OidcIssuerOptions.jwksUri}.
 *
 * ID tokens are refused where they can be told apart: a `typ` of `at+jwt` is none, and without it a token with `nonce`, `at_hash`
 * or `c_hash` is one, or with Keycloak's `typ: ID` or Cognito's `token_use: id`. An ID token without any of them looks like an
 * access token: let no client have the API's audience as its client id.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 *
 * @example
 * ```ts
 * import { createBearerAuth, oidcIssuer } from "@tokenhop/core/bearer-auth";
 *
 * export const auth = createBearerAuth({
 *   issuers: oidcIssuer({ issuer: "https://acme.eu.auth0.com/", audience: "https://api.acme.example" }),
 *   scopes: ["read:things"],
 * });
 * ```
 *
 * @see https://www.rfc-editor.org/rfc/rfc9068
 */
export function oidcIssuer(options: OidcIssuerOptions): Issuer<OidcClaims> {
  const allowHttpLoopback = options?.allowHttpLoopback === true;
  const config = checkOptions(schemaFor(allowHttpLoopback), options, "oidcIssuer()");
  const { issuer, jwksUri, algorithms = ["RS256"], types = ["at+jwt", "jwt"], otherAudiences = [] } = config;

  const jwksUriOf = (document: unknown): string => {
    const { issuer: named, jwks_uri: found } = Object(document) as Readonly<Record<string, unknown>>;
    // What is reached by https must not lead to a server on this machine.
    const mayBeLocal = allowHttpLoopback && issuer.startsWith("http:");
    const flaw =
      named !== issuer ? "issuer" : typeof found !== "string" || !safeUrl(found, mayBeLocal) ? "jwks_uri" : undefined;
    if (!flaw) return found as string;
    throw new TokenError(`Cannot use the discovery document of ${issuer}: its ${flaw} is not what it must be`, {
      code: "ERR_SOURCE_REPLY",
      recovery: "retry",
      step: issuer,
    });
  };

  return {
    name: "oidc",
    trusted: [
      {
        iss: issuer,
        header: "authorization",
        keys: {
          name: issuer,
          load: async (get) =>
            get(jwksUri ?? jwksUriOf(await get(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`))),
        },
        algorithms,
        types: types.map((type) => type.toLowerCase()),
        audiences: config.audience,
        otherAudiences,
        texts: ["client_id"],
        flawOf: (claims, type) =>
          type !== "at+jwt" && (isIdToken(claims) || claims.typ === "ID" || claims.token_use === "id")
            ? "id-token"
            : undefined,
        scopeClaims: ["scp", "scope"],
        allowUnassigned: true,
      },
    ],
  };
}

/** What Microsoft Entra ID demands of an issuer that a federated identity credential trusts. */
import { checkOptions, text } from "@tokenhop/core/kit";
import * as v from "valibot";
import type { VerifierProfile } from "../types.ts";
import { missing, tooLong } from "./shared.ts";

const AUDIENCE = "api://AzureADTokenExchange";
/** Of issuer, subject and audience alike. */
const MAX_LENGTH = 600;

/** What {@link entraProfile} may be given. */
export interface EntraProfileOptions {
  /**
   * What the federated credential has as its one audience. Default `api://AzureADTokenExchange`; US Government
   * `api://AzureADTokenExchangeUSGov`, China `api://AzureADTokenExchangeChina`.
   */
  readonly audience?: string | undefined;
}

/**
 * Microsoft Entra ID: a federated identity credential of an app registration or a user-assigned identity.
 *
 * - RS256: the only algorithm that is documented to work.
 * - The credential has exactly one audience, which must be among the issuer's. Tokens have it as a text, not a list.
 * - Issuer, subject and audience have at most 600 characters each, and are compared exactly, with case; a slash at the end of the
 *   issuer counts, in both directions.
 * - Of a JWKS the first 100 keys are read; the issuer never has more than two.
 * - How long Entra caches the JWKS, and whether it looks again for a key that it does not know, is UNCONFIRMED: leave
 *   `rotation.publishAheadMs` at a day.
 * - That the discovery document must name the `iss` of the token is UNCONFIRMED, and so here.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options.
 *
 * @example
 * ```ts
 * import { entraProfile } from "@tokenhop/issuer";
 *
 * export const usGovernment = entraProfile({ audience: "api://AzureADTokenExchangeUSGov" });
 * ```
 *
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation-considerations
 */
export function entraProfile(options: EntraProfileOptions = {}): VerifierProfile {
  const schema = v.strictObject({ audience: v.optional(text) });
  const { audience = AUDIENCE } = checkOptions(schema, options, "entraProfile()");
  return {
    name: "entra",
    problems: ({ issuer, subjects, audiences, algorithm }) => [
      ...(algorithm === "RS256" ? [] : ["algorithm: expected RS256"]),
      ...missing([audience], audiences),
      ...tooLong("issuer", [issuer], MAX_LENGTH),
      ...tooLong("subjects", subjects, MAX_LENGTH),
      ...tooLong("audiences", [audience], MAX_LENGTH),
    ],
  };
}

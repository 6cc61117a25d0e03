/** What Google Cloud demands of an issuer that is a workload identity pool provider. */
import { checkOptions } from "@tokenhop/core/kit";
import * as v from "valibot";
import type { IssuerDocuments, VerifierProfile } from "../types.ts";
import { missing, oneOrSeveral, tooLong } from "./shared.ts";

const MAX_AUDIENCES = 10;
const MAX_AUDIENCE_LENGTH = 256;
const MAX_SUBJECT_BYTES = 127;
const MAX_LIFETIME_MS = 24 * 3_600_000;

/** All that Google takes of a key. */
const MEMBERS = ["kty", "alg", "use", "kid", "n", "e", "x", "y", "crv"] as const;

/** What {@link gcpProfile} is given. */
export interface GcpProfileOptions {
  /**
   * The allowed audiences of the provider at Google; where it has none,
   * `https://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
   */
  readonly audience: string | readonly string[];
}

/**
 * Google Cloud: workload identity federation.
 *
 * - RS256 or ES256, and a `kid` in the header: every token has one.
 * - A provider has at most 10 allowed audiences of at most 256 characters.
 * - `google.subject` has at most 127 bytes. This takes the attribute mapping `google.subject=assertion.sub` for granted.
 * - A token lasts for at most 24 hours.
 * - https with discovery, or a JWKS that is uploaded ({@link gcpJwksFile}); then the issuer need not be reachable, and each new
 *   key has to be uploaded before it signs.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options.
 *
 * @example
 * ```ts
 * import { gcpProfile } from "@tokenhop/issuer";
 *
 * const provider = "projects/123456789/locations/global/workloadIdentityPools/edge/providers/workers";
 * export const google = gcpProfile({ audience: `https://iam.googleapis.com/${provider}` });
 * ```
 *
 * @see https://docs.cloud.google.com/iam/docs/workload-identity-federation-with-other-providers
 */
export function gcpProfile(options: GcpProfileOptions): VerifierProfile {
  const { audience: wanted } = checkOptions(v.strictObject({ audience: oneOrSeveral }), options, "gcpProfile()");
  return {
    name: "gcp",
    problems: ({ issuer, subjects, audiences, maxTokenLifetimeMs }) => [
      ...(issuer.startsWith("https:") ? [] : ["issuer: expected https"]),
      ...missing(wanted, audiences),
      ...(wanted.length > MAX_AUDIENCES ? [`audiences: expected at most ${MAX_AUDIENCES}`] : []),
      ...tooLong("audiences", wanted, MAX_AUDIENCE_LENGTH),
      ...tooLong("subjects", subjects, MAX_SUBJECT_BYTES, "bytes"),
      ...(maxTokenLifetimeMs > MAX_LIFETIME_MS ? [`maxTokenLifetimeMs: expected at most ${MAX_LIFETIME_MS}`] : []),
    ],
  };
}

/**
 * The JWKS as Google takes it for upload (`--jwk-json-path`): of each key the members that it knows, and no other.
 *
 * @example
 * ```ts
 * import { gcpJwksFile, type Issuer } from "@tokenhop/issuer";
 *
 * export async function print(issuer: Issuer): Promise<void> {
 *   console.log(gcpJwksFile(await issuer.documents()));
 * }
 * ```
 */
export function gcpJwksFile({ jwks }: Pick<IssuerDocuments, "jwks">): string {
  const { keys } = JSON.parse(jwks) as { readonly keys: readonly Readonly<Record<string, unknown>>[] };
  // What a key does not have is undefined here, and nothing in JSON.
  const bare = keys.map((key) => Object.fromEntries(MEMBERS.map((member) => [member, key[member]])));
  return `${JSON.stringify({ keys: bare }, null, 2)}\n`;
}

/** What AWS demands of an issuer that is an IAM OpenID Connect provider. */
import { checkOptions } from "@tokenhop/core/kit";
import * as v from "valibot";
import type { VerifierProfile } from "../types.ts";
import { missing, oneOrSeveral, tooLong } from "./shared.ts";

const MAX_AUDIENCES = 100;
const MAX_LENGTH = 255;

/** What {@link awsProfile} may be given. */
export interface AwsProfileOptions {
  /** The client ids of the provider at AWS. Default: all audiences of the issuer. */
  readonly audience?: string | readonly string[] | undefined;
}

/**
 * AWS: `AssumeRoleWithWebIdentity` at an IAM OpenID Connect provider.
 *
 * - The provider's URL is https, may have a path, and has neither a port nor a query.
 * - At most 100 audiences (client ids) of at most 255 characters.
 * - RS256 or ES256, of those that this issuer has; the instants of a token are whole numbers.
 * - Which members AWS wants in the discovery document besides `jwks_uri`, and how many keys a JWKS may have, is UNCONFIRMED; the
 *   usual ones are there, and the issuer never has more than two keys.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options.
 *
 * @example
 * ```ts
 * import { awsProfile } from "@tokenhop/issuer";
 *
 * export const aws = awsProfile({ audience: "sts.amazonaws.com" });
 * ```
 *
 * @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html
 */
export function awsProfile(options: AwsProfileOptions = {}): VerifierProfile {
  const schema = v.strictObject({ audience: v.optional(oneOrSeveral) });
  const { audience: wanted } = checkOptions(schema, options, "awsProfile()");
  return {
    name: "aws",
    problems: ({ issuer, audiences }) => {
      const clientIds = wanted ?? audiences;
      // The text, not what a parser makes of it: there a default port is none.
      const plainHost = /^https:\/\/[^/:?#]+(?:\/[^?#]*)?$/.test(issuer);
      return [
        ...(plainHost ? [] : ["issuer: expected https without port and query"]),
        ...missing(clientIds, audiences),
        ...(clientIds.length > MAX_AUDIENCES ? [`audiences: expected at most ${MAX_AUDIENCES}`] : []),
        ...tooLong("audiences", clientIds, MAX_LENGTH),
      ];
    },
  };
}

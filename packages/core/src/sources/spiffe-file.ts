/**
 * SPIFFE: a JWT-SVID in a file.
 *
 * Import from `@tokenhop/core/sources/spiffe-file`.
 */
import * as v from "valibot";
import { peekClaims } from "../internal/jwt.ts";
import { replacedToken } from "../internal/replaced-file.ts";
import { checkOptions, text } from "../internal/schema.ts";
import { detected, mustBeFound, sourceError } from "../internal/source.ts";
import { plain } from "../internal/text.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link spiffeFile} is given. */
export interface SpiffeFileOptions {
  /** Path of the file, `jwt_svid_file_name` of spiffe-helper. */
  readonly file: string | undefined;
}

const NAME = "spiffe-file";
/** A workload's: a trust domain, and perhaps a path without empty segments. */
const SPIFFE_ID = /^spiffe:\/\/[a-z\d._-]+(?:\/[\w.-]+)*$/;
const optionsSchema = v.strictObject({ file: text });

/**
 * The JWT-SVID that spiffe-helper, or anything else that speaks the SPIFFE Workload API, writes into a file and replaces before
 * it ends. That API is gRPC, which cannot be had by `fetch`, so it is not asked itself. The file is read anew at each ask.
 *
 * - Audience: those of the file (`jwt_audience` and `jwt_extra_audiences`), and no other; a token for another audience is
 *   refused here, naming both.
 * - Lifetime: the token's own; 5 minutes by SPIRE's default (UNCONFIRMED). Where it says when it was issued, the file is read
 *   again at 85 % of it, and if that was too early, halfway from there to the end, and so on.
 * - Issuer: whatever SPIRE's `jwt_issuer` is. The clouds take a token only if that is an https URL with a discovery document,
 *   which SPIRE's OIDC discovery provider serves.
 * - Subject: the SPIFFE ID, `spiffe://TRUST-DOMAIN/PATH`; a token with anything else is refused here.
 * - Provenance: `external`.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when the file
 * cannot be read, and with `ERR_SOURCE_FAILED` when it holds no token (tried again), an expired one (tried again: the helper
 * may be late), one for another audience, or one that is no JWT-SVID.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { spiffeFile } from "@tokenhop/core/sources/spiffe-file";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // helper.conf: jwt_svids = [{ jwt_audience = "api://AzureADTokenExchange", jwt_svid_file_name = "azure.jwt" }]
 * export const vault = federate({
 *   from: spiffeFile({ file: "/run/svids/azure.jwt" }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://vault.azure.net/.default",
 *   }),
 * });
 * ```
 *
 * @see https://github.com/spiffe/spiffe/blob/main/standards/JWT-SVID.md
 * @see https://github.com/spiffe/spiffe-helper
 */
export function spiffeFile(options: SpiffeFileOptions): IdentitySource {
  const { file } = checkOptions(optionsSchema, options, "spiffeFile()");
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, file],
    provenance: "external",
    detect: ({ readTextFile }) => detected(readTextFile ? [] : ["a runtime that can read files"]),
    async getToken({ audience }, { platform, signal }) {
      mustBeFound(NAME, source.detect(platform), signal);
      const hint = "does spiffe-helper write it?";
      const fix = "add that to jwt_audience or jwt_extra_audiences";
      const found = await replacedToken(NAME, file, audience, platform, signal, hint, fix);
      const sub = peekClaims(found.token.reveal())?.sub;
      if (typeof sub === "string" && SPIFFE_ID.test(sub)) return found;
      const told = typeof sub === "string" ? plain(sub) || "empty" : "missing";
      throw sourceError(
        NAME,
        `${file} holds no JWT-SVID: its sub is ${told}, expected a SPIFFE ID (spiffe://TRUST-DOMAIN/PATH)`,
      );
    },
  };
  return source;
}

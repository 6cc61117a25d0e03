/** A user for tests of what is behind the verification of tokens. */
import type { EntraClaims } from "../bearer-auth.ts";
import { encodeBase64Url } from "../internal/base64.ts";
import { verifiedUser } from "../internal/verified-user.ts";
import { defaultPlatform } from "../platform.ts";
import type { Platform, VerifiedUser } from "../types.ts";

/** What {@link testUser} gives. */
export interface TestUserOptions {
  /** The token text. Default: one made of the claims, signed by nobody. */
  readonly token?: string | undefined;
  /** Other claims than those of the usual user, or other values. Give an application's own token `{ idtyp: "app" }`. */
  readonly claims?: Partial<EntraClaims> | undefined;
  /** How long the token lasts, in ms. Default an hour. */
  readonly lifetimeMs?: number | undefined;
  readonly platform?: Pick<Platform, "now"> | undefined;
}

const TEST_TENANT = "00000000-0000-4000-8000-00000000000a";

/**
 * A verified user whom nobody verified: for testing what is behind `bearerAuth`. The same claims make the same user. By default
 * it is a user of Entra with version 2.0 of everything and the scope `access_as_user`.
 *
 * @example
 * ```ts
 * import { testUser } from "@tokenhop/core/testing";
 *
 * const ann = await testUser({ claims: { oid: "00000000-0000-4000-8000-0000000000aa", scp: "Files.Read" } });
 * console.log(ann.claims.oid, ann.expiresAt);
 * ```
 */
export async function testUser(options: TestUserOptions = {}): Promise<VerifiedUser<EntraClaims>> {
  const { lifetimeMs = 3_600_000, platform = defaultPlatform() } = options;
  const { tid = TEST_TENANT } = options.claims ?? {};
  const now = Math.floor(platform.now() / 1000);
  const claims: EntraClaims = {
    iss: `https://login.microsoftonline.com/${tid}/v2.0`,
    aud: "00000000-0000-4000-8000-00000000000b",
    azp: "00000000-0000-4000-8000-00000000000c",
    oid: "00000000-0000-4000-8000-00000000000d",
    sub: "test-user",
    tid: TEST_TENANT,
    ver: "2.0",
    scp: "access_as_user",
    iat: now,
    nbf: now,
    exp: now + Math.floor(lifetimeMs / 1000),
    ...options.claims,
  };
  const { exp, iat, nbf, ...who } = claims;
  const part = (value: object): string => encodeBase64Url(new TextEncoder().encode(JSON.stringify(value)));
  const { token = `${part({ typ: "JWT", alg: "none" })}.${part(who)}.` } = options;
  return verifiedUser(token, structuredClone(claims));
}

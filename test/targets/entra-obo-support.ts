/** What the tests of the target entra-obo share. */
import { type BearerToken, secret, type TokenClaims, type VerifiedUser } from "@tokenhop/core";
import { type EntraOboOptions, type EntraOboParams, entraObo } from "@tokenhop/core/targets/entra-obo";
import { manualClock, scriptedFetch, testPlatform, testUser } from "@tokenhop/core/testing";
import { contextFor, failureOf } from "../contract/platform.ts";
import { canaryToken } from "../leak.ts";
import { CLIENT, good, SCOPE, TENANT } from "./entra-support.ts";

export const OBO: EntraOboOptions = { tenantId: TENANT, clientId: CLIENT, scope: SCOPE };

/** A user of the tenant who called this API, an hour ago at most. */
export function userWith(
  claims: Readonly<Record<string, unknown>> = {},
  { lifetimeMs = 3_600_000, token = canaryToken() } = {},
): Promise<VerifiedUser<TokenClaims>> {
  return testUser({
    token,
    lifetimeMs,
    platform: manualClock(),
    claims: { tid: TENANT, aud: CLIENT, scp: "access_as_user", ...claims },
  });
}

export interface Acted {
  readonly token: BearerToken;
  readonly sent: Request;
  readonly form: Readonly<Record<string, string>>;
  readonly assertion: string;
}

/** One exchange that is answered with a good reply. */
export async function act(
  options: Partial<EntraOboOptions>,
  params: EntraOboParams,
  more: object = {},
): Promise<Acted> {
  const fetch = scriptedFetch([good(more)]);
  const assertion = canaryToken();
  const subject = { token: secret(assertion) };
  const target = entraObo({ ...OBO, ...options });
  target.validate?.(params);
  const token = await target.exchange(subject, params, contextFor(testPlatform({ fetch })));
  const sent = fetch.requests[0] as Request;
  return { token, sent, form: Object.fromEntries(new URLSearchParams(await sent.text())), assertion };
}

/** The error that an answer to the exchange comes to. */
export async function refusedWith(reply: Response, user: VerifiedUser, options: Partial<EntraOboOptions> = {}) {
  const context = contextFor(testPlatform({ fetch: scriptedFetch([reply]) }));
  const subject = { token: secret(canaryToken()) };
  return failureOf(() => entraObo({ ...OBO, ...options }).exchange(subject, { user }, context));
}

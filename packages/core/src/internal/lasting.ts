/** Credentials for SDKs that keep what they get by themselves. */
import type { Credential, CredentialProvider, GetOptions, Platform } from "../types.ts";

/**
 * Whoever keeps credentials expects one to last longer than this: `@azure/identity` gives none that does not, and the AWS SDK
 * asks again with each request, as Google's clients do.
 */
export const SOON_MS = 300_000;
/** How long a call waits for a new one while the held one is valid: as the engine does inside its margin. */
const WAIT_MS = 2_000;

/**
 * A credential that lasts a while, if one can be had: what is due for renewal and has not long to go is given only when no other
 * comes in time.
 */
export async function lasting<Out extends Credential>(
  provider: Pick<CredentialProvider<Out>, "get">,
  call: GetOptions,
  platform: Platform,
): Promise<Out> {
  const now = (): number => platform.now();
  const endsAt = now() + Math.min(call.timeoutMs ?? WAIT_MS, WAIT_MS);
  const held = await provider.get(call);
  // Where a wait ends with the request that began it, a client that refreshes behind one would wait for ever.
  if (call.claims || platform.requestBoundIo || held.expiresAt - now() > SOON_MS) return held;
  try {
    // Inside its margin the engine has waited already.
    return await provider.get({ ...call, eager: true, timeoutMs: Math.max(0, endsAt - now()) });
  } catch (error) {
    if (held.expiresAt > now()) return held;
    throw error;
  }
}

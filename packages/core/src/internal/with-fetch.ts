/** One source whose requests go another way than everybody else's: over a socket, or with certificates of its own. */
import type { Fetch, StepContext } from "../types.ts";

/** The same attempt with this `fetch`; without one, as it is. */
export function withFetch(context: StepContext, fetch: Fetch | undefined): StepContext {
  // Inherited and not copied: a platform may be an object of a class.
  return fetch ? { ...context, platform: Object.create(context.platform, { fetch: { value: fetch } }) } : context;
}

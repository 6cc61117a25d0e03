/** One source whose requests go another way than everybody else's: over a socket, or with certificates of its own. */
import type { Fetch, Platform, StepContext } from "../types.ts";

/** The same attempt with this `fetch`; without one, as it is. */
export function withFetch(context: StepContext, fetch: Fetch | undefined): StepContext {
  if (!fetch) return context;
  const { platform } = context;
  // Asked and neither copied nor inherited: a platform may be an object of a class, with fields that only it can read.
  const through: Platform = {
    fetch,
    env: platform.env,
    now: () => platform.now(),
    monotonic: () => platform.monotonic(),
    random: () => platform.random(),
    sleep: (ms, signal) => platform.sleep(ms, signal),
    requestBoundIo: platform.requestBoundIo,
    ...(platform.readTextFile && { readTextFile: (path) => platform.readTextFile?.(path) as Promise<string> }),
    ...(platform.waitUntil && { waitUntil: (work) => platform.waitUntil?.(work) }),
  };
  return { ...context, platform: through };
}

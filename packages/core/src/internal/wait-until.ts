/** How work may outlive a request, as frameworks know it. */
import type { Platform } from "../types.ts";

/** What a framework knows of a request besides the request itself. Read only when an exchange is due, so it may have getters. */
export interface RequestContext {
  /** How work may outlive the request. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** The same as Workers have it: `ctx`. May be a getter that throws where there is none. */
  readonly executionCtx?: Required<Pick<Platform, "waitUntil">> | undefined;
}

/** The one that is there, if any is. */
export function waitUntilOf(context: RequestContext): RequestContext["waitUntil"] {
  try {
    const { executionCtx } = context;
    if (executionCtx) return (work) => executionCtx.waitUntil(work);
  } catch {
    // None, then.
  }
  return context.waitUntil;
}

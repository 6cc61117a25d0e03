/** How work may outlive a request, as frameworks know it. */
import type { Platform } from "../types.ts";

/** What a framework knows of a request besides the request itself. */
export interface RequestContext {
  /** How work may outlive the request. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** The same for a framework that throws where there is none. Called only when an exchange is due. */
  readonly executionContext?: (() => Required<Pick<Platform, "waitUntil">>) | undefined;
}

/** The one that is there, if any is. */
export function waitUntilOf({ waitUntil, executionContext }: RequestContext): RequestContext["waitUntil"] {
  try {
    const owner = executionContext?.();
    return owner ? (work) => owner.waitUntil(work) : waitUntil;
  } catch {
    return waitUntil;
  }
}

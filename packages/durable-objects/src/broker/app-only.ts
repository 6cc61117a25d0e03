/** Which providers a broker may serve. */
import { isTokenError } from "@tokenhop/core";
import { isVerifiedUser } from "@tokenhop/core/bearer-auth";
import { isRecord } from "./configuration.ts";

interface Looked {
  readonly identity?: unknown;
  readonly get?: unknown;
  readonly peek?: (() => unknown) | undefined;
  readonly with?: unknown;
  readonly partition?: unknown;
  readonly perRequest?: unknown;
}

const NOT_ONE = "expected a provider, as federate() gives";

/** Whether a user who was verified is anywhere in it. */
function hasUser(part: unknown): boolean {
  return isVerifiedUser(part) || ((Array.isArray(part) || isRecord(part)) && Object.values(part).some(hasUser));
}

/** Whether a provider, or one that it is fed by, is bound to more than texts and the like. Then nobody can see whose it is. */
function isBound(identity: unknown): boolean {
  if (!Array.isArray(identity) || !Array.isArray(identity[0])) return false;
  return Object.values(Object(identity.at(-1))).some((value) => Object(value) === value) || isBound(identity[0]);
}

/**
 * Why a provider's credential cannot be shared by all isolates, or nothing. It must be the application's own: what belongs to a
 * user or a request is nobody else's.
 */
export function whyNotShared(provider: unknown): string | undefined {
  const { identity, get, peek, with: view, partition, perRequest } = Object(provider) as Looked;
  if (typeof get !== "function" || typeof peek !== "function" || typeof view !== "function") return NOT_ONE;
  if (perRequest || partition) return "its credential belongs to a request: a broker serves the application's own only";
  if (hasUser(identity) || isBound(identity))
    return "it is bound to a user: a broker serves the application's own only";
  try {
    // What is held is looked for by the parameters, so that this shows whether one is missing. It starts nothing.
    peek.call(provider);
    return undefined;
  } catch (error) {
    if (!isTokenError(error)) return NOT_ONE;
    return "it needs parameters (a user, a tenant): a broker serves the application's own credentials only";
  }
}

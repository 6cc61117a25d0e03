/** How an API server says no: an object of the kind Status. */
import type { LogDetails } from "../log.ts";
import type { Answer } from "../world.ts";

type Extra = Omit<LogDetails, "outcome" | "reason" | "code">;

const codes = {
  BadRequest: 400,
  Unauthorized: 401,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  Conflict: 409,
  UnsupportedMediaType: 415,
  Invalid: 422,
} as const;

/** Why, in the API's own words. */
export type StatusReason = keyof typeof codes;

/** What a refusal is about. */
export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly causes?: readonly { readonly reason: string; readonly message: string; readonly field: string }[];
}

/** A refusal. */
export function failure(reason: StatusReason, message: string, details?: StatusDetails, extra: Extra = {}): Answer {
  const code = codes[reason];
  return {
    status: code,
    headers: { "content-type": "application/json" },
    body: {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message,
      reason,
      ...(details && { details }),
      code,
    },
    log: { outcome: "refused", code: reason, reason: message, ...extra },
  };
}

/** Nobody is let in without a token of the cluster for the API server; what is wrong with one is not said. */
export function unauthorized(): Answer {
  return failure("Unauthorized", "Unauthorized");
}

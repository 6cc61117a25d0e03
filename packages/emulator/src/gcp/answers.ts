/** How Google says no: OAuth's form at the token service, the form of its APIs everywhere else. */
import type { LogDetails } from "../log.ts";
import type { Answer } from "../world.ts";

type Details = Omit<LogDetails, "outcome" | "reason" | "code">;

/** Thrown by the steps of a route, caught once at its end. */
export class GcpRefused extends Error {
  override readonly name = "GcpRefused";
  readonly answer: Answer;

  constructor(answer: Answer) {
    super(answer.log.reason);
    this.answer = answer;
  }
}

/** A refusal of the token service. `reason` is for the log, where the description does not say enough. */
export function oauthRefusal(
  error: string,
  description: string,
  details: Details = {},
  reason: string = description,
): GcpRefused {
  return new GcpRefused({
    status: 400,
    headers: { "cache-control": "no-store" },
    body: { error, error_description: description },
    log: { outcome: "refused", code: error, reason, ...details },
  });
}

/** HTTP status and name of the error, as Google's APIs pair them. */
export const apiStatuses: Readonly<Record<ApiStatus, number>> = {
  INVALID_ARGUMENT: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
};

/** Names of errors. */
export type ApiStatus = "INVALID_ARGUMENT" | "UNAUTHENTICATED" | "PERMISSION_DENIED" | "NOT_FOUND";

/** What an API may say besides: `google.rpc.ErrorInfo`. */
export interface ErrorInfo {
  readonly reason: string;
  readonly domain: string;
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/** A refusal of an API. */
export function apiRefusal(status: ApiStatus, message: string, info?: ErrorInfo, details: Details = {}): GcpRefused {
  const code = apiStatuses[status];
  const details_ = info && [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", ...info }];
  return new GcpRefused({
    status: code,
    ...(code === 401 && { headers: { "www-authenticate": 'Bearer realm="https://accounts.google.com/"' } }),
    body: { error: { code, message, status, ...(details_ && { details: details_ }) } },
    log: { outcome: "refused", code: status, reason: message, ...details },
  });
}

/** Runs a route whose steps refuse by throwing. */
export async function answered(route: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await route();
  } catch (error) {
    if (error instanceof GcpRefused) return error.answer;
    throw error;
  }
}

/** A JSON body, or nothing when it is none. */
export function jsonObject(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

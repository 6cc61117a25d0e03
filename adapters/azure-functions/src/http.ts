/** Requests and responses of Azure Functions, and those of the web. */
import type { HttpRequest, HttpResponseInit, InvocationContext } from "@azure/functions";
import { problemResponse, requestHead } from "@tokenhop/core";
import { cookieOf } from "./cookies.ts";

/** What belongs to one connection and not to the message (RFC 9110, 7.6.1). The host would send it as it is told. */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
];

/** Whether it was a request that triggered the function. By class it is not told: older versions of the library bring their own. */
export function isHttp(input: unknown): input is HttpRequest {
  return typeof Object(input).headers?.get === "function";
}

/** The head of the request, for sources that read it. */
export function headOf({ method, url, headers }: HttpRequest): Request {
  return requestHead({ method, url, headers: Object.fromEntries(headers) }, new URL(url).origin);
}

/** A response of the web as the host takes one. Its body is passed on as it comes. */
function initOf({ status, headers, body }: Response): HttpResponseInit {
  const named = (headers.get("connection") ?? "").toLowerCase().split(/\s*,\s*/);
  const dropped = new Set([...HOP_BY_HOP, ...named]);
  const cookies = headers.getSetCookie().map(cookieOf);
  if (cookies.length > 1) dropped.add("set-cookie");
  return {
    status,
    headers: [...headers].filter(([name]) => !dropped.has(name)),
    // The types of streams are declared twice, for the web and for Node.
    body: body as never,
    ...(cookies.length > 1 && { cookies }),
  };
}

/**
 * What a function gives to the host. For a request that is a `Response` in the host's form, or the problem that an exchange
 * failed with; every other error, and those of other triggers, are the host's, which knows whether to try again.
 */
export async function answered(input: unknown, context: InvocationContext, run: () => unknown): Promise<unknown> {
  if (!isHttp(input)) return run();
  try {
    const result = await run();
    return result instanceof Response ? initOf(result) : result;
  } catch (error) {
    const problem = problemResponse(error);
    if (!problem) throw error;
    // The host reports what it is thrown, and this it is not.
    if (problem.status >= 500) context.error(error);
    return initOf(problem);
  }
}

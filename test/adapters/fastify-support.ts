/** What the tests of Fastify's adapter share. */
import { isTokenError } from "@tokenhop/core";
import type { FastifyInstance, InjectOptions } from "fastify";
import { record } from "../leak.ts";

/** One request to an app, without a server. Status, body (of a problem its code), and when to come again. */
export async function asked(app: FastifyInstance, request: string | InjectOptions = "/"): Promise<readonly unknown[]> {
  const { statusCode, headers, payload } = await app.inject(request);
  record("answer", [statusCode, headers, payload]);
  const problem = /^application\/problem\+json$/.test(String(headers["content-type"]));
  const said = problem ? [JSON.parse(payload).code] : [payload];
  return [statusCode, ...said, ...(headers["retry-after"] ? [headers["retry-after"]] : [])];
}

export const isConfigError = (error: unknown): boolean => isTokenError(error) && error.code === "ERR_CONFIG_INVALID";

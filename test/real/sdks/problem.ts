/** What an SDK throws, without what hides in it. */
import { isTokenError } from "@tokenhop/core";
import { record } from "../../leak.ts";
import { printsOf } from "../../render.ts";

/** The fields that SDKs have in common. */
export interface Problem {
  readonly name?: string;
  readonly code?: string;
  readonly statusCode?: number;
  readonly status?: number;
  readonly message: string;
}

/** What an SDK throws. What it prints as goes to the leak search; hidden in it is the request, with its token. */
export async function problemOf(work: Promise<unknown>): Promise<Problem> {
  try {
    await work;
  } catch (error) {
    record("error of an SDK", printsOf(error));
    if (isTokenError(error)) record("error", error);
    return error as Problem;
  }
  throw new Error("expected a failure");
}

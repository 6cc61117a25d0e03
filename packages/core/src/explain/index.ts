/**
 * Why something failed and how to fix it, in plain words: for command lines, logs and support pages. A subpath of its own, so
 * that a Worker carries codes and no prose.
 *
 * Import from `@tokenhop/core/explain`.
 */
import type { ErrorCode } from "../errors.ts";
import { ASSERTION } from "./aadsts-assertion.ts";
import { REQUEST } from "./aadsts-request.ts";
import { SERVICE } from "./aadsts-service.ts";
import { CLOUDS, cloudReason } from "./clouds.ts";
import { CODES } from "./codes.ts";
import type { CodeReasons, Reason } from "./shapes.ts";

export type { CodeReason, CodeReasons, Reason } from "./shapes.ts";

/** What can be explained: an error of this project, or what is left of one in a log or an event. */
export interface Explainable {
  readonly code?: string | undefined;
  /** The server's own codes, AADSTS numbers at Entra. */
  readonly errorCodes?: readonly number[] | undefined;
  /** The same, where a log keeps only one. */
  readonly aadsts?: number | undefined;
  /** Name of the source or target where it happened: codes of other clouds mean something there only. */
  readonly step?: string | undefined;
  /** What the server calls the error: `AccessDenied` of AWS, `invalid_grant` of Google. */
  readonly error?: string | undefined;
}

/** An explanation, as specific as the error allows. */
export interface Explanation extends Reason {
  /** Where to read on, or what else is known. */
  readonly details?: string;
}

/** Every error code of this project. */
export const errorReasons: Readonly<Record<ErrorCode, Reason>> = CODES;

/** The AADSTS codes that are met with federated credentials. */
export const aadstsReasons: CodeReasons = { ...ASSERTION, ...REQUEST, ...SERVICE };

/** The codes of AWS and Google Cloud, by the step that meets them. */
export const cloudReasons: Readonly<Record<string, Readonly<Record<string, Reason>>>> = CLOUDS;

const UNKNOWN: Reason = {
  cause: "This version does not know the code.",
  fix: "Look at the error's own message, and for the code in the documentation of the version that raised it.",
};

/**
 * Explains an error, or a code or AADSTS number alone: by the server's own code where that is known, else by the code of this
 * project.
 *
 * @returns Cause and fix in plain words. Never anything of the error but its codes, so it can be shown anywhere.
 *
 * @example
 * ```ts
 * import { isTokenError } from "@tokenhop/core";
 * import { explain } from "@tokenhop/core/explain";
 *
 * export function report(problem: unknown): void {
 *   if (!isTokenError(problem)) throw problem;
 *   const { cause, fix } = explain(problem);
 *   console.error(`${problem.message}\n  why: ${cause}\n  fix: ${fix}`);
 * }
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export function explain(problem: Explainable | string | number): Explanation {
  const error: Explainable =
    typeof problem === "string" ? { code: problem } : typeof problem === "number" ? { aadsts: problem } : problem;
  const numbers = [...(error.errorCodes ?? []), ...(error.aadsts === undefined ? [] : [error.aadsts])];
  const known = numbers.find((number) => Object.hasOwn(aadstsReasons, number));
  const reason = known === undefined ? cloudReason(error.step ?? "", error.error ?? "") : aadstsReasons[known];
  const code = error.code ?? "";
  const { cause, fix } = reason ?? (Object.hasOwn(CODES, code) ? CODES[code as ErrorCode] : UNKNOWN);
  const number = known ?? numbers[0];
  if (number === undefined) return { cause, fix };
  return { cause, fix, details: `AADSTS${number}: https://login.microsoftonline.com/error?code=${number}` };
}

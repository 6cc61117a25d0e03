import * as v from "valibot";
import { problemsBetween } from "./references.ts";
import { configSchema } from "./schema.ts";
import type { EmulatorConfig } from "./types.ts";

/** The config given to `createEmulator` cannot be played; `problems` has one line for each thing that is wrong. */
export class EmulatorConfigError extends Error {
  override readonly name = "EmulatorConfigError";
  readonly code = "ERR_EMULATOR_CONFIG";
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`Invalid emulator config (${problems.length}):\n${problems.map((problem) => `- ${problem}`).join("\n")}`);
    this.problems = problems;
  }
}

/** Says what is wrong with plain data, without repeating any of its values. */
export function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue) ?? "(top level)";
  if (issue.kind === "validation") return `${path}: ${issue.message}`;
  if (issue.expected === "never") return `${path}: is not an option`;
  if (issue.received === "undefined") return `${path}: is missing`;
  return `${path}: must be ${issue.expected ?? "something else"}`;
}

/**
 * Checks plain data and gives it back as a config.
 *
 * @throws {EmulatorConfigError} with every problem at once, duplicates and dangling references included
 */
export function parseConfig(input: unknown): EmulatorConfig {
  const result = v.safeParse(configSchema, input);
  // When every field has its type and only a rule is broken, references can still be followed.
  const problems = [
    ...(result.issues ?? []).map(describeIssue),
    ...(result.typed ? problemsBetween(result.output) : []),
  ];
  if (!result.success || problems.length > 0) throw new EmulatorConfigError(problems);
  return result.output;
}

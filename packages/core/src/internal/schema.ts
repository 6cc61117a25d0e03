/** valibot with messages that never show a value: options and replies may hold secrets. */
import * as v from "valibot";
import { ConfigError, type ErrorCode, TokenError } from "../errors.ts";

/** Where and what was expected. Of valibot's own messages nothing is used but the kind of issue: they embed the value. */
function problemOf(issue: v.BaseIssue<unknown>): string {
  const { type, expected, input, message } = issue;
  const ours = type === "custom" || type === "check" ? message : `expected ${expected}`;
  // Of an absent key valibot knows its name only, and expects that, in quotes.
  const why = expected?.startsWith('"') ? "missing" : input === undefined ? `missing, ${ours}` : ours;
  return [issue.path?.map(({ key }) => key).join("."), expected === "never" ? "unknown option" : why]
    .filter(Boolean)
    .join(": ");
}

type Schema<T> = v.BaseSchema<unknown, T, v.BaseIssue<unknown>>;

/**
 * Options, checked.
 *
 * @throws {ConfigError} naming every problem at once.
 */
export function checkOptions<T>(schema: Schema<T>, options: unknown, what: string): T {
  const result = v.safeParse(schema, options);
  if (result.success) return result.output;
  throw new ConfigError(what, result.issues.map(problemOf));
}

/**
 * A server's reply, checked.
 *
 * @throws {TokenError} `ERR_SOURCE_REPLY` or `ERR_EXCHANGE_REPLY`, naming the fields but not their values.
 */
export function checkReply<T>(schema: Schema<T>, reply: unknown, step: string, code: ErrorCode): T {
  const result = v.safeParse(schema, reply);
  if (result.success) return result.output;
  throw new TokenError(`Cannot read the reply at ${step}: ${result.issues.map(problemOf).join("; ")}`, {
    code,
    recovery: "retry",
    step,
  });
}

/** A text for which `test` holds; by default one that is not empty. */
export function textThat(
  expected = "expected a text that is not empty",
  test = (text: string): boolean => text !== "",
): v.GenericSchema<string> {
  return v.custom<string>((value) => typeof value === "string" && test(value), expected);
}

/** A text of this form. */
export function like(pattern: RegExp, expected: string): v.GenericSchema<string> {
  return textThat(expected, (value) => pattern.test(value));
}

/** A text that is not empty. */
export const text: v.GenericSchema<string> = textThat();

/** Seconds as servers write them: a number, or a text of one. As JSON, because not everything in a reply can be made a text. */
export const seconds: v.GenericSchema<string | number> = v.custom<string | number>(
  (value) => /^"?-?\d+(\.\d+)?"?$/.test(JSON.stringify(value)),
  "expected a number of seconds",
);

/** An option that is on or off. */
export const flag: v.GenericSchema<boolean | undefined> = v.optional(
  v.custom<boolean>((value) => typeof value === "boolean", "expected true or false"),
);

/** This value and no other. */
export const exactly = <T extends string | number | boolean>(wanted: T): v.GenericSchema<T> =>
  v.custom<T>((value) => value === wanted, `expected ${wanted}`);

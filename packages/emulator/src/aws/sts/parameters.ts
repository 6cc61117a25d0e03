/** Reads the parameters of an operation of STS, and names everything that is wrong with them at once. */
import { type AwsRefused, awsRefused } from "../refusal.ts";

/** What a text may be. */
export interface TextRules {
  readonly min: number;
  readonly max: number;
  /** As the service names it, matched from end to end. */
  readonly pattern?: string;
  /** The value is not repeated. */
  readonly isSecret?: boolean;
}

/** Collects the values of one request. */
export interface Parameters {
  text(name: string, rules: TextRules): string;
  optionalText(name: string, rules: TextRules): string | undefined;
  integer(name: string, min: number, max: number): number | undefined;
  /** `NAME.member.1` and so on, or with `field` `NAME.member.1.FIELD`. */
  list(name: string, field: string | undefined, counts: Count, rules: TextRules): readonly string[];
  /** For what no rule above says. */
  problem(text: string): void;
  /** Refuses the request if anything was wrong. Values that were read before must not be used otherwise. */
  check(): void;
}

/** How many entries a list may have. */
export interface Count {
  readonly min: number;
  readonly max: number;
}

/** Starts reading. */
export function readParameters(form: URLSearchParams): Parameters {
  const problems: string[] = [];
  const failed = (name: string, value: string | undefined, constraint: string): void => {
    const shown = value === undefined ? " null" : value;
    problems.push(`Value${shown} at '${camel(name)}' failed to satisfy constraint: ${constraint}`);
  };
  const checkText = (name: string, value: string, { min, max, pattern, isSecret }: TextRules): void => {
    const shown = isSecret ? "" : ` '${value}'`;
    if (value.length < min) failed(name, shown, `Member must have length greater than or equal to ${min}`);
    if (value.length > max) failed(name, shown, `Member must have length less than or equal to ${max}`);
    if (pattern !== undefined && !new RegExp(`^(?:${pattern})$`).test(value)) {
      failed(name, shown, `Member must satisfy regular expression pattern: ${pattern}`);
    }
  };
  const optionalText = (name: string, rules: TextRules): string | undefined => {
    const value = form.get(name) ?? undefined;
    if (value !== undefined) checkText(name, value, rules);
    return value;
  };
  return {
    optionalText,
    text(name, rules) {
      const value = optionalText(name, rules);
      if (value === undefined) failed(name, undefined, "Member must not be null");
      return value ?? "";
    },
    integer(name, min, max) {
      const value = form.get(name);
      if (value === null) return undefined;
      const number = /^-?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      if (Number.isNaN(number)) failed(name, ` '${value}'`, "Member must be an integer");
      if (number < min) failed(name, ` '${value}'`, `Member must have value greater than or equal to ${min}`);
      if (number > max) failed(name, ` '${value}'`, `Member must have value less than or equal to ${max}`);
      return number;
    },
    list(name, field, { min, max }, rules) {
      const values = members(form, name, field);
      const shown = ` '[${values.join(", ")}]'`;
      if (values.length < min) failed(name, shown, `Member must have length greater than or equal to ${min}`);
      if (values.length > max) failed(name, shown, `Member must have length less than or equal to ${max}`);
      for (const [index, value] of values.entries()) {
        checkText(`${name}.${index + 1}.member${field === undefined ? "" : `.${camel(field)}`}`, value, rules);
      }
      return values;
    },
    problem: (text) => void problems.push(text),
    check() {
      if (problems.length > 0) throw invalid(problems);
    },
  };
}

function members(form: URLSearchParams, name: string, field: string | undefined): readonly string[] {
  const values: string[] = [];
  for (let index = 1; ; index += 1) {
    const value = form.get(`${name}.member.${index}${field === undefined ? "" : `.${field}`}`);
    if (value === null) return values;
    values.push(value);
  }
}

function invalid(problems: readonly string[]): AwsRefused {
  const count = problems.length === 1 ? "1 validation error" : `${problems.length} validation errors`;
  // Values may be anything that the caller mistook for it, tokens too.
  const reason = `${count} detected`;
  return awsRefused(400, "ValidationError", `${count} detected: ${problems.join("; ")}`, { reason });
}

/** A single rule that was broken and has a text of its own. */
export function validationError(message: string): AwsRefused {
  return awsRefused(400, "ValidationError", message);
}

function camel(name: string): string {
  return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
}

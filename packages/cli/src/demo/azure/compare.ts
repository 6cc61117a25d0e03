/** Compares two answers by their shapes. Pure. */
import type { AnswerShape } from "./shape.ts";

/** What matters in the answers to one kind of request. */
export interface CompareRules {
  /** Names of headers that are to be there, or not, in both. */
  readonly headers: readonly string[];
  /** Paths of members that may be in one answer only, with all that is below them. */
  readonly optional: readonly string[];
}

const isBelow = (path: string, above: string): boolean =>
  above === "" || path.startsWith(`${above}.`) || path.startsWith(`${above}[]`);

/** One real list may hold what the emulator's does and more, as `null` where a value is not set. */
function includes(real: string, emulated: string): boolean {
  const types = real.split(" or ");
  return emulated.split(" or ").every((type) => types.includes(type));
}

function said({ status, values }: AnswerShape): string {
  const code = values.error_codes ?? values["error.code"] ?? values.error;
  return code === undefined ? String(status) : `${status} (${code})`;
}

function words(what: string, real: string | undefined, emulated: string | undefined): string {
  if (real === undefined) return `${what}: none, emulator says ${emulated}`;
  return `${what}: ${real}, emulator ${emulated === undefined ? "has none" : `says ${emulated}`}`;
}

function headerDifferences(real: AnswerShape, emulated: AnswerShape, names: readonly string[]): string[] {
  const shown = ({ headers }: AnswerShape, name: string): string | undefined =>
    headers.includes(name) ? "present" : undefined;
  return names.flatMap((name) => {
    const [ours, theirs] = [shown(real, name), shown(emulated, name)];
    return ours === theirs ? [] : [words(`header ${name}`, ours, theirs)];
  });
}

function memberDifferences(real: AnswerShape, emulated: AnswerShape, optional: readonly string[]): string[] {
  const found: string[] = [];
  const differing: string[] = [];
  const paths = new Set([...Object.keys(real.members), ...Object.keys(emulated.members)]);
  for (const path of [...paths].sort()) {
    const [ours, theirs] = [real.members[path], emulated.members[path]];
    if (ours !== undefined && theirs !== undefined && includes(ours, theirs)) continue;
    // What is below a difference differs because of it.
    if (differing.some((above) => isBelow(path, above))) continue;
    const mayBeMissing = optional.some((one) => path === one || isBelow(path, one));
    if (mayBeMissing && (ours === undefined || theirs === undefined)) continue;
    differing.push(path);
    found.push(words(path === "" ? "body" : path, ours, theirs));
  }
  return found;
}

function valueDifferences(real: AnswerShape, emulated: AnswerShape): string[] {
  return Object.entries(real.values).flatMap(([path, value]) => {
    const theirs = emulated.values[path];
    return theirs === undefined || theirs === value ? [] : [words(path, value, theirs)];
  });
}

/**
 * How a real answer differs from an emulated one, in words; nothing where they are alike. Answers of different status are not
 * compared any further.
 */
export function differencesBetween(real: AnswerShape, emulated: AnswerShape, rules: CompareRules): readonly string[] {
  if (real.status !== emulated.status) return [words("status", said(real), said(emulated))];
  const type =
    real.contentType === emulated.contentType ? [] : [words("content-type", real.contentType, emulated.contentType)];
  return [
    ...type,
    ...headerDifferences(real, emulated, rules.headers),
    ...memberDifferences(real, emulated, rules.optional),
    ...valueDifferences(real, emulated),
  ];
}

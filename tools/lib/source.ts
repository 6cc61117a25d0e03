/**
 * As much understanding of TypeScript as the checks need: where comments and strings are, and what a file imports. TypeScript 7
 * has no parser to call; code in this repository is simple enough for this.
 */

/** Code with the same length and lines, in which comments, templates, patterns and the insides of strings are blank. */
export function blank(source: string): string {
  let out = "";
  for (let at = 0; at < source.length; ) {
    const { end, kind } = next(source, at, out);
    const text = source.slice(at, end);
    const inside = kind === "quoted" ? text.slice(1, -1) : kind === "other" ? text : "";
    out += text.replace(inside, inside.replaceAll(/[^\n]/g, " "));
    at = end;
  }
  return out;
}

interface Piece {
  readonly end: number;
  readonly kind: "code" | "quoted" | "other";
}

/** Before a regular expression stands an operator or nothing; before a division, a value. */
const beforeRegex = /(^|[=(,:;!&|?{}[+\-*%<>~^]|\breturn|\btypeof|\bcase)\s*$/;

function next(source: string, at: number, before: string): Piece {
  const pair = source.slice(at, at + 2);
  const char = source.charAt(at);
  if (pair === "//") return { end: endOf(source, at, "\n"), kind: "other" };
  if (pair === "/*") return { end: endOf(source, at + 2, "*/") + 2, kind: "other" };
  if (char === '"' || char === "'") return { end: quoted(source, at + 1, char), kind: "quoted" };
  if (char === "`") return { end: template(source, at + 1), kind: "other" };
  if (char === "/" && beforeRegex.test(before.slice(-80))) return { end: regex(source, at + 1), kind: "other" };
  return { end: at + 1, kind: "code" };
}

function endOf(source: string, from: number, text: string): number {
  const end = source.indexOf(text, from);
  return end === -1 ? source.length : end;
}

function quoted(source: string, from: number, quote: string): number {
  let at = from;
  while (at < source.length && source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
  return at + 1;
}

/** A template ends where it began, with the code that it holds: good enough for rules about imports. */
function template(source: string, from: number): number {
  let at = from;
  while (at < source.length && source[at] !== "`") {
    if (source[at] === "\\") at += 2;
    else if (source.startsWith("${", at)) at = substitution(source, at + 2);
    else at++;
  }
  return at + 1;
}

function substitution(source: string, from: number): number {
  let at = from;
  for (let depth = 1; at < source.length && depth > 0; ) {
    if (source[at] === "`") {
      at = template(source, at + 1);
      continue;
    }
    if (source[at] === "{") depth++;
    if (source[at] === "}") depth--;
    at++;
  }
  return at;
}

function regex(source: string, from: number): number {
  let at = from;
  for (let inClass = false; at < source.length && (inClass || source[at] !== "/"); ) {
    if (source[at] === "\n") return from;
    if (source[at] === "[") inClass = true;
    if (source[at] === "]") inClass = false;
    at += source[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}

/** One import, re-export or dynamic import. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const importForms = [
  /\b(?:import|export)\s+(?:type\s+)?[^"'`;()]*?\bfrom\s*["']( *)["']/dg,
  /\bimport\s*["']( *)["']/dg,
  /\bimport\s*\(\s*["']( *)["']/dg,
];

/** The line of a position, from 1. */
export const lineAt = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** Every module that a file names, types included. */
export function importsOf(source: string): Import[] {
  const code = blank(source);
  return importForms.flatMap((form) =>
    [...code.matchAll(form)].map((match) => ({
      // The form is found where strings are blank, so that no string can look like an import; the name is read from the source.
      specifier: source.slice(...(match.indices?.[1] ?? [0, 0])),
      line: lineAt(code, match.index),
    })),
  );
}

/** The shape of an answer: everything about it that may be shown. Pure; no token and no person's data is ever in it. */
import { readJwt } from "./jwt.ts";
import type { Answer } from "./record.ts";

/** What kind of answer it is, without what it says. */
export interface AnswerShape {
  readonly status: number;
  /** In lower case, parameters in order. */
  readonly contentType: string;
  /** Names, in lower case. */
  readonly headers: readonly string[];
  /** JSON types by path: `value[].id`, `access_token.claims.iss`. Several types in a list are joined by " or ". */
  readonly members: Readonly<Record<string, string>>;
  /** Values by path, of those few members whose values are words of a protocol. */
  readonly values: Readonly<Record<string, string>>;
}

type Visit = (path: string, type: string, value: unknown) => void;

/** Members whose values tell something and are nobody's secret. */
const TELLING =
  /^(?:token_type|error|error_codes|error\.code|access_token\.(?:header\.(?:alg|typ)|claims\.(?:iss|aud|ver|idtyp|appidacr|azpacr)))$/;
/** A word of a protocol, an issuer, an audience; a token would be longer. */
const WORD = /^[\w.:/{}, -]{1,120}$/;
const DEEPEST = 8;
const LONGEST_NAME = 80;

/** A member's name, fit for a terminal. One as long as a token is not shown. */
const shown = (name: string): string =>
  name.length > LONGEST_NAME ? "(a long name)" : name.replaceAll(/[^ -~]/g, "?");

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return value === null ? "null" : typeof value;
}

/** Walks through a JSON value. An issued token is opened, as if its parts were members. */
function walk(path: string, value: unknown, visit: Visit, depth = 0): void {
  const token = path === "access_token" ? readJwt(value) : undefined;
  visit(path, token ? "JWT" : typeOf(value), value);
  if (depth === DEEPEST) return;
  if (Array.isArray(value)) for (const one of value) walk(`${path}[]`, one, visit, depth + 1);
  else
    for (const [name, one] of Object.entries(token ?? (Object(value) === value ? (value as object) : {})))
      walk(path === "" ? shown(name) : `${path}.${shown(name)}`, one, visit, depth + 1);
}

function contentTypeOf(header = ""): string {
  const [type = "", ...parameters] = header
    .toLowerCase()
    .split(";")
    .map((one) => one.trim());
  return [type, ...parameters.filter(Boolean).sort()].join("; ");
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

/**
 * Describes an answer. Of its values none is kept but those that are words of a protocol, as `invalid_client` is.
 */
export function describeAnswer({ status, headers, body }: Answer): AnswerShape {
  const types = new Map<string, Set<string>>();
  const values: Record<string, string> = {};
  walk("", parsed(body), (path, type, value) => {
    types.set(path, (types.get(path) ?? new Set()).add(type));
    const word = [value].flat().join(", ");
    if (TELLING.test(path) && type !== "object" && WORD.test(word)) values[path] = word;
  });
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const);
  return {
    status,
    contentType: contentTypeOf(named.find(([name]) => name === "content-type")?.[1]),
    headers: named.map(([name]) => name).sort(),
    members: Object.fromEntries([...types].map(([path, all]) => [path, [...all].sort().join(" or ")])),
    values,
  };
}

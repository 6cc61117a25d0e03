/** A token's text, taken apart. Nothing in it is believed here; what could be read in two ways is refused. */
import { decodeBytes } from "../internal/base64.ts";
import type { RefusalReason } from "./issuer.ts";

type Json = Readonly<Record<string, unknown>>;

/** What a token says of itself. */
export interface ParsedToken {
  readonly header: Json;
  readonly claims: Json;
}

const MAX_LENGTH = 16_384;
const MAX_DEPTH = 16;

/** Base64url as an encoder writes it: no padding, and no bits behind the last byte. A token has one spelling only. */
const BASE64URL = /^(?:[\w-]{4})*(?:[\w-]{2}[AEIMQUYcgkosw048]|[\w-][AQgw])?$/;
/** Texts, braces and brackets. A text that does not end is one up to the end: looking for its end again and again takes long. */
const PARTS = /"(?:[^"\\]|\\.)*(?:"|\\?$)(\s*:)?|[{}[\]]/gs;

/** Where two parsers may disagree: a member that is there twice, however its name is written; and nesting that exhausts one. */
function flawOf(json: string): RefusalReason | undefined {
  const open: Set<string>[] = [];
  for (const [part, colon] of json.matchAll(PARTS)) {
    if (part === "{" || part === "[") {
      if (open.push(new Set()) > MAX_DEPTH) return "too-deep";
    } else if (part === "}" || part === "]") {
      open.pop();
    } else if (colon) {
      const name: string = JSON.parse(part.slice(0, -colon.length));
      const names = open.at(-1);
      if (names?.has(name)) return "duplicate-member";
      names?.add(name);
    }
  }
  return undefined;
}

/** One part of a token, which must be a JSON object in UTF-8. */
function partOf(encoded: string): Json | RefusalReason {
  const json = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(decodeBytes(encoded));
  const flaw = flawOf(json);
  if (flaw) return flaw;
  const value: unknown = JSON.parse(json);
  return Object(value) === value && !Array.isArray(value) ? (value as Json) : "malformed";
}

/** The two readable parts of a JWT in its compact form, or why it is none that is read. */
export function parseToken(token: string): ParsedToken | RefusalReason {
  if (token.length > MAX_LENGTH) return "too-large";
  const parts = token.split(".");
  if (parts.length === 5) return "encrypted";
  const [first = "", second = ""] = parts;
  if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return "malformed";
  try {
    const header = partOf(first);
    const claims = typeof header === "string" ? header : partOf(second);
    if (typeof header === "string" || typeof claims === "string") return claims as RefusalReason;
    return { header, claims };
  } catch {
    return "malformed";
  }
}

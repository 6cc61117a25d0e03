/** Texts of servers and processes: read without complaint, and made fit for a terminal and a log. Pure. */

/** A text as JSON object; an empty one for anything else. */
export function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text)) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

// Control and format characters, halves of surrogate pairs: what a terminal obeys, or what turns a line around.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** One line, with nothing in it that a terminal obeys. */
export function printable(text: string): string {
  return text.replaceAll(/\s+/g, " ").replaceAll(INVISIBLE, "").trim();
}

const JWT = /eyJ[\w-]{5,}(?:\.[\w-]*)*/g;
const RUN = /\S{41,}/g;
const LONGEST = 300;

/** One line without anything that may be a token: proxies have been seen to echo what they were sent. */
export function plain(text: string): string {
  const line = printable(text).replaceAll(JWT, "[redacted]").replaceAll(RUN, "[redacted]");
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}

/** Codes are made of letters; a piece of a token has digits, or begins as one. */
const CODE = /^(?!eyJ)[a-z][a-z_.-]{1,39}$/i;

/** The code of the error that an answer names: `error.code` (Azure), `error` (OAuth) or `code` (problem details). Nothing else of it. */
export function errorCodeIn(body: string): string | undefined {
  const { error, code } = readObject(body);
  const found = typeof error === "string" ? error : ((Object(error) as { readonly code?: unknown }).code ?? code);
  return typeof found === "string" && CODE.test(found) ? found : undefined;
}

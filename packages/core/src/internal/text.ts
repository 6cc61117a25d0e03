/** Texts of servers and strangers, made fit for a message. */
import { REDACTED } from "./secret.ts";

const JWT = /eyJ[\w-]{5,}(?:\.[\w-]*){0,4}/g;
const RUN = /[\w+%-]{12,}/g;
// Control and format characters (bidirectional overrides among them), halves of surrogate pairs, separators of lines.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu;

/**
 * One line without control characters and without anything that looks like a token: servers have been seen to echo what they
 * were sent. A GUID or a claim value stays readable. Of a text without end the first 4 kB are looked at.
 *
 * @param sent The token that the server was sent, when there is one: an opaque one looks like nothing in particular.
 */
export function plain(text: string, sent = "", maxLength = 400): string {
  const line = text
    .slice(0, 4_096)
    .replaceAll(sent || REDACTED, REDACTED)
    .replace(INVISIBLE, " ")
    .replace(JWT, REDACTED)
    // Whatever is longer than a GUID or a thumbprint, and whatever is a piece of what was sent.
    .replace(RUN, (run) => (run.length > 40 || sent.includes(run) ? REDACTED : run))
    .trim();
  return line.length > maxLength ? `${line.slice(0, maxLength)}…` : line;
}

/** Servers echo what they were sent. No message may hold it, in whatever form it was sent. */
import { parseJson, type Reply } from "./http.ts";
import { REDACTED } from "./secret.ts";
import { plain } from "./text.ts";

/** The members that messages are made of lie no deeper. */
const DEPTH = 4;

/** The forms in which a server sees a secret: as it is, and as a form or a URL writes it. */
export function sentForms(secret: string): readonly string[] {
  const encoded = String(new URLSearchParams([["", secret]])).slice(1);
  return [secret, encoded, encoded.replaceAll("+", "%20")];
}

/** The texts of a reply, each after `clean`. What is too deep to be shown is left out. */
function cleaned(value: unknown, clean: (text: string) => string, depth = 0): unknown {
  if (typeof value === "string") return clean(value);
  if (Object(value) !== value) return value;
  if (depth >= DEPTH) return undefined;
  if (Array.isArray(value)) return value.map((one) => cleaned(one, clean, depth + 1));
  return Object.fromEntries(
    Object.entries(value as object).map(([name, one]) => [name, cleaned(one, clean, depth + 1)]),
  );
}

/**
 * The reply, to be read for a message, without what its request held. It is the texts in it that are looked at, for JSON can write
 * each character in two ways.
 *
 * @param secrets Every form of every secret that was sent.
 */
export function withoutEchoes(reply: Reply, secrets: readonly string[]): Reply {
  // The longest first: a short one may be a piece of another, which would then not be found.
  const forms = [...new Set(secrets)].filter(Boolean).sort((one, other) => other.length - one.length);
  const clean = (text: string): string => {
    const whole = forms.reduce((rest, form) => rest.replaceAll(form, REDACTED), text);
    // A piece of one is as telling as the whole.
    return forms.reduce((rest, form) => plain(rest, form, 4_096), whole);
  };
  return { ...reply, text: JSON.stringify(cleaned(parseJson(reply.text), clean)) ?? "" };
}

/** Small pure functions on text. */

/** Whether two GUIDs, domains or ARM names are the same: all of these ignore case. */
export function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Whether a text is a GUID. */
export function isGuid(value: string): boolean {
  return guid.test(value);
}

/**
 * Makes a text that came from outside fit for the log: no control characters, no JWT and no token of Google's (a caller may have put one
 * into the wrong field), at most 600 characters.
 */
export function forLog(value: string): string {
  return value
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "")
    .replace(/(eyJ[\w-]{6,}(\.[\w-]*)*|ya29\.[\w.-]+)/g, "[token]")
    .slice(0, 600);
}

/** Compares two secrets in a time that does not depend on where they differ. */
export function sameSecret(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  for (let index = 0; index < a.length; index += 1) difference |= a.charCodeAt(index) ^ (b.charCodeAt(index) || 0);
  return difference === 0;
}

/** The credentials of an `Authorization: Bearer` header. */
export function bearerOf(headers: Headers): string | undefined {
  return /^bearer +(\S+)$/i.exec(headers.get("authorization") ?? "")?.[1];
}

/** Sixteen random bytes as base64url: the form of Entra's `uti`. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

/** `2026-01-31 12:00:00Z`, as Entra writes the time into an error. */
export function entraTime(at: number): string {
  return new Date(at).toISOString().replace("T", " ").replace(/\.\d+/, "");
}

/** `2026-01-31T12:00:00.0000000Z`, as AADSTS700024 writes times. */
export function entraInstant(at: number): string {
  return new Date(at).toISOString().replace(/(\.\d{3})Z$/, "$10000Z");
}

/**
 * Base64 or base64url of UTF-8 text, decoded.
 *
 * @throws When it is neither.
 */
export function decodeBase64(encoded: string): string {
  const binary = atob(encoded.replace(/-/g, "+").replace(/_/g, "/"));
  return new TextDecoder("utf-8", { fatal: true }).decode(Uint8Array.from(binary, (char) => char.charCodeAt(0)));
}

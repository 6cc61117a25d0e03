/** Hashes, by Web Crypto. */

type Bytes = Uint8Array<ArrayBuffer>;

/** UTF-8. */
export function utf8(text: string): Bytes {
  return new TextEncoder().encode(text);
}

/** Bytes as lower-case hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Bytes as base 64. */
export function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}

/** A digest, of SHA-256 unless said otherwise. */
export async function digest(bytes: Bytes, algorithm: "SHA-1" | "SHA-256" = "SHA-256"): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest(algorithm, bytes));
}

/** HMAC with SHA-256. */
export async function hmac(key: Bytes, text: string): Promise<Bytes> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, utf8(text)));
}

/** The polynomials of CRC-32 (IEEE 802.3) and CRC-32C (Castagnoli), reflected. */
const polynomials = { crc32: 0xedb88320, crc32c: 0x82f63b78 } as const;

/** A CRC, most significant byte first. */
export function crc(bytes: Uint8Array, name: keyof typeof polynomials): Bytes {
  const polynomial = polynomials[name];
  let value = 0xffffffff;
  for (const byte of bytes) {
    value ^= byte;
    for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ polynomial : value >>> 1;
  }
  const result = new Uint8Array(4);
  new DataView(result.buffer).setUint32(0, ~value >>> 0);
  return result;
}

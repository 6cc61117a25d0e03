/** What a token says, unverified: only to describe it, and to make one like it. */

/** A token's two readable parts. */
export interface Jwt {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
}

function part(text: string): Readonly<Record<string, unknown>> {
  const bytes = Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Readonly<Record<string, unknown>>;
}

/** Reads a token; undefined for anything else. */
export function readJwt(token: unknown): Jwt | undefined {
  const [, header, claims] = /^([\w-]+)\.([\w-]+)\.[\w-]+$/.exec(String(token)) ?? [];
  if (header === undefined || claims === undefined) return undefined;
  try {
    return { header: part(header), claims: part(claims) };
  } catch {
    return undefined;
  }
}

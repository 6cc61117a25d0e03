/** What a provider is configured with, as far as it can be seen from outside: what two sides can compare. */
import type { BearerToken, CredentialProvider } from "@tokenhop/core";
import { encodeBase64Url } from "@tokenhop/core/kit";

/** Whether it is plain data with parts of its own, and not a function, a binding or an instance. */
export function isRecord(part: unknown): part is object {
  return Object(part) === part && Object.getPrototypeOf(part) === Object.prototype;
}

/**
 * One text for one configuration: lists and records with what is in them. Whatever else is an object is an `@`, because no two
 * Workers have the same.
 */
function textOf(part: unknown): string {
  if (Array.isArray(part)) return `[${part.map(textOf)}]`;
  if (isRecord(part)) return `{${textOf(Object.entries(part).sort())}`;
  if (typeof part === "string") return JSON.stringify(part);
  return Object(part) === part ? "@" : String(part);
}

/** What makes a digest of a text. */
export type Digest = (text: string) => Promise<string>;

/** SHA-256, as base64url. */
export const sha256: Digest = async (text) =>
  encodeBase64Url(new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text))));

/**
 * What gives the digest of a provider's configuration: its identity and its hosts. Made with the first question, once for each
 * provider. Requests share the settled text only: a promise belongs to the request that made it.
 */
export function configurations(digest: Digest): (provider: CredentialProvider<BearerToken, object>) => Promise<string> {
  const known = new WeakMap<object, string>();
  return async (provider) => {
    const made = known.get(provider) ?? (await digest(textOf([provider.identity, [...provider.hosts].sort()])));
    known.set(provider, made);
    return made;
  };
}

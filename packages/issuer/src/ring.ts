/** A ring as a store gave it. It decides who the issuer is: nothing in it is taken on trust, and nothing is put right silently. */
import { ConfigError, TokenError, type TokenErrorFields } from "@tokenhop/core";
import { checkOptions, classOf, exactly, textThat } from "@tokenhop/core/kit";
import * as v from "valibot";
import { isCryptoKey, keyIdOf, PRIVATE_MEMBERS } from "./keys.ts";
import type { IssuerKey, KeyRing, KeyStore, SigningAlgorithm } from "./types.ts";

/** No key can be had. What somebody else said of it is never in the message: a store may name what it was to store. */
export function keysError(why: string, fields?: Partial<TokenErrorFields>): TokenError {
  return new TokenError(`Cannot use the issuer's keys: ${why}`, {
    code: "ERR_ISSUER_KEYS",
    recovery: "retry",
    ...fields,
  });
}

const base64url = textThat("expected base64url", (value) => /^[\w-]+$/.test(value));
const whole = v.custom<number>((value) => Number.isSafeInteger(value) && Number(value) >= 0, "expected a whole number");

const PUBLIC: Readonly<Record<SigningAlgorithm, v.ObjectEntries>> = {
  RS256: { kty: exactly("RSA"), n: base64url, e: base64url },
  ES256: { kty: exactly("EC"), crv: exactly("P-256"), x: base64url, y: base64url },
};
const nonExportable = v.custom(
  (value) => isCryptoKey(value) && value.type === "private" && !value.extractable && value.usages.includes("sign"),
  "expected a private CryptoKey that signs and cannot be exported",
);

function keySchema(alg: SigningAlgorithm, keeps: KeyStore["keeps"], isRetired: boolean) {
  const secretMembers = Object.fromEntries(PRIVATE_MEMBERS[alg].map((member) => [member, base64url]));
  const privateKey = keeps === "jwk" ? v.strictObject({ ...PUBLIC[alg], ...secretMembers }) : nonExportable;
  return v.strictObject({
    kid: base64url,
    alg: exactly(alg),
    createdAt: whole,
    activeAt: whole,
    retiredAt: v.optional(whole),
    longestTokenMs: whole,
    publicJwk: v.strictObject(PUBLIC[alg]),
    privateKey: isRetired ? v.optional(privateKey) : privateKey,
  });
}

function ringSchema(keeps: KeyStore["keeps"]) {
  const key = v.lazy((value) => {
    const { alg, retiredAt } = Object(value);
    return keySchema(alg === "ES256" ? "ES256" : "RS256", keeps, retiredAt !== undefined);
  });
  return v.strictObject({
    version: exactly(1),
    revision: whole,
    keys: v.pipe(
      v.array(key),
      v.check((keys) => keys.length > 0, "expected at least one key"),
    ),
  });
}

/** Whether both halves of a key are one pair, as far as can be seen, and its id is theirs. */
async function isOneKey({ kid, publicJwk, privateKey }: IssuerKey): Promise<boolean> {
  const halves = Object.entries(publicJwk).every(([member, value]) =>
    privateKey === undefined || isCryptoKey(privateKey) ? true : privateKey[member as keyof JsonWebKey] === value,
  );
  return halves && kid === (await keyIdOf(publicJwk));
}

/**
 * The ring, checked.
 *
 * @throws {TokenError} `ERR_ISSUER_KEYS`, recovery `stop`, naming every member that is wrong and no value.
 */
export async function checkRing(stored: unknown, { name, keeps }: KeyStore): Promise<KeyRing> {
  const refused = (problems: readonly string[]): TokenError =>
    keysError(`what is in the key store ${name} is no ring of this version: ${problems.join("; ")}`, {
      recovery: "stop",
      problems,
    });
  try {
    checkOptions(ringSchema(keeps), stored, name);
  } catch (error) {
    throw refused(error instanceof ConfigError ? (error.problems ?? []) : [classOf(error)]);
  }
  const ring = stored as KeyRing;
  const whole = await Promise.all(ring.keys.map(isOneKey));
  const problems = whole.flatMap((fine, at) =>
    fine ? [] : [`keys.${at}: kid, publicJwk and privateKey are not one key's`],
  );
  if (new Set(ring.keys.map(({ kid }) => kid)).size < ring.keys.length) problems.push("keys: one is there twice");
  if (problems.length > 0) throw refused(problems);
  return ring;
}

/** Tokens: who may be named in one, for whom, for how long, and what is in it. */
import { ConfigError, secret, TokenError } from "@tokenhop/core";
import { classOf, plain } from "@tokenhop/core/kit";
import type { SigningKey } from "./keeper.ts";
import { signJwt } from "./keys.ts";
import { keysError } from "./ring.ts";
import type { MintedToken, MintQuestion, VerifierConfig } from "./types.ts";

/** A token is valid from a little earlier than it is issued at: the verifier's clock may be behind. */
const NOT_BEFORE_S = 60;

/** A question that was looked at. */
export interface Wanted {
  readonly subject: string;
  readonly audience: string;
  readonly lifetimeMs: number;
}

function refused(why: string): TokenError {
  return new TokenError(`Cannot mint a token: ${why}`, { code: "ERR_ISSUER_REFUSED", recovery: "stop" });
}

/** What was asked for, in quotes, fit for a message. */
const named = (value: unknown): string => (typeof value === "string" ? `"${plain(value)}"` : `a ${typeof value}`);

/** Nobody is to think that something counts which does not. */
function refuseOthers(others: object): void {
  const [other] = Object.keys(others);
  if (other !== undefined) throw refused(`the question has an unknown property ${named(other)}`);
}

/**
 * The question, if it may be answered.
 *
 * @throws {TokenError} `ERR_ISSUER_REFUSED`. It names what was asked for, and never what is allowed.
 */
export function checkQuestion(question: MintQuestion, config: VerifierConfig): Wanted {
  const { subject, audience, lifetimeMs = config.tokenLifetimeMs, ...others }: Partial<MintQuestion> = Object(question);
  refuseOthers(others);
  if (!config.subjects.includes(subject as string)) throw refused(`the subject ${named(subject)} is not allowed`);
  if (!config.audiences.includes(audience as string)) throw refused(`the audience ${named(audience)} is not allowed`);
  if (!(Number.isFinite(lifetimeMs) && lifetimeMs >= 1_000)) throw refused("a lifetime is at least 1000 ms");
  if (lifetimeMs > config.maxTokenLifetimeMs) throw refused(`a lifetime of ${lifetimeMs} ms is more than is allowed`);
  return { subject: subject as string, audience: audience as string, lifetimeMs };
}

/** The same of a minter, which is asked for an audience and nothing else. */
export function checkMinterQuestion(
  question: { readonly audience: string },
  subject: string,
  config: VerifierConfig,
): Wanted {
  const { audience, ...others } = Object(question) as { readonly audience: string };
  refuseOthers(others);
  return checkQuestion({ subject, audience }, config);
}

/** Signs. Instants are whole seconds, as every verifier takes them (RFC 7519, 2, would allow fractions; AWS does not). */
export async function signToken(issuer: string, wanted: Wanted, key: SigningKey, now: number): Promise<MintedToken> {
  const iat = Math.floor(now / 1000);
  const exp = iat + Math.floor(wanted.lifetimeMs / 1000);
  const { kid, alg, sign } = key;
  const times = { iat, nbf: iat - NOT_BEFORE_S, exp };
  const claims = { iss: issuer, sub: wanted.subject, aud: wanted.audience, ...times, jti: crypto.randomUUID() };
  try {
    const token = await signJwt({ alg, kid, typ: "JWT" }, claims, alg, sign);
    return { token: secret(token), expiresAt: exp * 1000, kid };
  } catch (error) {
    throw keysError(`the key ${kid} cannot sign (${classOf(error)})`);
  }
}

/**
 * What a minter is for: one subject, and some of the audiences.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for what the issuer would never mint.
 */
export function checkMinter(subject: string, audiences: readonly string[], config: VerifierConfig): void {
  const list = Array.isArray(audiences) ? audiences : [];
  const strange = list.filter((audience) => !config.audiences.includes(audience));
  const problems: string[] = [];
  if (!config.subjects.includes(subject))
    problems.push(`subject: ${named(subject)} is not one of the issuer's subjects`);
  if (list.length === 0) problems.push("audiences: expected at least one");
  for (const one of strange) problems.push(`audiences: ${named(one)} is not one of the issuer's audiences`);
  if (problems.length > 0) throw new ConfigError("issuer.minter()", problems);
}

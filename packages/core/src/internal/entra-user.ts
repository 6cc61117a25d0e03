/** What Entra's refusals mean when a user stands behind the request, and how an API passes them on. */
import { TokenError, type TokenErrorFields } from "../errors.ts";
import type { Platform, VerifiedUser } from "../types.ts";
import { refusalOf } from "./entra.ts";
import { parseJson, type Reply } from "./http.ts";
import { REDACTED } from "./secret.ts";
import { plain } from "./text.ts";

/** Who has to be asked: the user's client, not this program. */
export interface Asked {
  readonly authority: string;
  readonly tenant: string;
  readonly clientId: string;
}

/** The user's token is over. UNCONFIRMED beyond one report: no documentation says what the code looks like on the wire. */
const OVER = 500133;
const CONSENT = 65001;
/** Second factor, enrolment, another identity provider; revoked; conditional access (device, app, blocked, registration); consent. */
const INTERACTION: readonly number[] = [50076, 50079, 50158, 50173, 53000, 53001, 53002, 53003, 53004, CONSENT];
/** What a user is known by. Entra's messages name some of them. */
const PERSONAL: readonly string[] = [
  "oid",
  "sub",
  "sid",
  "puid",
  "upn",
  "unique_name",
  "preferred_username",
  "login_hint",
  "email",
  "name",
  "given_name",
  "family_name",
  "ipaddr",
];
const EMAIL = /[^\s"'<>(),;:@]+@[^\s"'<>(),;:@]+/g;

/** A reply in which nothing is left of the user: neither the token, or a piece of it, nor what the token says of them. */
function withoutUser(reply: Reply, { token, claims }: VerifiedUser): Reply {
  const known = PERSONAL.map((name) => claims[name]).filter((value) => typeof value === "string" && value.length > 2);
  const clean = (text: string): string =>
    known
      .reduce<string>((line, one) => line.replaceAll(one as string, REDACTED), plain(text, token.reveal(), text.length))
      .replace(EMAIL, REDACTED);
  const entries = Object.entries(Object(parseJson(reply.text))).map(([name, value]) => {
    if (typeof value !== "string") return [name, value];
    const cleaned = clean(value);
    // A claims challenge is passed on as it is or not at all.
    return [name, name !== "claims" || cleaned === value ? cleaned : undefined];
  });
  return { ...reply, text: JSON.stringify(Object.fromEntries(entries)) };
}

/**
 * What an API answers a client whose user has to act (RFC 6750, 3).
 *
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
function challengeOf({ authority, tenant, clientId }: Asked, why: string, claims?: string, consent = false): string {
  const parameters = {
    authorization_uri: `${authority}/${tenant}/oauth2/authorize`,
    error: claims ? "insufficient_claims" : "invalid_token",
    ...(claims
      ? { claims: btoa(String.fromCharCode(...new TextEncoder().encode(claims))) }
      : { error_description: why }),
    // Asked for with it, consent to this API is consent to what it calls, too.
    ...(consent && { scope: `${clientId}/.default` }),
  };
  return `Bearer ${Object.entries(parameters)
    .map(([name, value]) => `${name}="${value}"`)
    .join(", ")}`;
}

/** The user's token has ended: only their client can get another one. */
export function userTokenOver(step: string, asked: Asked, fields?: Partial<TokenErrorFields>): TokenError {
  return new TokenError(`Cannot exchange token at ${step}: the user's own token has expired`, {
    ...fields,
    code: "ERR_AUTH_INVALID",
    recovery: "stop",
    step,
    challenge: challengeOf(asked, "The access token expired"),
  });
}

/** A refusal of the token endpoint as an error: whether the user has to act, and what their client is to be told. */
export function userRefusalOf(
  step: string,
  reply: Reply,
  platform: Platform,
  assertion: string,
  user: VerifiedUser,
  asked: Asked,
): TokenError {
  const refusal = refusalOf(step, withoutUser(reply, user), platform, assertion);
  const { error, errorCodes = [], claims } = refusal;
  if (errorCodes.includes(OVER)) return userTokenOver(step, asked, refusal);
  const consent = error === "consent_required" || errorCodes.includes(CONSENT);
  const acts =
    /^(?:interaction|login)_required$/.test(error ?? "") || errorCodes.some((code) => INTERACTION.includes(code));
  if (!(acts || consent || claims)) return refusal;
  const why = consent ? "Consent to what this API calls is missing" : "The user has to sign in again";
  return new TokenError(refusal.message.replace(/ \(ERR_.*$/, ""), {
    ...refusal,
    code: "ERR_EXCHANGE_INTERACTION",
    recovery: "stop",
    retryAfterMs: undefined,
    challenge: challengeOf(asked, why, claims, consent),
  });
}

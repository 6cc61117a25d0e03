/** What Entra's refusals mean when a user stands behind the request, and how an API passes them on. */
import { TokenError, type TokenErrorFields } from "../errors.ts";
import type { Platform, VerifiedUser } from "../types.ts";
import { refusalOf } from "./entra.ts";
import { parseJson, type Reply } from "./http.ts";
import { REDACTED } from "./secret.ts";
import { plain } from "./text.ts";

type Json = Readonly<Record<string, unknown>>;

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
const WORD = /[^\s"'<>(),;:]+/g;

/** Whatever the token calls its user, in any case, where it is a word: a user called Al is not in `essential`. */
function namesOf({ claims }: VerifiedUser): RegExp {
  const known = PERSONAL.map((name) => claims[name])
    .filter((value): value is string => typeof value === "string" && value.trim().length > 1)
    // Of two that begin alike the longer one.
    .sort((a, b) => b.length - a.length)
    .map((value) => value.trim().replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"));
  return new RegExp(`(?<![\\p{L}\\p{N}])(?:${known.join("|") || "(?!)"})(?![\\p{L}\\p{N}])`, "giu");
}

/**
 * A reply in which nothing is left of the user: of no field the token, or a piece of it, and of the description, which is the
 * one text for people, not what the token says of them either.
 */
function withoutUser(reply: Reply, user: VerifiedUser): Reply {
  const { error_description: said, claims, ...rest }: Json = Object(parseJson(reply.text));
  const clean = (text: string): string => plain(text, user.token.reveal(), text.length);
  const cleaned = Object.entries(rest).map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]);
  const demand = typeof claims === "string" && clean(claims) === claims && parseJson(claims);
  const body = {
    ...Object.fromEntries(cleaned),
    ...(typeof said === "string" && {
      error_description: clean(said)
        .replace(namesOf(user), REDACTED)
        // An address of anybody's. Word by word: looking for what is before an @ takes long where there is none.
        .replace(WORD, (word) => (word.includes("@") ? REDACTED : word)),
    }),
    // A claims challenge is passed on as it is or not at all.
    ...(Object(demand) === demand && { claims }),
  };
  return { ...reply, text: JSON.stringify(body) };
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

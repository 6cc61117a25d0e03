/** What servers answer to a token exchange, RFC 8693's way or near it, as a credential or an error. */
import * as v from "valibot";
import type { Recovery, TokenError } from "../errors.ts";
import type { BearerToken, Platform } from "../types.ts";
import { sentForms, withoutEchoes } from "./echoes.ts";
import { exchangeError, exchangeRefusal } from "./exchange.ts";
import { isTransient, localTime, parseJson, type Reply } from "./http.ts";
import { expiryOf } from "./jwt.ts";
import { instant, lifetimeSeconds } from "./lifetime.ts";
import { type Told, toldBy } from "./reply.ts";
import { secret } from "./secret.ts";
import { plain } from "./text.ts";
import type { GivenToken } from "./token-giver.ts";

/** Where in the reply things are: names of members, with a dot between those that are inside each other. */
export interface TokenExchangeReply {
  /** The token. Default `access_token`. */
  readonly token?: string | undefined;
  /** How many seconds it lasts. Default `expires_in`. */
  readonly expiresIn?: string | undefined;
  /** When it ends: in seconds or milliseconds since 1970, or as a date of RFC 3339, with its zone. Default: nowhere. */
  readonly expiresAt?: string | undefined;
}

/** How a reply is read. */
export interface ReplyRules {
  readonly paths: TokenExchangeReply;
  /** The type that was asked for. */
  readonly requested: string | undefined;
  /** Whether a reply may leave out the type of its token, or name another than the requested one. */
  readonly anyType: boolean;
  /** Whether something attaches the token to requests. */
  readonly attached: boolean;
  /** How long a token lasts of which nothing says so. */
  readonly assumedLifetimeMs: number | undefined;
}

type Json = Readonly<Record<string, unknown>>;

const REFRESH_TOKEN = "urn:ietf:params:oauth:token-type:refresh_token";

/** What stands at a path; a null is as good as nothing. */
function at(body: unknown, path: string | undefined): unknown {
  if (path === undefined) return undefined;
  const found = path
    .split(".")
    .reduce<unknown>((value, name) => (Object.hasOwn(Object(value), name) ? (value as Json)[name] : undefined), body);
  return found ?? undefined;
}

const isNumber = (value: unknown): boolean =>
  (typeof value === "number" || typeof value === "string") && /^-?\d{1,13}(?:\.\d{1,9})?$/.test(String(value));

/** Epoch seconds or milliseconds, as number or text, or a date; in ms. */
function instantOf(value: unknown): number | undefined {
  if (isNumber(value)) return Number(value) > 1e11 ? Number(value) : Number(value) * 1_000;
  return instant(value);
}

/**
 * The credential in a good reply.
 *
 * @param sentAt When the request was made: a lifetime counts from then.
 * @throws {TokenError} `ERR_EXCHANGE_REPLY`. What makes no sense may be another time; what the server means goes on to be wrong.
 */
export function readTokenReply(
  step: string,
  { text, headers }: Reply,
  rules: ReplyRules,
  sentAt: number,
  platform: Platform,
): BearerToken {
  const { token: tokenPath = "access_token", expiresIn = "expires_in", expiresAt } = rules.paths;
  const wrong = (why: string, recovery: Recovery = "stop"): TokenError =>
    exchangeError(step, `its reply cannot be used: ${why}`, { code: "ERR_EXCHANGE_REPLY", recovery });
  const body = parseJson(text);

  const token = at(body, tokenPath);
  if (typeof token !== "string" || !/^[!-~]+$/.test(token)) throw wrong(`${tokenPath}: expected a token`, "retry");

  const told = at(body, "token_type") ?? "Bearer";
  const type = typeof told === "string" ? told : "";
  if (/^n_a$/i.test(type) && rules.attached)
    throw wrong("token_type: N_A, so no request can carry it as a bearer token; leave out the option hosts");
  if (!/^(?:bearer|n_a)$/i.test(type)) throw wrong("token_type: expected Bearer");

  const issued = at(body, "issued_token_type");
  if (issued === REFRESH_TOKEN) throw wrong("issued_token_type: expected no refresh token");
  if (!rules.anyType && typeof issued !== "string")
    throw wrong("issued_token_type: missing (RFC 8693, 2.2.1); see the option anyIssuedTokenType");
  if (!rules.anyType && rules.requested !== undefined && issued !== rules.requested)
    throw wrong(`issued_token_type: expected ${rules.requested}; see the option anyIssuedTokenType`);

  const lasting = (): number | undefined => {
    const seconds = at(body, expiresIn);
    if (seconds === undefined) return undefined;
    if (!v.is(lifetimeSeconds, seconds)) throw wrong(`${expiresIn}: expected a number of seconds`, "retry");
    return sentAt + Number(seconds) * 1_000;
  };
  const ending = (): number | undefined => {
    const when = at(body, expiresAt);
    if (when === undefined) return undefined;
    const found = instantOf(when);
    if (found === undefined) throw wrong(`${expiresAt}: expected an instant`, "retry");
    return localTime(found, headers, platform);
  };
  const exp = expiryOf(token);
  // Whatever the reply says, the token's own end is what an API goes by.
  const ends = [lasting() ?? ending(), exp && localTime(exp, headers, platform)].filter((one) => one !== undefined);
  const end = ends.length > 0 ? Math.min(...ends) : rules.assumedLifetimeMs && sentAt + rules.assumedLifetimeMs;
  if (end === undefined) throw wrong("nothing says when the token ends; see the option assumedLifetimeMs");
  return { kind: "bearer", token: secret(token), expiresAt: end };
}

/** The usual shapes, and those with a list: `{ errors: ["..."] }`, `{ errors: [{ code, message }] }`, `{ detail }`. */
function told(reply: Reply, subject: string): Told {
  const said = toldBy(reply, subject);
  if (said.error ?? said.why) return said;
  const body = Object(parseJson(reply.text)) as Json;
  const first = [body.errors].flat()[0];
  const inner = Object(first) as Json;
  const [error, why] = [
    inner.code,
    typeof first === "string" ? first : (inner.message ?? inner.detail ?? body.detail),
  ].map((value) => (typeof value === "string" ? plain(value, subject) : undefined));
  return { ...said, error, why };
}

/**
 * By what a refusal says. RFC 8693 has one error for all that may be wrong with a token, so the words have to tell whose it is. An
 * actor's or a client's that was refused is dropped where a provider holds it; the subject stays then.
 */
function recoveryOf(status: number, { error = "", why = "" }: Told, { actor, assertion }: Sent): Recovery {
  if (isTransient(status) || /^(?:temporarily_unavailable|server_error|slow_down)$/.test(error)) return "retry";
  const words = `${error} ${why}`.replaceAll("_", " ");
  const hasExpired = /\b(?:expired|stale)\b/i.test(words);
  const isOfActor = actor !== undefined && hasExpired && /\bactor\b/i.test(words);
  const namesClient = error === "invalid_client" || (hasExpired && /\bassertion\b/i.test(words));
  const isOfClient = assertion !== undefined && (namesClient || status === 401);
  // Who is asked each time gives a new one anyway, which helps only where the old one had expired.
  const renewed = [isOfActor && actor, isOfClient && assertion].map((one) => one && (one.renew() ?? hasExpired));
  const isOfOthers = isOfActor || (isOfClient && namesClient);
  if (hasExpired && !(isOfOthers && !/\bsubject\b/i.test(words))) return "subject";
  return renewed.includes(true) ? "retry" : "stop";
}

/** What the request held. */
export interface Sent {
  /** The identity token. */
  readonly subject: string;
  readonly actor: GivenToken | undefined;
  readonly assertion: GivenToken | undefined;
  /** Every form of every other secret. */
  readonly secrets: readonly string[];
}

/** A refusal as an error. No message may echo what was sent. */
export function tokenRefusal(step: string, reply: Reply, platform: Platform, sent: Sent): TokenError {
  const said = told(withoutEchoes(reply, [...sentForms(sent.subject), ...sent.secrets]), sent.subject);
  return exchangeRefusal(step, reply, platform, said, { recovery: recoveryOf(reply.status, said, sent) });
}

/** Google's IAM Credentials, what refusals of it and of the Security Token Service say, and what each is worth trying. */
import * as v from "valibot";
import type { Recovery, TokenError } from "../errors.ts";
import type { BearerToken, Platform, StepContext } from "../types.ts";
import { exchangeRefusal } from "./exchange.ts";
import { googleStatus } from "./google.ts";
import { isHostRule } from "./hosts.ts";
import { isTransient, localTime, parseJson, type Reply, send } from "./http.ts";
import { instant } from "./lifetime.ts";
import { type Told, toldBy } from "./reply.ts";
import { checkReply, textThat } from "./schema.ts";
import { secret } from "./secret.ts";
import { listOf } from "./target-options.ts";

const ACCOUNT = /^(?:[\w.-]+@[a-z\d-]+(?:\.[a-z\d-]+)+|\d{5,30})$/i;
const isAccount = (value: string): boolean => ACCOUNT.test(value);

/** A service account. */
export const accountName: v.GenericSchema<string> = textThat(
  "expected the e-mail address or unique id of a service account",
  isAccount,
);

/** Service accounts to pass through. */
export const accountNames: v.GenericSchema<string[] | undefined> = listOf(
  "e-mail addresses or unique ids of service accounts",
  isAccount,
);

/**
 * The domain of all endpoints of one of Google's clouds, of which every host may be sent its tokens. So neither an address nor
 * what looks like a public suffix (`co.uk`); which names are Google's is not known here.
 */
export const universeName: v.GenericSchema<string> = textThat(
  "expected a domain name, in lower case",
  (value) =>
    /^[a-z\d-]+(?:\.[a-z\d-]+)+$/.test(value) && !/^[a-z]{1,3}\.[a-z]{2}$/.test(value) && isHostRule(`sts.${value}`),
);

/** Google's own. */
export const UNIVERSE = "googleapis.com";

/** The URL of a path under an endpoint, which may have a path itself. */
export function urlUnder(base: string, path: string): string {
  return new URL(base).href.replace(/\/+$/, "") + path;
}

/** The name of a service account as a resource, of whichever project. */
function resourceOf(account: string): string {
  return `projects/-/serviceAccounts/${account}`;
}

/**
 * Where IAM Credentials does something for a service account.
 *
 * @param endpoint Another one than the universe's own.
 */
export function accountUrl(
  { universe = UNIVERSE, endpoint }: { readonly universe?: string | undefined; readonly endpoint?: string | undefined },
  account: string,
  method: string,
): string {
  return urlUnder(endpoint ?? `https://iamcredentials.${universe}`, `/v1/${resourceOf(account)}:${method}`);
}

/** The part of such a request that says by whom it is passed on; nothing where nobody does. */
export function passedOn(delegates: readonly string[]): { readonly delegates?: readonly string[] } {
  return delegates.length > 0 ? { delegates: delegates.map(resourceOf) } : {};
}

/** The OAuth form, or that of Google's APIs. */
function told(reply: Reply, sent: string): Told {
  const said = toldBy(reply, sent);
  return { ...said, error: googleStatus(reply, sent) ?? said.error };
}

/** What changed at Google a moment ago is not the same everywhere yet: a pool or provider, who may impersonate, an account. */
const RECENT = /^(?:invalid_target|PERMISSION_DENIED|NOT_FOUND)$/;

/**
 * Google calls a token stale that is too old to begin with, its `exp` or not; and when it
 * could not fetch the issuer's keys, it says so with the status of a refusal.
 */
function recoveryOf(status: number, { error, why = "" }: Told): Recovery {
  if (isTransient(status) || /^Error connecting to the given credential's issuer/.test(why)) return "retry";
  if (error === "invalid_grant" && /\b(?:stale|expired)\b/.test(why)) return "subject";
  return RECENT.test(error ?? "") ? "propagation" : "stop";
}

/**
 * A refusal as an error.
 *
 * @param sent The token of the request, which no message may echo.
 * @param whom The service account that was to be impersonated; none where the identity token was refused.
 */
export function gcpRefusal(step: string, reply: Reply, platform: Platform, sent: string, whom?: string): TokenError {
  const said = told(reply, sent);
  const why = [said.why, whom && `(impersonating ${whom})`].filter(Boolean).join(" ");
  return exchangeRefusal(step, reply, platform, { ...said, why }, { recovery: recoveryOf(reply.status, said) });
}

/** Google promises no token above 12 kB. */
const MAX_TOKEN_LENGTH = 12_288;

/** An access token of Google's. */
export const googleToken: v.GenericSchema<string> = textThat(
  "expected a token of at most 12 kB",
  (value) => /^[!-~]+$/.test(value) && value.length <= MAX_TOKEN_LENGTH,
);

const accountSchema = v.object({
  accessToken: googleToken,
  expireTime: textThat("expected a date of RFC 3339", (value) => instant(value) !== undefined),
});

/** The service account to act as, and by which way. */
export interface ServiceAccount {
  readonly email: string;
  /** Of `generateAccessToken` for it. */
  readonly url: string;
  readonly delegates: readonly string[];
  readonly lifetimeMs: number | undefined;
}

/** A token of a service account for one that may impersonate it. */
export async function impersonate(
  step: string,
  { email, url, delegates, lifetimeMs }: ServiceAccount,
  bearer: string,
  scope: readonly string[],
  context: StepContext,
): Promise<BearerToken> {
  const { platform, signal } = context;
  signal.throwIfAborted();
  const body = JSON.stringify({
    scope,
    ...passedOn(delegates),
    ...(lifetimeMs && { lifetime: `${Math.floor(lifetimeMs / 1_000)}s` }),
  });
  const headers = {
    authorization: `Bearer ${bearer}`,
    accept: "application/json",
    "content-type": "application/json",
  };
  const reply = await send(step, url, { method: "POST", headers, body }, context);
  if (reply.status !== 200) throw gcpRefusal(step, reply, platform, bearer, email);
  const given = checkReply(accountSchema, parseJson(reply.text), step, "ERR_EXCHANGE_REPLY");
  const expiresAt = localTime(instant(given.expireTime) as number, reply.headers, platform);
  return { kind: "bearer", token: secret(given.accessToken), expiresAt };
}

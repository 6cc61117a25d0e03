/** Tokens that an exchange needs besides the subject's: who acts, and who the client is. */
import * as v from "valibot";
import type { BearerToken, CredentialProvider, IdentitySource, Platform, StepContext } from "../types.ts";
import { exchangeError } from "./exchange.ts";

/** What a function that gives a token is told. */
export interface TokenGiverContext {
  /** What the token must be issued for. */
  readonly audience: string;
  readonly platform: Platform;
  /** Aborts when nobody waits any longer; pass it on. */
  readonly signal: AbortSignal;
}

/** Where such a token comes from. A source is asked for each exchange; a provider holds its token. */
export type TokenGiver =
  | IdentitySource
  | CredentialProvider<BearerToken>
  | ((wanted: TokenGiverContext) => string | Promise<string>);

type Shape = Partial<IdentitySource & CredentialProvider<BearerToken>> | null | undefined;

/**
 * A giver. One that goes by the request is none: what is exchanged here is kept for all requests, so that one user's token
 * would speak for another.
 */
export const giverShape: v.GenericSchema<TokenGiver | undefined> = v.optional(
  v.custom<TokenGiver>((value) => {
    const { get, getToken, partition, perRequest } = Object(value) as NonNullable<Shape>;
    return (
      typeof value === "function" ||
      ((typeof get === "function" || typeof getToken === "function") && !(partition || perRequest))
    );
  }, "expected a source, a provider or a function, and none that goes by the request"),
);

/** What tells it apart from others; a function is itself. */
export function identityOfGiver(giver: TokenGiver | undefined): readonly unknown[] {
  return typeof giver === "function" ? [giver] : (giver?.identity ?? []);
}

/**
 * Its token. What a provider or source throws goes through as it is.
 *
 * @param what It is called in messages.
 */
export async function tokenOfGiver(
  step: string,
  what: string,
  giver: TokenGiver,
  audience: string,
  { platform, signal }: StepContext,
): Promise<string> {
  const given = await (async () => {
    if (typeof giver === "function") return giver({ audience, platform, signal });
    // A source takes no request and no claims: those are the subject's.
    const { token } =
      "getToken" in giver ? await giver.getToken({ audience }, { platform, signal }) : await giver.get({ signal });
    return token.reveal();
  })();
  const token = typeof given === "string" ? given.trim() : "";
  if (/^[!-~]+$/.test(token)) return token;
  throw exchangeError(step, `the ${what} is no token`);
}

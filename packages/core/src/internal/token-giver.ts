/** Tokens that a step needs besides its own: who acts, and who the client is. */
import * as v from "valibot";
import { isTokenError, type TokenError, type TokenErrorFields } from "../errors.ts";
import type { BearerToken, CredentialProvider, IdentitySource, Platform, StepContext, SubjectToken } from "../types.ts";
import { finished } from "./finished.ts";
import { tokenText } from "./source.ts";
import { waitFor } from "./wait-for.ts";

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

/** Whose step asks: `sourceError` or `exchangeError`. */
export type FailureOf = (step: string, why: string, fields?: Partial<TokenErrorFields>) => TokenError;

/** What a giver gave. */
export interface GivenToken {
  readonly token: string;
  /** When it ends, if that is known. */
  readonly expiresAt: number | undefined;
  /**
   * Says that it was refused, so that a provider drops it. Returns whether the provider will give another one; undefined of
   * those who are asked each time.
   */
  renew(): boolean | undefined;
}

type Shape = Partial<IdentitySource & CredentialProvider<BearerToken>>;

const isGiver = (value: unknown): boolean => {
  const { get, getToken } = Object(value) as Shape;
  return [value, get, getToken].some((one) => typeof one === "function");
};

/** A source, a provider or a function. */
export const anyGiverShape: v.GenericSchema<TokenGiver | undefined> = v.optional(
  v.custom<TokenGiver>(isGiver, "expected a source, a provider or a function"),
);

/**
 * A giver. One that goes by the request is none: what is exchanged here is kept for all requests, so that one user's token
 * would speak for another.
 */
export const giverShape: v.GenericSchema<TokenGiver | undefined> = v.optional(
  v.custom<TokenGiver>((value) => {
    const { partition, perRequest } = Object(value) as Shape;
    return isGiver(value) && (typeof value === "function" || !(partition || perRequest));
  }, "expected a source, a provider or a function, and none that goes by the request"),
);

/** What tells it apart from others; a function is itself. */
export function identityOfGiver(giver: TokenGiver | undefined): readonly unknown[] {
  return typeof giver === "function" ? [giver] : (giver?.identity ?? []);
}

/** What a source has from its giver: which requests it keeps apart, and whether all ends with the request's token. */
export function standingForGiver(giver: TokenGiver | undefined): Pick<IdentitySource, "partition" | "perRequest"> {
  if (typeof giver !== "object" || !giver.partition) return {};
  return { partition: (request) => giver.partition?.(request) ?? [], perRequest: giver.perRequest };
}

/**
 * What somebody else's code gives. It is waited for as long as the caller waits, whether or not it heeds the signal. Of what it
 * throws only the class is told, unless it is an error of this project.
 *
 * @param what The option that it is.
 */
export async function givenBySomebody<T>(
  failureOf: FailureOf,
  step: string,
  what: string,
  call: () => T | Promise<T>,
  signal: AbortSignal,
): Promise<T> {
  signal.throwIfAborted();
  return waitFor(async () => call(), signal).catch((thrown: unknown) => {
    signal.throwIfAborted();
    if (isTokenError(thrown)) throw thrown;
    const name = thrown instanceof Error ? thrown.name : typeof thrown;
    throw failureOf(step, `${what} threw ${name}`, { recovery: "retry" });
  });
}

/**
 * A giver's token, for this attempt.
 *
 * @param what The option that it is.
 */
export async function tokenOfGiver(
  failureOf: FailureOf,
  step: string,
  what: string,
  giver: TokenGiver,
  audience: string,
  { platform, signal, request }: StepContext,
): Promise<GivenToken> {
  const ask = async (): Promise<{ readonly text: unknown; readonly held?: SubjectToken }> => {
    if (typeof giver === "function") return { text: await giver({ audience, platform, signal }) };
    // Without a partition there is no request to tell of: what came of it would serve others. Claims are never the giver's.
    const own: StepContext = { platform, signal, request: giver.partition && request };
    if ("getToken" in giver) {
      const held = await giver.getToken({ audience }, own);
      return { text: held.token.reveal(), held };
    }
    const held = await giver.get({ signal, request: own.request }).catch((error) => {
      throw finished(error);
    });
    return { text: held.token.reveal(), held };
  };
  const { text, held } = await givenBySomebody(failureOf, step, what, ask, signal);
  if (!v.is(tokenText, text)) throw failureOf(step, `${what} gave no token`);
  return {
    token: text.trim(),
    expiresAt: held?.expiresAt,
    renew: () =>
      typeof giver === "function" || "getToken" in giver
        ? undefined
        : giver.invalidate(held as BearerToken, "unauthorized"),
  };
}

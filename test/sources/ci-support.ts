/** What the tests of sources share whose platform puts the token into a variable. */
import type { IdentitySource, TokenError } from "@tokenhop/core";
import { contextFor, failureOf, fakePlatform } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";

/** The `aud` of a token that is not for {@link AUDIENCE}, and what is told of it. */
export const audienceRows: readonly { readonly aud: unknown; readonly told: string }[] = [
  { aud: "https://other.example", told: "https://other.example" },
  { aud: ["a", "b"], told: "a, b" },
  { aud: "API://azureadtokenexchange", told: "API://azureadtokenexchange" },
  { aud: `${AUDIENCE}/`, told: `${AUDIENCE}/` },
  { aud: [], told: "none" },
  { aud: undefined, told: "none" },
  { aud: null, told: "none" },
  { aud: [[AUDIENCE]], told: "none" },
  { aud: { toString: 1, valueOf: 1 }, told: "none" },
  { aud: 5, told: "none" },
];

/** The error of a source that is asked for {@link AUDIENCE} in this environment. */
export function refusalFor(source: IdentitySource, env: Readonly<Record<string, string>>): Promise<TokenError> {
  return failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform({ env }))));
}

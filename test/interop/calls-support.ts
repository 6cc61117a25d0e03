/** A provider that remembers how it was asked, for what is made of providers. */
import { type BearerToken, type CredentialProvider, type GetOptions, secret } from "@tokenhop/core";
import {
  type ManualClock,
  manualClock,
  type ScriptedReply,
  scriptedFetch,
  testPlatform,
  testProvider,
} from "@tokenhop/core/testing";
import { type Counted, counted } from "../core/downstream-support.ts";
import { canaryToken } from "../leak.ts";

/** Where its token may go. */
export const HOST = "api.example";
export const URL_OF_HOST = "https://api.example/v1/things";

/** Another provider's `get`, remembered. */
export function asked(
  provider: CredentialProvider<BearerToken> = testProvider({ token: canaryToken(), hosts: [HOST] }),
) {
  const calls: GetOptions[] = [];
  const spied: CredentialProvider<BearerToken> = {
    ...provider,
    get hosts() {
      return provider.hosts;
    },
    get(options) {
      calls.push(options ?? {});
      return provider.get(options);
    },
    with: () => spied,
  };
  return { provider: spied, calls };
}

/** What of a call the one who made it chose: inherited fields too, signals and requests as themselves. */
export function chosen({ request, waitUntil, timeoutMs, claims }: GetOptions): readonly unknown[] {
  return [request, waitUntil, timeoutMs, claims];
}

/** Providers that give what no request can carry, and what is said of each. */
export function odd(): readonly (readonly [CredentialProvider<BearerToken>, string])[] {
  const giving = (made: object): CredentialProvider<BearerToken> => ({
    ...testProvider({ hosts: [HOST] }),
    hosts: [HOST],
    get: async () => made as BearerToken,
    with() {
      return this as never;
    },
  });
  const expiresAt = Date.now() + 3_600_000;
  return [
    [giving({ kind: "aws", secretAccessKey: secret(canaryToken()), expiresAt }), "credentials of kind aws"],
    [
      giving({ kind: "bearer", token: secret(`${canaryToken()}\r\nx-evil: 1`), expiresAt }),
      "a token of these characters",
    ],
  ];
}

/** A provider that counts its exchanges beside an API that plays a script. */
export function staged(script: readonly ScriptedReply[]): Counted & {
  readonly clock: ManualClock;
  readonly platform: ReturnType<typeof testPlatform>;
  readonly requests: readonly Request[];
} {
  const clock = manualClock();
  const fetch = scriptedFetch(script);
  const platform = testPlatform({ clock, fetch });
  return { ...counted({ platform }), clock, platform, requests: fetch.requests };
}

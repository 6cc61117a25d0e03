/** What the tests of attached providers share: a provider that counts its exchanges, and a world that plays a script. */
import {
  type BearerToken,
  type CredentialProvider,
  createAttach,
  type Downstream,
  defineSource,
  defineTarget,
  federate,
  type Platform,
  secret,
} from "@tokenhop/core";
import { type ManualClock, manualClock, type ScriptedReply, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { canaryToken } from "../leak.ts";

export const API = "https://api.example/v1/things";

export interface CountedOptions {
  readonly hosts?: readonly string[];
  readonly platform: Platform;
  /** Thrown by each exchange. */
  readonly error?: Error;
}

/** A provider and what its exchanges were asked for and gave. */
export interface Counted {
  readonly provider: CredentialProvider<BearerToken>;
  /** The tokens so far, oldest first. */
  readonly tokens: readonly string[];
  /** The claims of each exchange. */
  readonly claims: readonly (string | undefined)[];
}

/** Each exchange gives another token, for an hour. */
export function counted({ hosts = ["api.example"], platform, error }: CountedOptions): Counted {
  const tokens: string[] = [];
  const claims: (string | undefined)[] = [];
  const provider = federate({
    platform,
    limits: { attempts: 1 },
    from: defineSource({
      name: "counted-source",
      identity: ["counted-source", {}],
      provenance: "unknown",
      detect: () => ({ found: true }),
      getToken: async () => ({ token: secret(canaryToken()), expiresAt: platform.now() + 86_400_000 }),
    }),
    to: defineTarget({
      name: "counted-target",
      identity: ["counted-target", {}],
      audience: "test",
      produces: "unknown",
      hosts: () => hosts,
      async exchange(_subject, _params: Readonly<Record<string, never>>, context): Promise<BearerToken> {
        claims.push(context.claims);
        if (error) throw error;
        const token = canaryToken();
        tokens.push(token);
        return { kind: "bearer", token: secret(token), expiresAt: context.platform.now() + 3_600_000 };
      },
    }),
  });
  return { provider, tokens, claims };
}

export interface World extends Counted {
  readonly clock: ManualClock;
  readonly requests: readonly Request[];
  readonly api: Downstream;
}

/** One request's view of a counted provider, whose API plays a script. */
export function world(script: readonly ScriptedReply[], hosts?: readonly string[]): World {
  const clock = manualClock();
  const fetch = scriptedFetch(script);
  const platform = testPlatform({ clock, fetch });
  const one = counted({ platform, ...(hosts && { hosts }) });
  const { api } = createAttach({ api: one.provider }, { platform })(new Request("https://app.example/"));
  return { ...one, clock, requests: fetch.requests, api };
}

/** Which of the tokens each request carried: its index, -1 for another one, undefined for none. */
export function carried({ requests, tokens }: World): readonly (number | undefined)[] {
  return requests.map(({ headers }) => {
    const value = headers.get("authorization");
    return value === null ? undefined : tokens.findIndex((token) => value === `Bearer ${token}`);
  });
}

/** A redirect. */
export const to = (location: string, status = 302): Response => new Response(null, { status, headers: { location } });

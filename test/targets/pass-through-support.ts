/** What the tests of the target pass-through share. */
import {
  type BearerToken,
  type EngineEvent,
  type FederateOptions,
  federate,
  type IdentitySource,
  type NoParams,
  secret,
} from "@tokenhop/core";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { type ManualClock, manualClock, testPlatform } from "@tokenhop/core/testing";
import { failure } from "../core/support.ts";
import { canaryToken, record } from "../leak.ts";

export const AUDIENCE = "https://orders.contoso.com";
export const SECOND = 1_000;
export const MINUTE: number = 60 * SECOND;

/** A source whose tokens last this long, or say nothing of it, and which counts them. */
export function stage(
  lifeMs: number | undefined,
  options: { readonly assumedLifetimeMs?: number } = {},
  more: Pick<FederateOptions<BearerToken, NoParams>, "refresh"> = {},
) {
  const clock: ManualClock = manualClock();
  const events: EngineEvent[] = [];
  const made: string[] = [];
  const audiences: string[] = [];
  const source: IdentitySource & { fails?: boolean } = {
    name: "made",
    identity: ["made", {}],
    provenance: "external",
    detect: () => ({ found: true }),
    async getToken({ audience }) {
      if (source.fails) throw failure({ recovery: "stop" });
      audiences.push(audience);
      const token = canaryToken();
      made.push(token);
      return { token: secret(token), expiresAt: lifeMs && clock.now() + lifeMs };
    },
  };
  const provider = federate({
    from: source,
    to: passThrough({ audience: AUDIENCE, ...options }),
    platform: testPlatform({ clock }),
    ...more,
    onEvent: (event) => {
      record("event", event);
      events.push(event);
    },
  });
  const textNow = async (): Promise<string> => (await provider.get()).token.reveal();
  return { clock, source, provider, made, audiences, events, textNow };
}

/** What the tests of the AWS SDK's credentials share. */
import {
  type AwsCredentials,
  type CredentialProvider,
  defineSource,
  defineTarget,
  type EngineLimits,
  federate,
  type RefreshPolicy,
} from "@tokenhop/core";
import { type AwsSdkGetOptions, type AwsSdkIdentity, type AwsSdkOptions, awsSdk } from "@tokenhop/core/interop/aws-sdk";
import { type ManualClock, manualClock, testPlatform } from "@tokenhop/core/testing";
import { HOUR, someSecret } from "../core/support.ts";

export const KEY_ID = "ASIAIOSFODNN7EXAMPLE";

export interface StageOptions {
  readonly lifetimeMs?: number;
  readonly requestBoundIo?: boolean;
  readonly limits?: EngineLimits;
  readonly refresh?: RefreshPolicy;
  readonly from?: Parameters<typeof federate>[0]["from"];
  readonly options?: AwsSdkOptions;
}

/** Credentials on a provider, and what is behind it. */
export interface Stage {
  readonly clock: ManualClock;
  readonly played: { calls: number; answer(signal: AbortSignal): Promise<AwsCredentials> };
  /** New credentials. */
  fresh(): AwsCredentials;
  readonly provider: CredentialProvider<AwsCredentials>;
  credentials(asked?: AwsSdkGetOptions): Promise<AwsSdkIdentity>;
}

/** A provider of such credentials whose exchange the test plays, and what an SDK gets of it. */
export function stage({ lifetimeMs = HOUR, requestBoundIo = false, options = {}, ...more }: StageOptions = {}): Stage {
  const clock = manualClock();
  const platform = testPlatform({ clock, requestBoundIo });
  const fresh = (): AwsCredentials => ({
    kind: "aws",
    accessKeyId: KEY_ID,
    secretAccessKey: someSecret(),
    sessionToken: someSecret(),
    expiresAt: clock.now() + lifetimeMs,
  });
  const played = { calls: 0, answer: async (_signal: AbortSignal): Promise<AwsCredentials> => fresh() };
  const from = defineSource({
    name: "source",
    identity: [{}],
    provenance: "unknown",
    detect: () => ({ found: true }),
    getToken: async () => ({ token: someSecret(), expiresAt: clock.now() + 24 * HOUR }),
  });
  const to = defineTarget({
    name: "target",
    identity: [{}],
    audience: "test",
    produces: "external",
    exchange(_subject, _params: Readonly<Record<string, never>>, { signal }) {
      played.calls++;
      return played.answer(signal);
    },
  });
  const provider = federate({ from, to, platform, ...more });
  return { clock, played, fresh, provider, credentials: awsSdk(provider, { platform, ...options }) };
}

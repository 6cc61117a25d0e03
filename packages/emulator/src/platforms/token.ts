/** Makes the tokens of workloads on a platform. */
import { type JWTPayload, SignJWT } from "jose";
import type { EmulatorConfig, OidcProviderConfig, WorkloadConfig } from "../config/types.ts";
import { issuerOf } from "../directory.ts";
import type { World } from "../world.ts";
import type { PlatformJob, PlatformName } from "./config-types.ts";
import { identityOf, type PlatformIdentity } from "./identity.ts";

/** A workload that is on a platform, with the provider that issues its tokens. */
export interface KnownJob<Job extends PlatformJob = PlatformJob> {
  readonly provider: OidcProviderConfig;
  readonly workload: WorkloadConfig;
  readonly job: Job;
}

/** What differs from one token of a job to the next. */
export interface WantedToken {
  /** Default: what the platform puts there by itself. */
  readonly audience?: string | undefined;
  /** Default: the platform's. */
  readonly lifetimeMs?: number | undefined;
  /** More claims. Registered claims cannot be replaced. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
  /** Another identity of the job than its usual one. */
  readonly identity?: PlatformIdentity | undefined;
}

type JobOn<Name extends PlatformName> = Extract<PlatformJob, { readonly on: Name }>;

/** All workloads on one platform. */
export function jobsOn<Name extends PlatformName>(
  config: EmulatorConfig,
  name: Name,
): readonly KnownJob<JobOn<Name>>[] {
  return (config.oidcProviders ?? []).flatMap((provider) =>
    (provider.workloads ?? []).flatMap((workload) =>
      workload.job?.on === name ? [{ provider, workload, job: workload.job as JobOn<Name> }] : [],
    ),
  );
}

/** The audience of a token: the only one that the platform gives, the one that was asked for, or its usual one. */
export function audienceOf({ audience }: PlatformIdentity, asked: string | undefined): string | undefined {
  return "fixed" in audience ? audience.fixed : (asked ?? audience.unlessAsked);
}

/** Claims of a token. Pure but for `jti`. */
export function workloadClaims(world: World, known: KnownJob, wanted: WantedToken): JWTPayload {
  const identity = wanted.identity ?? identityOf(known.job);
  const { subject, claims, lifetimeMs, earlierMs = 0 } = identity;
  const iat = Math.floor(world.clock.now() / 1000);
  return {
    ...claims,
    ...known.workload.claims,
    ...wanted.claims,
    iss: issuerOf(known.provider),
    sub: subject,
    aud: audienceOf(identity, wanted.audience) ?? "",
    iat,
    nbf: iat - Math.floor(earlierMs / 1000),
    exp: iat + Math.floor((wanted.lifetimeMs ?? lifetimeMs) / 1000),
    jti: crypto.randomUUID(),
  };
}

/** Signs a token with the current key of its provider. */
export async function issueWorkloadToken(world: World, known: KnownJob, wanted: WantedToken = {}): Promise<string> {
  return signAs(world, known.provider, workloadClaims(world, known, wanted));
}

/** Signs claims with the current key of a provider. */
export async function signAs(world: World, { name }: OidcProviderConfig, claims: JWTPayload): Promise<string> {
  const { kid, privateKey } = await world.providerKeys(name).current();
  return new SignJWT(claims).setProtectedHeader({ typ: "JWT", alg: "RS256", kid }).sign(privateKey);
}

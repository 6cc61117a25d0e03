/** The tokens that a platform puts into a job's environment, its file or its request, for a test to put there. */
import type { World } from "../world.ts";
import { identityOf } from "./identity.ts";
import { audienceOf, issueWorkloadToken, type KnownJob } from "./token.ts";

/** A token to make as the platform of a workload would. */
export interface PlatformTokenRequest {
  /** Name of a hosted OIDC provider. */
  readonly provider: string;
  /** Which of its workloads, counted from 0. Default 0. */
  readonly workload?: number | undefined;
  /** What the job declares, where it may declare one. Default: the platform's. */
  readonly audience?: string | undefined;
  /** Default: the platform's. */
  readonly lifetimeMs?: number | undefined;
}

/** Why a platform would not make such a token. */
export function tokenProblem({ job }: KnownJob, asked: string | undefined): string | undefined {
  const identity = identityOf(job);
  if (audienceOf(identity, asked) === undefined) return `a default audience on ${job.on}`;
  const isFixed = "fixed" in identity.audience && asked !== undefined && asked !== identity.audience.fixed;
  return isFixed ? `choice of audiences on ${job.on}` : undefined;
}

/** Makes it. */
export function issueJobToken(world: World, known: KnownJob, request: PlatformTokenRequest): Promise<string> {
  return issueWorkloadToken(world, known, { audience: request.audience, lifetimeMs: request.lifetimeMs });
}

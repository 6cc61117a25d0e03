/** A workload on each platform, and short ways to ask where it gets its tokens. */
import {
  createDemoConfig,
  type Emulator,
  type EmulatorConfig,
  type PlatformJob,
  type PlatformName,
  type WorkloadConfig,
} from "@tokenhop/emulator";
import { decodeJwt, type JWTPayload } from "jose";
import * as world from "./support.ts";

export const guid = (digit: string): string => `${digit.repeat(8)}-0000-4000-8000-${digit.repeat(12)}`;
export const requestToken = "the-request-token-of-the-job";

type JobOn<Name extends PlatformName> = Extract<PlatformJob, { readonly on: Name }>;
type Jobs = { readonly [Name in PlatformName]: JobOn<Name> };

export const jobs: Jobs = {
  "github-actions": {
    on: "github-actions",
    owner: "octo-org",
    ownerId: "65",
    repository: "octo-repo",
    repositoryId: "74",
  },
  "gitlab-ci": { on: "gitlab-ci", project: "team/sub/app", projectId: "20", refType: "branch", ref: "main" },
  "azure-pipelines": {
    on: "azure-pipelines",
    organization: "octo",
    organizationId: guid("1"),
    project: "web",
    projectId: guid("2"),
    pipeline: "deploy",
    planId: guid("3"),
    jobId: guid("4"),
    serviceConnections: [
      { id: guid("5"), name: "to-azure" },
      {
        id: guid("6"),
        name: "newer",
        entra: { tenantId: createDemoConfig().tenants[0]?.id ?? "", subjectPrefix: "/eid1/c/pub/t/x/a/y" },
      },
    ],
  },
  circleci: { on: "circleci", organizationId: guid("1"), projectId: guid("2"), userId: guid("3") },
  "bitbucket-pipelines": {
    on: "bitbucket-pipelines",
    workspaceUuid: guid("1"),
    repositoryUuid: guid("2"),
    pipelineUuid: guid("3"),
    stepUuid: guid("4"),
    branch: "main",
  },
  buildkite: {
    on: "buildkite",
    organization: "octo",
    organizationId: "org-id",
    pipeline: "web",
    pipelineId: "pipeline-id",
    clusterId: "cluster-id",
    queueId: "queue-id",
    buildId: "build-id",
    jobId: "job-id",
    agentId: "agent-id",
    ref: "refs/heads/main",
    commit: "0123abc",
    step: "deploy",
  },
  "terraform-cloud": {
    on: "terraform-cloud",
    organization: "octo",
    project: "Default Project",
    workspace: "prod",
    workspaceId: "ws-1",
    runId: "run-1",
    runPhase: "apply",
  },
  vercel: {
    on: "vercel",
    team: "octo",
    teamId: "team_1",
    project: "web",
    projectId: "prj_1",
    environment: "production",
  },
  "deno-deploy": {
    on: "deno-deploy",
    organization: "octo",
    organizationId: "org-id",
    app: "web",
    appId: "app-id",
    context: "production",
    revisionId: "rev-1",
  },
  fly: { on: "fly", organization: "octo", app: "web", machine: "quiet-sea-1", machineId: "m-1", region: "ams" },
};

/** Issuers as the platforms have them. */
export const issuers: Readonly<Record<PlatformName, string>> = {
  "github-actions": "https://token.actions.githubusercontent.com",
  "gitlab-ci": "https://gitlab.com",
  "azure-pipelines": `https://vstoken.dev.azure.com/${guid("1")}`,
  circleci: `https://oidc.circleci.com/org/${guid("1")}`,
  "bitbucket-pipelines": "https://api.bitbucket.org/2.0/workspaces/octo/pipelines-config/identity/oidc",
  buildkite: "https://agent.buildkite.com",
  "terraform-cloud": "https://app.terraform.io",
  vercel: "https://oidc.vercel.com",
  "deno-deploy": "https://oidc.deno.com",
  fly: "https://oidc.fly.io/octo",
};

/** The demo with one workload, on a platform; its provider has the platform's name. */
export function platformConfig<Name extends PlatformName>(
  name: Name,
  changes: Partial<JobOn<Name>> = {},
  workload: Partial<WorkloadConfig> = {},
): EmulatorConfig {
  const job = { ...jobs[name], ...changes } as PlatformJob;
  const provider = { name, issuer: issuers[name], workloads: [{ requestToken, job, ...workload }] };
  return { ...createDemoConfig(), oidcProviders: [provider] };
}

export const onPlatform = <Name extends PlatformName>(
  name: Name,
  changes?: Partial<JobOn<Name>>,
  workload?: Partial<WorkloadConfig>,
): Emulator => world.makeEmulator(platformConfig(name, changes, workload));

/** Claims of a token without `jti`, which is another one each time. */
export function claimsOf(token: unknown): JWTPayload {
  const { jti, ...claims } = decodeJwt(String(token));
  if (typeof jti !== "string") throw new Error("The token has no jti");
  return claims;
}

/** Posts JSON. */
export function post(
  emulator: Emulator,
  url: string,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<world.Reply> {
  return world.ask(emulator, url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

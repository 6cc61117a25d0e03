/** What a platform's tokens say of a job: subject, claims, audience and times, each in the form of the real one. Pure. */
import type {
  AzurePipelinesJob,
  BuildkiteJob,
  GithubActionsJob,
  PlatformJob,
  PlatformName,
  ServiceConnectionConfig,
} from "./config-types.ts";

/** The tokens of one job. */
export interface PlatformIdentity {
  readonly subject: string;
  readonly claims: Readonly<Record<string, unknown>>;
  /** Either the only one there is, or what there is unless another one is asked for. */
  readonly audience: { readonly fixed: string } | { readonly unlessAsked: string | undefined };
  readonly lifetimeMs: number;
  /** How long before `iat` its `nbf` is. */
  readonly earlierMs?: number | undefined;
}

const minuteMs = 60_000;
const settable = (unlessAsked?: string): PlatformIdentity["audience"] => ({ unlessAsked });

type Identities = {
  readonly [Name in PlatformName]: (job: Extract<PlatformJob, { readonly on: Name }>) => PlatformIdentity;
};

const identities: Identities = {
  "github-actions": (job) => ({
    subject: githubSubject(job),
    claims: {
      repository: `${job.owner}/${job.repository}`,
      repository_id: job.repositoryId,
      repository_owner: job.owner,
      repository_owner_id: job.ownerId,
      ref: refOf(job),
      ref_type: refOf(job).startsWith("refs/tags/") ? "tag" : "branch",
      event_name: job.event ?? "push",
      ...(job.environment !== undefined && { environment: job.environment }),
      runner_environment: "github-hosted",
    },
    audience: settable(`https://github.com/${job.owner}`),
    lifetimeMs: 5 * minuteMs,
    earlierMs: 10 * minuteMs,
  }),
  "gitlab-ci": ({ project, projectId, refType, ref }) => ({
    subject: `project_path:${project}:ref_type:${refType}:ref:${ref}`,
    claims: {
      namespace_path: project.slice(0, project.lastIndexOf("/")),
      project_path: project,
      project_id: projectId,
      ref,
      ref_type: refType,
    },
    audience: settable(),
    lifetimeMs: 5 * minuteMs,
  }),
  "azure-pipelines": pipelineIdentity,
  circleci: ({ organizationId, projectId, userId, vcs }) => ({
    subject: [
      `org/${organizationId}/project/${projectId}/user/${userId}`,
      ...(vcs ? [`vcs-origin/${vcs.origin}/vcs-ref/${vcs.ref}`] : []),
    ].join("/"),
    claims: {
      "oidc.circleci.com/project-id": projectId,
      ...(vcs && { "oidc.circleci.com/vcs-origin": vcs.origin, "oidc.circleci.com/vcs-ref": vcs.ref }),
    },
    audience: { fixed: organizationId },
    lifetimeMs: 60 * minuteMs,
  }),
  "bitbucket-pipelines": (job) => ({
    subject: `{${job.repositoryUuid}}:{${job.stepUuid}}`,
    claims: {
      workspaceUuid: `{${job.workspaceUuid}}`,
      repositoryUuid: `{${job.repositoryUuid}}`,
      pipelineUuid: `{${job.pipelineUuid}}`,
      stepUuid: `{${job.stepUuid}}`,
      branchName: job.branch,
    },
    audience: settable(`ari:cloud:bitbucket::workspace/${job.workspaceUuid}`),
    lifetimeMs: 60 * minuteMs,
  }),
  buildkite: (job) => ({
    subject: `organization:${job.organization}:pipeline:${job.pipeline}:ref:${job.ref}:commit:${job.commit}:step:${job.step}`,
    claims: {
      organization_slug: job.organization,
      pipeline_slug: job.pipeline,
      build_branch: job.ref.replace(/^refs\/heads\//, ""),
      build_commit: job.commit,
      step_key: job.step,
      job_id: job.jobId,
      agent_id: job.agentId,
    },
    audience: settable(`https://buildkite.com/${job.organization}`),
    lifetimeMs: 5 * minuteMs,
  }),
  "terraform-cloud": (job) => ({
    subject: `organization:${job.organization}:project:${job.project}:workspace:${job.workspace}:run_phase:${job.runPhase}`,
    claims: {
      terraform_organization_name: job.organization,
      terraform_project_name: job.project,
      terraform_workspace_name: job.workspace,
      terraform_workspace_id: job.workspaceId,
      terraform_run_id: job.runId,
      terraform_run_phase: job.runPhase,
    },
    audience: settable(),
    lifetimeMs: 5 * minuteMs,
  }),
  vercel: (job) => {
    const subject = `owner:${job.team}:project:${job.project}:environment:${job.environment}`;
    return {
      subject,
      claims: {
        scope: subject,
        owner: job.team,
        owner_id: job.teamId,
        project: job.project,
        project_id: job.projectId,
        environment: job.environment,
      },
      audience: { fixed: `https://vercel.com/${job.team}` },
      lifetimeMs: 60 * minuteMs,
    };
  },
  "deno-deploy": (job) => ({
    subject: `deployment:${job.organization}/${job.app}/${job.context}`,
    claims: {
      org_id: job.organizationId,
      org_slug: job.organization,
      app_id: job.appId,
      app_slug: job.app,
      context_name: job.context,
      revision_id: job.revisionId,
    },
    audience: settable(),
    lifetimeMs: 5 * minuteMs,
    earlierMs: minuteMs,
  }),
  fly: (job) => ({
    subject: `${job.organization}:${job.app}:${job.machine}`,
    claims: {
      app_name: job.app,
      machine_id: job.machineId,
      machine_name: job.machine,
      org_name: job.organization,
      region: job.region,
    },
    audience: settable(`https://fly.io/${job.organization}`),
    lifetimeMs: 10 * minuteMs,
  }),
};

/** What the tokens of a job say. */
export function identityOf(job: PlatformJob): PlatformIdentity {
  // The compiler does not follow that the function was found by the name in the job.
  return (identities[job.on] as (job: PlatformJob) => PlatformIdentity)(job);
}

/** Claims of which a Buildkite job may make its subject. */
export function buildkiteIds(job: BuildkiteJob): Readonly<Record<string, string>> {
  return {
    organization_id: job.organizationId,
    pipeline_id: job.pipelineId,
    cluster_id: job.clusterId,
    queue_id: job.queueId,
    build_id: job.buildId,
    job_id: job.jobId,
    agent_id: job.agentId,
  };
}

/** The token of a pipeline, or of one of its service connections. */
export function pipelineIdentity(job: AzurePipelinesJob, connection?: ServiceConnectionConfig): PlatformIdentity {
  return {
    subject: connection ? connectionSubject(job, connection) : `p://${job.organization}/${job.project}/${job.pipeline}`,
    claims: { org_id: job.organizationId, prj_id: job.projectId },
    audience: { fixed: "api://AzureADTokenExchange" },
    lifetimeMs: 10 * minuteMs,
  };
}

function connectionSubject(job: AzurePipelinesJob, { id, name, entra }: ServiceConnectionConfig): string {
  return entra
    ? `${entra.subjectPrefix}/sc/${job.organizationId}/${id}`
    : `sc://${job.organization}/${job.project}/${name}`;
}

function refOf({ ref = "refs/heads/main" }: GithubActionsJob): string {
  return ref;
}

function githubSubject(job: GithubActionsJob): string {
  const { owner, ownerId, repository, repositoryId, environment, event, immutableSubject } = job;
  const name = immutableSubject ? `${owner}@${ownerId}/${repository}@${repositoryId}` : `${owner}/${repository}`;
  if (environment !== undefined) return `repo:${name}:environment:${environment.replaceAll(":", "%3A")}`;
  return `repo:${name}:${event === "pull_request" ? "pull_request" : `ref:${refOf(job).replaceAll(":", "%3A")}`}`;
}

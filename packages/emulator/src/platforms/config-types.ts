/** The platforms on which a workload can be, and what each of them knows about its job. Plain data. */

/** A job of GitHub Actions. */
export interface GithubActionsJob {
  readonly on: "github-actions";
  readonly owner: string;
  readonly ownerId: string;
  readonly repository: string;
  readonly repositoryId: string;
  /** Default `refs/heads/main`. */
  readonly ref?: string | undefined;
  readonly environment?: string | undefined;
  /** Name of the event. Default `push`. */
  readonly event?: string | undefined;
  /** Whether the subject has the ids of owner and repository in it, as in repositories since 15 July 2026. Default false. */
  readonly immutableSubject?: boolean | undefined;
}

/** A job of GitLab CI. */
export interface GitlabCiJob {
  readonly on: "gitlab-ci";
  /** With its groups: `group/subgroup/project`. */
  readonly project: string;
  readonly projectId: string;
  readonly refType: "branch" | "tag";
  readonly ref: string;
}

/** A service connection that a pipeline may use. */
export interface ServiceConnectionConfig {
  readonly id: string;
  readonly name: string;
  /** For a newer connection, whose tokens Entra issues: the tenant, and what its subjects begin with. */
  readonly entra?: { readonly tenantId: string; readonly subjectPrefix: string } | undefined;
}

/** A job of Azure Pipelines. */
export interface AzurePipelinesJob {
  readonly on: "azure-pipelines";
  readonly organization: string;
  readonly organizationId: string;
  readonly project: string;
  readonly projectId: string;
  readonly pipeline: string;
  readonly planId: string;
  readonly jobId: string;
  readonly serviceConnections?: readonly ServiceConnectionConfig[] | undefined;
}

/** A job of CircleCI. */
export interface CircleciJob {
  readonly on: "circleci";
  readonly organizationId: string;
  readonly projectId: string;
  readonly userId: string;
  /** For `CIRCLE_OIDC_TOKEN_V2`: where the source is from. Both or neither. */
  readonly vcs?: { readonly origin: string; readonly ref: string } | undefined;
}

/** A step of Bitbucket Pipelines. Uuids are written without braces. */
export interface BitbucketPipelinesJob {
  readonly on: "bitbucket-pipelines";
  readonly workspaceUuid: string;
  readonly repositoryUuid: string;
  readonly pipelineUuid: string;
  readonly stepUuid: string;
  readonly branch: string;
}

/** A job of Buildkite. */
export interface BuildkiteJob {
  readonly on: "buildkite";
  readonly organization: string;
  readonly organizationId: string;
  readonly pipeline: string;
  readonly pipelineId: string;
  readonly clusterId: string;
  readonly queueId: string;
  readonly buildId: string;
  readonly jobId: string;
  readonly agentId: string;
  readonly ref: string;
  readonly commit: string;
  readonly step: string;
}

/** A run of HCP Terraform. */
export interface TerraformCloudJob {
  readonly on: "terraform-cloud";
  readonly organization: string;
  readonly project: string;
  readonly workspace: string;
  readonly workspaceId: string;
  readonly runId: string;
  readonly runPhase: "plan" | "apply";
}

/** A deployment on Vercel. */
export interface VercelJob {
  readonly on: "vercel";
  readonly team: string;
  readonly teamId: string;
  readonly project: string;
  readonly projectId: string;
  readonly environment: "production" | "preview" | "development";
}

/** A revision on Deno Deploy. */
export interface DenoDeployJob {
  readonly on: "deno-deploy";
  readonly organization: string;
  readonly organizationId: string;
  readonly app: string;
  readonly appId: string;
  readonly context: string;
  readonly revisionId: string;
}

/** A machine on Fly. */
export interface FlyJob {
  readonly on: "fly";
  readonly organization: string;
  readonly app: string;
  readonly machine: string;
  readonly machineId: string;
  readonly region: string;
}

/** What a platform knows about a workload, from which its tokens follow. */
export type PlatformJob =
  | GithubActionsJob
  | GitlabCiJob
  | AzurePipelinesJob
  | CircleciJob
  | BitbucketPipelinesJob
  | BuildkiteJob
  | TerraformCloudJob
  | VercelJob
  | DenoDeployJob
  | FlyJob;

/** A platform. */
export type PlatformName = PlatformJob["on"];

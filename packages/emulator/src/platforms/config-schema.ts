/** What a config may say of a workload's platform. */
import * as v from "valibot";
import type { PlatformJob, PlatformName } from "./config-types.ts";

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const guid = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "must be a GUID"));

/** A job by its platform. */
export const jobSchema: v.GenericSchema<PlatformJob> = v.variant("on", [
  v.strictObject({
    on: v.literal("github-actions"),
    owner: text,
    ownerId: text,
    repository: text,
    repositoryId: text,
    ref: v.optional(text),
    environment: v.optional(text),
    event: v.optional(text),
    immutableSubject: v.optional(v.boolean()),
  }),
  v.strictObject({
    on: v.literal("gitlab-ci"),
    project: v.pipe(v.string(), v.regex(/^[^/\s]+(\/[^/\s]+)+$/, "must be group/project")),
    projectId: text,
    refType: v.picklist(["branch", "tag"]),
    ref: text,
  }),
  v.strictObject({
    on: v.literal("azure-pipelines"),
    organization: text,
    organizationId: text,
    project: text,
    projectId: text,
    pipeline: text,
    planId: text,
    jobId: text,
    serviceConnections: v.optional(
      v.array(
        v.strictObject({
          id: guid,
          name: text,
          entra: v.optional(v.strictObject({ tenantId: guid, subjectPrefix: text })),
        }),
      ),
    ),
  }),
  v.strictObject({
    on: v.literal("circleci"),
    organizationId: text,
    projectId: text,
    userId: text,
    vcs: v.optional(v.strictObject({ origin: text, ref: text })),
  }),
  v.strictObject({
    on: v.literal("bitbucket-pipelines"),
    workspaceUuid: guid,
    repositoryUuid: guid,
    pipelineUuid: guid,
    stepUuid: guid,
    branch: text,
  }),
  v.strictObject({
    on: v.literal("buildkite"),
    organization: text,
    organizationId: text,
    pipeline: text,
    pipelineId: text,
    clusterId: text,
    queueId: text,
    buildId: text,
    jobId: text,
    agentId: text,
    ref: text,
    commit: text,
    step: text,
  }),
  v.strictObject({
    on: v.literal("terraform-cloud"),
    organization: text,
    project: text,
    workspace: text,
    workspaceId: text,
    runId: text,
    runPhase: v.picklist(["plan", "apply"]),
  }),
  v.strictObject({
    on: v.literal("vercel"),
    team: text,
    teamId: text,
    project: text,
    projectId: text,
    environment: v.picklist(["production", "preview", "development"]),
  }),
  v.strictObject({
    on: v.literal("deno-deploy"),
    organization: text,
    organizationId: text,
    app: text,
    appId: text,
    context: text,
    revisionId: text,
  }),
  v.strictObject({
    on: v.literal("fly"),
    organization: text,
    app: text,
    machine: text,
    machineId: text,
    region: text,
  }),
]);

/** Platforms on which a job shows a token of its own to get one. */
const withRequestToken: readonly PlatformName[] = ["github-actions", "azure-pipelines", "buildkite"];

/** A workload's subject is written down, or follows from its job. */
export function isNamedOnce(workload: { readonly subject?: unknown; readonly job?: unknown }): boolean {
  return (workload.subject === undefined) !== (workload.job === undefined);
}

/** Whether nothing that its platform demands of a workload is missing. */
export function hasRequestToken(workload: {
  readonly requestToken?: string | undefined;
  readonly job?: PlatformJob | undefined;
}): boolean {
  const isNeeded = workload.job === undefined || withRequestToken.includes(workload.job.on);
  return !isNeeded || workload.requestToken !== undefined;
}

/**
 * Azure Pipelines: the OIDC token of a service connection, or of the pipeline itself.
 *
 * Import from `@tokenhop/core/sources/azure-pipelines`.
 */
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import { safeUrl } from "../internal/hosts.ts";
import type { Reply } from "../internal/http.ts";
import { peekClaims } from "../internal/jwt.ts";
import { checkOptions, flag, like } from "../internal/schema.ts";
import { detected, mustBeFor, mustBeFound, refusal } from "../internal/source.ts";
import { plain } from "../internal/text.ts";
import { askForToken, jsonToken } from "../internal/token-endpoint.ts";
import type { IdentitySource, Platform } from "../types.ts";

/** What {@link azurePipelines} may be given. */
export interface AzurePipelinesOptions {
  /**
   * The id (a GUID) of a service connection with workload identity federation, whose token is to be got. Default: none, and
   * the token is that of the pipeline itself, with another issuer and subject.
   */
  readonly serviceConnectionId?: string | undefined;
  /** Lets the endpoint be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const NAME = "azure-pipelines";
const TOKEN_VARIABLE = "SYSTEM_ACCESSTOKEN";
const MAPPING = "SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the env of the step";
const CONNECTION_VARIABLE = "SYSTEM_OIDCREQUESTURI";
const PIPELINE_VARIABLES = [
  "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
  "SYSTEM_TEAMPROJECTID",
  "SYSTEM_HOSTTYPE",
  "SYSTEM_PLANID",
  "SYSTEM_JOBID",
] as const;
const AUDIENCE = "api://AzureADTokenExchange";
/** How Entra writes that audience into a token: it issues those of newer service connections itself. */
const AUDIENCE_ID = "fb60f99c-7a34-4190-8149-302f77469936";

const optionsSchema = v.strictObject({
  serviceConnectionId: v.optional(like(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i, "expected a GUID")),
  allowHttpLoopback: flag,
});

/** Where a job asks for the token of its pipeline, below the URL of the collection. */
function jobPath(env: Platform["env"]): string {
  const [project, hub, plan, job] = PIPELINE_VARIABLES.slice(1).map((name) => encodeURIComponent(env[name] ?? ""));
  return `/${project}/_apis/distributedtask/hubs/${hub}/plans/${plan}/jobs/${job}/oidctoken`;
}

/** A refusal with the ids that Azure DevOps' support asks for. */
function refused(step: string, reply: Reply, platform: Platform, sent: string | undefined): TokenError {
  const [traceId, edge] = ["x-vss-e2eid", "x-msedge-ref"].map((name) => {
    const value = reply.headers.get(name);
    return value ? plain(value, sent) : undefined;
  });
  const correlationId = traceId ?? edge;
  return refusal(step, reply, platform, sent, { ...(correlationId && { correlationId }), traceId: edge });
}

/**
 * The OIDC token of a service connection in Azure Pipelines, or without `serviceConnectionId` that of the pipeline itself
 * (as Databricks' SDKs get it; Azure DevOps' documentation does not mention it). The access token of the job, which asks for
 * either, is not given to scripts unless the step maps it:
 *
 * ```yaml
 * - script: bun run deploy.ts
 *   env:
 *     SYSTEM_ACCESSTOKEN: $(System.AccessToken)
 * ```
 *
 * Besides, `SYSTEM_OIDCREQUESTURI` is read, or for the pipeline's own token `SYSTEM_TEAMFOUNDATIONCOLLECTIONURI`,
 * `SYSTEM_TEAMPROJECTID`, `SYSTEM_HOSTTYPE`, `SYSTEM_PLANID` and `SYSTEM_JOBID`, which every job has.
 *
 * - Audience: `api://AzureADTokenExchange` (which Entra may write as its GUID), and no other; a token for another is refused
 *   here, naming both.
 * - Lifetime: about 10 minutes, or a day where Entra is the issuer; taken from the token and corrected by the reply's `Date`.
 * - Issuer and subject: `https://login.microsoftonline.com/TENANT/v2.0` and `/eid1/.../sc/ORG-ID/CONNECTION-ID`; of older
 *   connections `https://vstoken.dev.azure.com/ORG-ID` and `sc://ORG/PROJECT/CONNECTION`. The service connection shows both.
 *   Without a connection `https://vstoken.dev.azure.com/ORG-ID` and `p://ORG/PROJECT/PIPELINE`.
 * - Provenance: `external`. Entra takes it for a federated credential, whoever issued it.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` where the
 * variables are absent, `ERR_SOURCE_FAILED` when the endpoint refuses (`correlationId` is its `x-vss-e2eid`, `traceId` its
 * `x-msedge-ref`) or gives a token for another audience, `ERR_SOURCE_REPLY` when its reply makes no sense, or one of
 * `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { azurePipelines } from "@tokenhop/core/sources/azure-pipelines";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: azurePipelines({ serviceConnectionId: "11111111-1111-4111-8111-111111111111" }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://learn.microsoft.com/azure/devops/pipelines/release/troubleshoot-workload-identity
 * @see https://docs.databricks.com/aws/en/dev-tools/auth/provider-azure-devops
 */
export function azurePipelines(options: AzurePipelinesOptions = {}): IdentitySource {
  const { serviceConnectionId, allowHttpLoopback = false } = checkOptions(optionsSchema, options, "azurePipelines()");
  const needed = serviceConnectionId === undefined ? PIPELINE_VARIABLES : ([CONNECTION_VARIABLE] as const);
  const urlOf = (env: Platform["env"]): URL | undefined => safeUrl(env[needed[0]] ?? "", allowHttpLoopback);

  /** Where the token is asked for. */
  const endpoint = (env: Platform["env"]): URL => {
    const url = urlOf(env) as URL;
    const ofPipeline = serviceConnectionId === undefined;
    url.pathname = url.pathname.replace(/\/$/, "") + (ofPipeline ? jobPath(env) : "");
    url.searchParams.set("api-version", ofPipeline ? "7.2-preview.1" : "7.1");
    if (!ofPipeline) url.searchParams.set("serviceConnectionId", serviceConnectionId);
    return url;
  };

  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, serviceConnectionId],
    provenance: "external",
    detect({ env }) {
      const missing: string[] = needed.filter((name) => !env[name]);
      if (env[needed[0]] && !urlOf(env)) missing.push(`${needed[0]} with an https URL`);
      if (!env[TOKEN_VARIABLE]) missing.push(MAPPING);
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const bearer = platform.env[TOKEN_VARIABLE];
      const headers = {
        authorization: `Bearer ${bearer}`,
        accept: "application/json",
        "content-type": "application/json",
        // Without it a refusal is a redirect to a page that wants somebody to sign in.
        "x-tfs-fedauthredirect": "Suppress",
      };
      const given = await askForToken(
        NAME,
        endpoint(platform.env),
        { method: "POST", headers },
        context,
        jsonToken("oidcToken"),
        bearer,
        refused,
      );
      const byId = audience === AUDIENCE && peekClaims(given.token.reveal())?.aud === AUDIENCE_ID;
      const fix = "Azure Pipelines gives no other, so let the target ask for that one and trust it";
      mustBeFor(NAME, given, byId ? AUDIENCE_ID : audience, "the reply", fix);
      return given;
    },
  };
  return source;
}

/** The route at which a job of Azure Pipelines gets its ID token. Bodies of its errors are UNCONFIRMED. */
import { tenantIssuer } from "../directory.ts";
import { signEntraToken } from "../entra/mint.ts";
import { bearerOf, sameId, sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { pipelineIdentity } from "./identity.ts";
import { issueWorkloadToken, jobsOn, workloadClaims } from "./token.ts";

const versions = /^7\.\d+(-preview(\.\d+)?)?$/;

/** `POST /{organization}/{project}/_apis/distributedtask/hubs/{hub}/plans/{plan}/jobs/{job}/oidctoken`. */
export async function azurePipelinesToken(world: World, call: Call): Promise<Answer> {
  const { organization = "", project = "", plan = "", job: jobId = "" } = call.params;
  const shown = bearerOf(call.headers) ?? "";
  const known = jobsOn(world.config, "azure-pipelines").find(({ workload }) =>
    sameSecret(workload.requestToken ?? "", shown),
  );
  if (!known) return notSignedIn(call);
  const { job } = known;
  const isOwn =
    sameId(organization, job.organization) &&
    [job.project, job.projectId].some((one) => sameId(one, project)) &&
    sameId(plan, job.planId) &&
    sameId(jobId, job.jobId);
  if (!isOwn) return refuse(404, "The job of the token is another one.");
  if (!versions.test(call.url.searchParams.get("api-version") ?? "")) {
    return refuse(400, "No api-version was supplied, or one that is not known.");
  }

  const wanted = call.url.searchParams.get("serviceConnectionId");
  const connection = (job.serviceConnections ?? []).find(({ id }) => sameId(id, wanted ?? ""));
  if (wanted !== null && !connection) return refuse(404, "There is no such service connection.");
  const identity = pipelineIdentity(job, connection);
  const iss = connection?.entra && tenantIssuer(world.config, connection.entra.tenantId, 2);
  const oidcToken = iss
    ? await signEntraToken(world, { ...workloadClaims(world, known, { identity }), iss })
    : await issueWorkloadToken(world, known, { identity });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { oidcToken },
    log: { outcome: "granted", reason: "The job's access token", issuer: iss, subject: identity.subject },
  };
}

/** Who is not signed in is sent to where one does, unless the header says that nobody is there to do so. */
function notSignedIn({ headers, url }: Call): Answer {
  if (headers.get("x-tfs-fedauthredirect")?.toLowerCase() === "suppress") {
    return refuse(401, "TF400813: The user is not authorized to access this resource.");
  }
  const reason = "The access token is missing or wrong";
  return {
    status: 302,
    headers: { location: `https://spsprodweu1.vssps.visualstudio.com/_signin?realm=${url.host}`, ...support },
    body: "<html><head><title>Object moved</title></head><body><h2>Object moved</h2></body></html>",
    log: { outcome: "refused", code: 302, reason },
  };
}

const support = { "x-vss-e2eid": "00000000-0000-4000-8000-0000000000e2" };

function refuse(status: number, message: string): Answer {
  return {
    status,
    headers: support,
    body: { $id: "1", innerException: null, message, typeKey: "OidcTokenException", errorCode: 0, eventId: 3000 },
    log: { outcome: "refused", code: status, reason: message },
  };
}

/** Cloud Storage, as far as listing the buckets of a project: something that an access token opens. */
import type { Answer, Call, World } from "../world.ts";
import { answered, GcpRefused } from "./answers.ts";
import { callerOf } from "./caller.ts";
import { isGranted } from "./directory.ts";

const permission = "storage.buckets.list";
const scopes = ["full_control", "read_write", "read_only"].map(
  (access) => `https://www.googleapis.com/auth/devstorage.${access}`,
);

/** `GET /storage/v1/b?project={id}`. */
export async function listBuckets(world: World, call: Call): Promise<Answer> {
  const answer = await answered(() => {
    const { principal } = callerOf(world, call, "storage.googleapis.com", scopes);
    const asked = call.url.searchParams.get("project");
    if (!asked) throw refusal(400, "required", "Required parameter: project");
    const project = (world.config.gcp?.projects ?? []).find(
      ({ projectId, projectNumber }) => asked === projectId || asked === projectNumber,
    );
    if (!project || !isGranted(project.grants, permission, principal.members)) {
      const text = `${principal.name} does not have ${permission} access to the Google Cloud project. Permission '${permission}' denied on resource (or it may not exist).`;
      throw refusal(403, "forbidden", text);
    }
    const items = (project.buckets ?? []).map((name) => ({
      kind: "storage#bucket",
      id: name,
      name,
      projectNumber: project.projectNumber,
      selfLink: `https://www.googleapis.com/storage/v1/b/${name}`,
      location: "EU",
      storageClass: "STANDARD",
    }));
    const log = { outcome: "granted", reason: `${items.length} buckets`, subject: principal.name } as const;
    return { status: 200, body: { kind: "storage#buckets", ...(items.length > 0 && { items }) }, log };
  });
  return answer.status === 401 ? unauthorized(answer) : answer;
}

/** This API is older than the common form of errors, and has one of its own. */
function refusal(code: number, reason: string, message: string): GcpRefused {
  return new GcpRefused({
    status: code,
    body: { error: { code, message, errors: [{ message, domain: "global", reason }] } },
    log: { outcome: "refused", code: reason, reason: message },
  });
}

function unauthorized(answer: Answer): Answer {
  const message = "Invalid Credentials";
  const error = { message, domain: "global", reason: "authError", locationType: "header", location: "Authorization" };
  return { ...answer, body: { error: { code: 401, message, errors: [error] } } };
}

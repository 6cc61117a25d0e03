/** The instance metadata service of a virtual machine. Evidence: managed identity how-to, unless a comment says otherwise. */
import { findResource } from "../directory.ts";
import type { Answer, Call, World } from "../world.ts";
import { grantedByPlatform, issuePlatformToken } from "./issue.ts";
import { selectIdentity } from "./select.ts";

const badRequest =
  "The request is missing a required parameter, includes an invalid parameter value, includes a parameter more than once, or is otherwise malformed";

/** `GET /metadata/identity/oauth2/token`, with or without a slash at the end. */
export async function imds(world: World, call: Call): Promise<Answer> {
  const problem = requestProblem(call);
  if (problem) return refuse(problem.error, problem.description);

  const query = call.url.searchParams;
  const selected = selectIdentity(world.config, query);
  if ("refused" in selected) return refuse("invalid_request", selectionText[selected.refused]);
  const { tenant, client } = selected;

  const name = query.get("resource") ?? "";
  const resource = findResource(tenant, name);
  if (!resource) {
    const text = `AADSTS50001: The application named ${name} was not found in the tenant named ${tenant.id}.`;
    return refuse("invalid_resource", text, 50001);
  }
  const issued = await issuePlatformToken(world, { tenant, client, resource });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    // Every value is a text, numbers included.
    body: {
      access_token: issued.token,
      client_id: client.clientId,
      expires_in: String(issued.expiresIn),
      expires_on: String(issued.expiresOn),
      ext_expires_in: String(issued.expiresIn),
      not_before: String(issued.notBefore),
      refresh_token: "",
      resource: name,
      token_type: "Bearer",
    },
    log: grantedByPlatform(tenant, client, name),
  };
}

const selectionText = {
  "not found": "Identity not found",
  "several selectors": badRequest,
  "must be named":
    "Multiple user assigned identities exist, please specify the clientId / resourceId of the identity in the token request",
} as const;

function requestProblem({ headers, url }: Call): { readonly error: string; readonly description: string } | undefined {
  // The header tells a request of the machine itself from one that somebody made it send on.
  if (headers.get("metadata")?.toLowerCase() !== "true") {
    return { error: "bad_request_102", description: "Required metadata header not specified" };
  }
  if (headers.has("x-forwarded-for")) {
    return { error: "invalid_request", description: "Requests with an X-Forwarded-For header are refused" };
  }
  const version = url.searchParams.get("api-version") ?? "";
  const isComplete = /^\d{4}-\d{2}-\d{2}$/.test(version) && version >= "2018-02-01" && url.searchParams.get("resource");
  return isComplete ? undefined : { error: "invalid_request", description: badRequest };
}

function refuse(error: string, description: string, code: number | string = error): Answer {
  return {
    status: 400,
    body: { error, error_description: description },
    log: { outcome: "refused", code, reason: description },
  };
}

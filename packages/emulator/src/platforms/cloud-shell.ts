/** The token endpoint of Azure Cloud Shell, where a shell speaks for the user who opened it. */
import { findResource } from "../directory.ts";
import { issueUserToken } from "../entra/user-token.ts";
import type { Answer, Call, World } from "../world.ts";
import { shellUser } from "./shell-user.ts";

/** The application that the shell's tokens are issued to: the portal. UNCONFIRMED. */
const portal = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";

/** `POST http://localhost:50342/oauth2/token`. */
export async function cloudShell(world: World, call: Call): Promise<Answer> {
  const found = shellUser(world.config);
  if (!found) return refuse(404, "not_found", "There is no shell on this host");
  if (call.headers.get("metadata")?.toLowerCase() !== "true") {
    return refuse(400, "bad_request_102", "Required metadata header not specified");
  }
  const name = call.form.get("resource");
  if (!name) return refuse(400, "invalid_request", "The resource is missing");
  const { tenant, user } = found;
  const resource = findResource(tenant, name);
  if (!resource) {
    return refuse(400, "invalid_resource", `AADSTS50001: The application named ${name} was not found.`);
  }
  const issued = await issueUserToken(world, {
    tenant,
    user,
    clientId: portal,
    resource,
    scopes: ["user_impersonation"],
    lifetimeMs: world.lifetimes().userTokenMs,
  });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: {
      access_token: issued.token,
      expires_in: String(issued.expiresIn),
      expires_on: String(issued.expiresOn),
      not_before: String(issued.notBefore),
      refresh_token: "",
      resource: name,
      token_type: "Bearer",
    },
    log: { outcome: "granted", reason: "The user of the shell", tenant: tenant.id, scope: name, provenance: "user" },
  };
}

function refuse(status: number, error: string, description: string): Answer {
  return {
    status,
    body: { error, error_description: description },
    log: { outcome: "refused", code: error, reason: description },
  };
}

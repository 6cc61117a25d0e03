/**
 * The identity endpoint of a server that Azure Arc manages. Whoever asks has to show that they may read the agent's files: a
 * first answer names a file, and the second request brings what is in it.
 */
import { findResource } from "../directory.ts";
import { grantedByPlatform, issuePlatformToken } from "../identity/issue.ts";
import { selectIdentity } from "../identity/select.ts";
import { randomId, sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";

const folder = "/var/opt/azcmagent/tokens";
const minVersion = "2019-11-01";

/** `GET http://localhost:40342/metadata/identity/oauth2/token`. */
export async function azureArc(world: World, call: Call): Promise<Answer> {
  if (!world.config.azureArc) return refuse(404, "not_found", "There is no agent of Azure Arc on this host");
  if (call.headers.get("metadata")?.toLowerCase() !== "true") {
    return refuse(400, "bad_request_102", "Required metadata header not specified");
  }
  const query = call.url.searchParams;
  const version = query.get("api-version") ?? "";
  const name = query.get("resource");
  if (!/^\d{4}-\d{2}-\d{2}(-preview)?$/.test(version) || version < minVersion || !name) {
    return refuse(400, "invalid_request", "The api-version or the resource is missing or invalid");
  }
  const shown = call.headers.get("authorization");
  if (shown === null) return challenge(world);
  if (!isKey(world, shown)) return refuse(403, "invalid_request", "The key in the Authorization header is wrong");

  const selected = selectIdentity(world.config, query);
  if ("refused" in selected) return refuse(400, "invalid_request", "Identity not found");
  const { tenant, client } = selected;
  const resource = findResource(tenant, name);
  if (!resource) {
    return refuse(400, "invalid_resource", `AADSTS500011: The resource principal named ${name} was not found.`);
  }
  const issued = await issuePlatformToken(world, { tenant, client, resource });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: {
      access_token: issued.token,
      client_id: client.clientId,
      object_id: client.objectId,
      msi_res_id: client.resourceId ?? "",
      expires_in: String(issued.expiresIn),
      expires_on: String(issued.expiresOn),
      ext_expires_in: String(issued.expiresIn),
      not_before: String(issued.notBefore),
      resource: name,
      token_type: "Bearer",
    },
    log: grantedByPlatform(tenant, client, name),
  };
}

/** Every challenge has a file of its own, whose key opens the endpoint once. */
function challenge(world: World): Answer {
  const path = `${folder}/${crypto.randomUUID()}.key`;
  world.hostFiles.write(path, randomId() + randomId());
  const { status, body, log } = refuse(401, "unauthorized", "The key file has not been shown");
  return { status, body, log, headers: { "www-authenticate": `Basic realm=${path}` } };
}

function isKey(world: World, shown: string): boolean {
  const [, key = ""] = /^basic +(\S+)$/i.exec(shown) ?? [];
  const path = world.hostFiles.find((content) => sameSecret(content, key));
  if (path !== undefined) world.hostFiles.remove(path);
  return path !== undefined;
}

function refuse(status: number, error: string, description: string): Answer {
  return {
    status,
    body: { error, error_description: description },
    log: { outcome: "refused", code: error, reason: description },
  };
}

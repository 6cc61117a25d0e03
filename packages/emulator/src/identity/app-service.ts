/** The identity endpoint of App Service, Functions and Container Apps. The bodies of its errors are UNCONFIRMED. */
import { findResource } from "../directory.ts";
import { sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { grantedByPlatform, issuePlatformToken } from "./issue.ts";
import { selectIdentity } from "./select.ts";

/** `GET /msi/token`: what `IDENTITY_ENDPOINT` points at. */
export async function appService(world: World, call: Call): Promise<Answer> {
  const expected = world.config.appService?.identityHeader;
  const given = call.headers.get("x-identity-header") ?? "";
  if (expected === undefined || !sameSecret(given, expected))
    return refuse(401, "X-IDENTITY-HEADER is missing or wrong");

  const query = call.url.searchParams;
  if (query.get("api-version") !== "2019-08-01") return refuse(400, "The api-version must be 2019-08-01");
  const name = query.get("resource");
  if (!name) return refuse(400, "The resource parameter is missing");

  const selected = selectIdentity(world.config, query);
  if ("refused" in selected) {
    const text = "No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.";
    return refuse(400, selected.refused === "several selectors" ? "Only one identity may be named" : text);
  }
  const { tenant, client } = selected;
  const resource = findResource(tenant, name);
  if (!resource) return refuse(400, `AADSTS500011: The resource principal named ${name} was not found in the tenant.`);

  const issued = await issuePlatformToken(world, { tenant, client, resource });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    // Unlike IMDS there is no expires_in.
    body: {
      access_token: issued.token,
      client_id: client.clientId,
      expires_on: String(issued.expiresOn),
      not_before: String(issued.notBefore),
      resource: name,
      token_type: "Bearer",
    },
    log: grantedByPlatform(tenant, client, name),
  };
}

function refuse(status: number, message: string): Answer {
  return {
    status,
    body: { statusCode: status, message, correlationId: crypto.randomUUID() },
    log: { outcome: "refused", code: status, reason: message },
  };
}

/** The identity endpoint of Azure Machine Learning. Texts of its errors are UNCONFIRMED. */
import { findResource } from "../directory.ts";
import { grantedByPlatform, issuePlatformToken } from "../identity/issue.ts";
import { selectIdentity } from "../identity/select.ts";
import { sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";

/** `GET /azureml/msi/token`: what `MSI_ENDPOINT` points at there. */
export async function azureMl(world: World, call: Call): Promise<Answer> {
  const expected = world.config.azureMl?.secret;
  if (expected === undefined || !sameSecret(call.headers.get("secret") ?? "", expected)) {
    return refuse(401, "The secret is missing or wrong");
  }
  if (call.headers.get("metadata")?.toLowerCase() !== "true") return refuse(400, "The Metadata header is missing");
  const query = call.url.searchParams;
  const name = query.get("resource");
  if (query.get("api-version") !== "2017-09-01" || !name) {
    return refuse(400, "The api-version must be 2017-09-01, and the resource must be named");
  }
  // It is spelled without a dash, and the only way to name an identity.
  const clientId = query.get("clientid");
  const selected = selectIdentity(world.config, new URLSearchParams(clientId === null ? {} : { client_id: clientId }));
  if ("refused" in selected) return refuse(400, "No managed identity was found for the client id");
  const { tenant, client } = selected;
  const resource = findResource(tenant, name);
  if (!resource) return refuse(400, `AADSTS500011: The resource principal named ${name} was not found in the tenant.`);

  const { token, expiresOn } = await issuePlatformToken(world, { tenant, client, resource });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: {
      access_token: token,
      client_id: client.clientId,
      expires_on: String(expiresOn),
      resource: name,
      token_type: "Bearer",
    },
    log: grantedByPlatform(tenant, client, name),
  };
}

function refuse(status: number, message: string): Answer {
  return { status, body: { statusCode: status, message }, log: { outcome: "refused", code: status, reason: message } };
}

/** Azure Resource Manager, as far as listing, reading, creating and deleting the resources of a group. */
import type { JWTPayload } from "jose";
import { checkBearer, textClaim } from "../bearer.ts";
import { revocationChallenge, revokedText } from "../cae.ts";
import { findTenant } from "../directory.ts";
import { findGroup, groupId, resourceId } from "../resources.ts";
import { sameId } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { unauthorized } from "./challenge.ts";
import { armError } from "./error.ts";
import { deleteResource, listResources, putResource, readGroup, readResource } from "./operations.ts";
import { type ArmPath, parseArmPath } from "./path.ts";
import { isAllowed } from "./rbac.ts";

const audiences = ["https://management.azure.com", "https://management.core.windows.net"];

/** Everything below `/subscriptions`. */
export async function arm(world: World, call: Call): Promise<Answer> {
  const path = parseArmPath(call.url.pathname);
  const tenantId = path && tenantOfSubscription(world, path.subscriptionId);
  const bearer = await checkBearer(world, call, audiences);
  if (bearer.problem !== undefined) return unauthorized(world, bearer, tenantId);
  const { claims } = bearer;
  const challenge = revocationChallenge(world, claims);
  if (challenge !== undefined) {
    const answer = armError(401, "InvalidAuthenticationToken", revokedText, claims);
    return { ...answer, headers: { "www-authenticate": challenge } };
  }
  if (!path) return armError(404, "InvalidRequest", "The emulator knows no such resource path.", claims);
  if (!call.url.searchParams.get("api-version")) {
    const text = "The api-version query parameter (?api-version=) is required for all requests.";
    return armError(400, "MissingApiVersionParameter", text, claims);
  }
  if (tenantId !== undefined && !sameId(tenantId, textClaim(claims, "tid") ?? "")) {
    return unauthorized(world, { problem: "tenant", claims }, tenantId);
  }
  return forbidden(world, call, path, claims) ?? missing(world, path, claims) ?? run(world, call, path, claims);
}

function tenantOfSubscription(world: World, subscriptionId: string): string | undefined {
  return (world.config.subscriptions ?? []).find(({ id }) => sameId(id, subscriptionId))?.tenantId;
}

const verbs: Readonly<Record<string, string>> = { GET: "read", HEAD: "read", PUT: "write", DELETE: "delete" };

function actionOf(path: ArmPath, method: string): string {
  const verb = verbs[method] ?? "action";
  if (path.kind === "resource") return `${path.type}/${verb}`;
  const group = "Microsoft.Resources/subscriptions/resourceGroups";
  return path.kind === "group" ? `${group}/${verb}` : `${group}/resources/${verb}`;
}

function scopeOf(path: ArmPath): string {
  return path.kind === "resource" ? resourceId(path) : groupId(path.subscriptionId, path.resourceGroup);
}

/** Authorization goes before existence: who may not look is not told whether there is anything. */
function forbidden(world: World, call: Call, path: ArmPath, claims: JWTPayload): Answer | undefined {
  const [action, scope] = [actionOf(path, call.method), scopeOf(path)];
  const principal = textClaim(claims, "oid") ?? "";
  const tenant = findTenant(world.config, textClaim(claims, "tid") ?? "");
  if (tenant && isAllowed(tenant, principal, action, scope)) return undefined;
  const client = textClaim(claims, "appid") ?? textClaim(claims, "azp") ?? "";
  const text =
    `The client '${client}' with object id '${principal}' does not have authorization to perform action '${action}'` +
    ` over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`;
  return armError(403, "AuthorizationFailed", text, claims);
}

function missing(world: World, path: ArmPath, claims: JWTPayload): Answer | undefined {
  if (findGroup(world.config, path.subscriptionId, path.resourceGroup)) return undefined;
  const text = `Resource group '${path.resourceGroup}' could not be found.`;
  return armError(404, "ResourceGroupNotFound", text, claims);
}

function run(world: World, call: Call, path: ArmPath, claims: JWTPayload): Answer {
  if (path.kind === "group" && call.method === "GET") return readGroup(world, path, claims);
  if (path.kind === "resources" && call.method === "GET") return listResources(world, path, claims);
  if (path.kind === "resource" && call.method === "GET") return readResource(world, path, claims);
  if (path.kind === "resource" && call.method === "PUT") return putResource(world, call, path, claims);
  if (path.kind === "resource" && call.method === "DELETE") return deleteResource(world, path, claims);
  return armError(405, "MethodNotAllowed", `The emulator does not do ${call.method} here.`, claims);
}

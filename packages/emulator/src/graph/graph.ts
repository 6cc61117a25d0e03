/** Microsoft Graph, as far as two listings that need application permissions. */
import type { JWTPayload } from "jose";
import { callerOf } from "../arm/error.ts";
import { type BearerCheck, checkBearer, textClaim } from "../bearer.ts";
import type { TenantConfig, UserConfig } from "../config/types.ts";
import { findTenant, findUser } from "../directory.ts";
import type { Answer, Call, World } from "../world.ts";

const audiences = ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"];

/** Permissions that are enough, the least privileged first. Evidence: permission tables of the Graph reference. */
const readUsers = [
  "User.ReadBasic.All",
  "User.Read.All",
  "User.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];
const readOrganization = [
  "Organization.Read.All",
  "Organization.ReadWrite.All",
  "Directory.Read.All",
  "Directory.ReadWrite.All",
];

/** `GET /v1.0/users`. */
export function listUsers(world: World, call: Call): Promise<Answer> {
  return withPermission(world, call, readUsers, (tenant) => list("users", (tenant.users ?? []).map(userBody)));
}

/** `GET /v1.0/users/{id}`. */
export function readUser(world: World, call: Call): Promise<Answer> {
  return withPermission(world, call, readUsers, (tenant) => {
    const user = findUser(tenant, call.params.user ?? "");
    return user && { "@odata.context": context("users/$entity"), ...userBody(user) };
  });
}

/** `GET /v1.0/organization`. */
export function listOrganization(world: World, call: Call): Promise<Answer> {
  return withPermission(world, call, readOrganization, (tenant) =>
    list("organization", [
      {
        id: tenant.id,
        displayName: tenant.displayName ?? tenant.id,
        verifiedDomains: (tenant.domains ?? []).map((name, index) => ({ name, isDefault: index === 0 })),
      },
    ]),
  );
}

async function withPermission(
  world: World,
  call: Call,
  enough: readonly string[],
  read: (tenant: TenantConfig) => unknown,
): Promise<Answer> {
  const bearer = await checkBearer(world, call, audiences);
  if (bearer.problem !== undefined) return unauthorized(world, call, bearer);
  const { claims } = bearer;
  const granted = Array.isArray(claims.roles) ? (claims.roles as unknown[]) : [];
  const tenant = findTenant(world.config, textClaim(claims, "tid") ?? "");
  if (!tenant || !enough.some((permission) => granted.includes(permission))) {
    const text = "Insufficient privileges to complete the operation.";
    return graphError(world, call, { status: 403, code: "Authorization_RequestDenied", text, claims });
  }
  const body = read(tenant);
  if (!body) {
    const text = "Resource does not exist or one of its queried reference-property objects are not present.";
    return graphError(world, call, { status: 404, code: "Request_ResourceNotFound", text, claims });
  }
  return {
    status: 200,
    body,
    log: { ...callerOf(claims), outcome: "granted", reason: "An application permission allows it" },
  };
}

const tokenTexts = {
  missing: "Access token is empty.",
  malformed: "IDX14100: JWT is not well formed.",
  signature: "Signature is invalid.",
  expired: "Lifetime validation failed, the token is expired.",
  audience: "Access token validation failure. Invalid audience.",
} as const;

function unauthorized(world: World, call: Call, { problem, claims = {} }: BearerCheck): Answer {
  const text = tokenTexts[problem ?? "missing"];
  const answer = graphError(world, call, { status: 401, code: "InvalidAuthenticationToken", text, claims });
  const uri = "https://login.microsoftonline.com/common/oauth2/authorize";
  return {
    ...answer,
    headers: { "www-authenticate": `Bearer realm="", authorization_uri="${uri}", client_id="${graphAppId}"` },
  };
}

const graphAppId = "00000003-0000-0000-c000-000000000000";

interface GraphFailure {
  readonly status: number;
  readonly code: string;
  readonly text: string;
  readonly claims: JWTPayload;
}

function graphError(world: World, call: Call, { status, code, text, claims }: GraphFailure): Answer {
  const requestId = crypto.randomUUID();
  const innerError = {
    date: new Date(world.clock.now()).toISOString().replace(/\.\d+Z$/, ""),
    "request-id": requestId,
    "client-request-id": call.headers.get("client-request-id") ?? requestId,
  };
  return {
    status,
    body: { error: { code, message: text, innerError } },
    log: { ...callerOf(claims), outcome: "refused", code, reason: text },
  };
}

function context(of: string): string {
  return `https://graph.microsoft.com/v1.0/$metadata#${of}`;
}

function list(of: string, value: readonly unknown[]): unknown {
  return { "@odata.context": context(of), value };
}

function userBody({ id, displayName, userPrincipalName }: UserConfig): Readonly<Record<string, string>> {
  return { id, displayName, userPrincipalName, mail: userPrincipalName };
}

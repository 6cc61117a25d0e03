/** Microsoft Graph, as far as two listings that need application permissions, and the user that a token speaks for. */
import type { JWTPayload } from "jose";
import { callerOf } from "../arm/error.ts";
import { type BearerCheck, checkBearer, textClaim } from "../bearer.ts";
import { revocationChallenge, revokedText } from "../cae.ts";
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

/** Delegated permissions that let an application read the profile of its user. */
const readOwnProfile = ["User.Read", "User.ReadWrite", "User.ReadBasic.All", "User.Read.All", "Directory.Read.All"];

/** `GET /v1.0/users`, in pages of `$top`. */
export function listUsers(world: World, call: Call): Promise<Answer> {
  return withPermission(world, call, readUsers, (tenant) => {
    const { items, next } = pageOf((tenant.users ?? []).map(userBody), call.url);
    return { ...list("users", items), ...(next && { "@odata.nextLink": next }) };
  });
}

/** `GET /v1.0/me`: only for a token that a user stands behind. */
export async function readMe(world: World, call: Call): Promise<Answer> {
  const { claims, answer } = await authenticate(world, call);
  if (answer) return answer;
  if (claims.idtyp === "app") {
    const text = "/me request is only valid with delegated authentication flow.";
    return graphError(world, call, { status: 400, code: "BadRequest", text, claims });
  }
  const granted = (textClaim(claims, "scp") ?? "").split(" ");
  if (!readOwnProfile.some((permission) => granted.includes(permission))) return denied(world, call, claims);
  const tenant = findTenant(world.config, textClaim(claims, "tid") ?? "");
  const user = tenant && findUser(tenant, textClaim(claims, "oid") ?? "");
  if (!user) return missing(world, call, claims);
  return {
    status: 200,
    body: { "@odata.context": context("users/$entity"), ...userBody(user) },
    log: { ...callerOf(claims), outcome: "granted", reason: "A delegated permission allows it" },
  };
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
  const { claims, answer } = await authenticate(world, call);
  if (answer) return answer;
  const granted = Array.isArray(claims.roles) ? (claims.roles as unknown[]) : [];
  const tenant = findTenant(world.config, textClaim(claims, "tid") ?? "");
  if (!tenant || !enough.some((permission) => granted.includes(permission))) return denied(world, call, claims);
  const body = read(tenant);
  if (!body) return missing(world, call, claims);
  return {
    status: 200,
    body,
    log: { ...callerOf(claims), outcome: "granted", reason: "An application permission allows it" },
  };
}

/** The claims of a token that Graph takes, or how it refuses it. */
async function authenticate(
  world: World,
  call: Call,
): Promise<
  | { readonly claims: JWTPayload; readonly answer?: undefined }
  | { readonly answer: Answer; readonly claims?: undefined }
> {
  const bearer = await checkBearer(world, call, audiences);
  if (bearer.problem !== undefined) return { answer: unauthorized(world, call, bearer) };
  const { claims } = bearer;
  const challenge = revocationChallenge(world, claims);
  if (challenge === undefined) return { claims };
  const failure = { status: 401, code: "InvalidAuthenticationToken", text: revokedText, claims };
  return { answer: { ...graphError(world, call, failure), headers: { "www-authenticate": challenge } } };
}

function denied(world: World, call: Call, claims: JWTPayload): Answer {
  const text = "Insufficient privileges to complete the operation.";
  return graphError(world, call, { status: 403, code: "Authorization_RequestDenied", text, claims });
}

function missing(world: World, call: Call, claims: JWTPayload): Answer {
  const text = "Resource does not exist or one of its queried reference-property objects are not present.";
  return graphError(world, call, { status: 404, code: "Request_ResourceNotFound", text, claims });
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

function list(of: string, value: readonly unknown[]): object {
  return { "@odata.context": context(of), value };
}

const maxPage = 999;

/** A page, and the link to the next one: to where this one was asked, with everything that was asked. */
function pageOf<T>(all: readonly T[], url: URL): { readonly items: readonly T[]; readonly next: string | undefined } {
  const size = Math.min(Number(url.searchParams.get("$top")) || maxPage, maxPage);
  const from = Number(url.searchParams.get("$skiptoken")) || 0;
  const next = new URL(url);
  next.searchParams.set("$skiptoken", String(from + size));
  return { items: all.slice(from, from + size), next: from + size < all.length ? next.href : undefined };
}

function userBody({ id, displayName, userPrincipalName }: UserConfig): Readonly<Record<string, string>> {
  return { id, displayName, userPrincipalName, mail: userPrincipalName };
}

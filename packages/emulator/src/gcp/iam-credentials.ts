/** IAM Credentials: a token of a service account for whoever may act as it. */
import type { Answer, Call, World } from "../world.ts";
import type { GcpPrincipal } from "./access-tokens.ts";
import { answered, apiRefusal, jsonObject } from "./answers.ts";
import { callerOf } from "./caller.ts";
import { findAccount, isGranted, type KnownAccount } from "./directory.ts";
import { issueGoogleIdToken } from "./id-token.ts";

type Body = Readonly<Record<string, unknown>>;

const service = "iamcredentials.googleapis.com";
const scopes = ["https://www.googleapis.com/auth/iam"];
const hourMs = 3_600_000;

type Operation = (world: World, call: Call) => Answer | Promise<Answer>;

/** `POST /v1/projects/-/serviceAccounts/{email}:{operation}`. */
export function iamCredentials(world: World, call: Call): Promise<Answer> {
  return answered(() => {
    const [, name = ""] = /:(\w+)$/.exec(call.params.operation ?? "") ?? [];
    const operation = operations.get(name);
    if (!operation) throw apiRefusal("NOT_FOUND", "Method not found.");
    return operation(world, call);
  });
}

function generateAccessToken(world: World, call: Call): Answer {
  const { target, body } = readRequest(world, call, "iam.serviceAccounts.getAccessToken");
  const wanted = texts(body.scope) ?? [];
  if (wanted.length === 0) invalid("scope must hold at least one scope.");
  const lifetimeMs = lifetimeOf(world, body.lifetime, target);
  const expiresAt = world.clock.now() + lifetimeMs;
  const accessToken = world.googleTokens.issue({
    principal: serviceAccount(target),
    scopes: wanted,
    expiresAt,
  });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { accessToken, expireTime: new Date(expiresAt).toISOString().replace(/\.\d+/, "") },
    log: { outcome: "granted", reason: `A token of ${target.email}`, client: target.email, scope: wanted.join(" ") },
  };
}

async function generateIdToken(world: World, call: Call): Promise<Answer> {
  const { target, body } = readRequest(world, call, "iam.serviceAccounts.getOpenIdToken");
  const { audience } = body;
  if (typeof audience !== "string" || audience === "") return invalid("audience is required.");
  const token = await issueGoogleIdToken(world, target, { audience, withEmail: body.includeEmail === true });
  return {
    status: 200,
    headers: { "cache-control": "no-store" },
    body: { token },
    log: { outcome: "granted", reason: `An ID token of ${target.email}`, client: target.email, audience },
  };
}

const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ["generateAccessToken", generateAccessToken],
  ["generateIdToken", generateIdToken],
]);

/** A service account as the one who calls. */
export function serviceAccount({ email }: KnownAccount): GcpPrincipal {
  return { kind: "service-account", name: email, members: [`serviceAccount:${email}`] };
}

/** Whether the caller may have the token: itself, or through the chain of delegates. */
function readRequest(
  world: World,
  call: Call,
  permission: string,
): { readonly target: KnownAccount; readonly body: Body } {
  const { principal } = callerOf(world, call, service, scopes);
  const { project = "", operation = "" } = call.params;
  if (project !== "-") invalid("The project must be the wildcard -.");
  const body = jsonObject(call.body);
  if (!body) return invalid("The body is not a JSON object.");
  const delegates = delegatesOf(body.delegates);

  const target = accountNamed(world, operation.replace(/:\w+$/, ""));
  let acting = principal;
  for (const delegate of delegates) {
    const next = accountNamed(world, delegate);
    demand(next, "iam.serviceAccounts.implicitDelegation", acting);
    acting = serviceAccount(next);
  }
  demand(target, permission, acting);
  return { target, body };
}

function accountNamed(world: World, name: string): KnownAccount {
  const found = findAccount(world.config.gcp, name);
  if (!found) throw apiRefusal("NOT_FOUND", `Not found; Gaia id not found for email ${name}`);
  return found;
}

function demand(target: KnownAccount, permission: string, { members, name }: GcpPrincipal): void {
  const { account, project } = target;
  if (isGranted(account.grants, permission, members) || isGranted(project.grants, permission, members)) return;
  throw apiRefusal(
    "PERMISSION_DENIED",
    `Permission '${permission}' denied on resource (or it may not exist).`,
    { reason: "IAM_PERMISSION_DENIED", domain: "iam.googleapis.com", metadata: { permission } },
    { subject: name, client: target.email },
  );
}

function delegatesOf(value: unknown): readonly string[] {
  if (value === undefined) return [];
  return (texts(value) ?? invalid("delegates must be a list of texts.")).map((name) => {
    const [, account] = /^projects\/-\/serviceAccounts\/([^/]+)$/.exec(name) ?? [];
    return account ?? invalid("A delegate must have the form projects/-/serviceAccounts/{email}.");
  });
}

/** At most an hour, or twelve where the organization allows it. */
function lifetimeOf(world: World, value: unknown, { account }: KnownAccount): number {
  const most = account.extendedLifetime ? 12 * hourMs : hourMs;
  if (value === undefined) return Math.min(world.lifetimes().googleTokenMs, most);
  const [, seconds] = /^(\d{1,9}(?:\.\d{1,9})?)s$/.exec(String(value)) ?? [];
  const lifetimeMs = Number(seconds) * 1000;
  if (typeof value !== "string" || !(lifetimeMs > 0)) return invalid("lifetime must be a duration such as 3600s.");
  if (lifetimeMs > most) return invalid(`The requested lifetime is longer than ${most / 1000}s.`);
  return lifetimeMs;
}

function texts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((one) => typeof one === "string" && one !== "")
    ? (value as readonly string[])
    : undefined;
}

function invalid(message: string): never {
  throw apiRefusal("INVALID_ARGUMENT", message);
}

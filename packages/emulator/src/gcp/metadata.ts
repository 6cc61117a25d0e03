/** The metadata server of a machine of Google's. What it says of itself, it says in headers and plain text. */
import type { Answer, Call, World } from "../world.ts";
import { type KnownAccount, machineAccount } from "./directory.ts";
import { serviceAccount } from "./iam-credentials.ts";
import { issueGoogleIdToken } from "./id-token.ts";

const headers = { "metadata-flavor": "Google", server: "Metadata Server for VM" };
const defaultScopes = ["https://www.googleapis.com/auth/cloud-platform"];

/** `GET /computeMetadata/v1/instance/service-accounts/{account}/{what}`, and the folders above it, which show that it is there. */
export async function metadataServer(world: World, call: Call): Promise<Answer> {
  const refusal = headerProblem(call);
  if (refusal !== undefined) return refuse(403, refusal);
  const path = call.url.pathname.replace(/^\/computeMetadata\/?/, "").replace(/\/$/, "");
  const known = machineAccount(world.config.gcp);
  if (["", "v1", "v1/instance"].includes(path)) return plain(200, folders[path] ?? "", "The metadata server");
  if (!known) return refuse(404, "The machine has no service account");
  if (path === "v1/project/project-id") return plain(200, known.project.projectId, "The project");
  if (path === "v1/project/numeric-project-id") return plain(200, known.project.projectNumber, "The project");

  const [, account = "", what = ""] = /^v1\/instance\/service-accounts\/([^/]+)\/(\w+)$/.exec(path) ?? [];
  if (!["default", known.email].includes(decodeURIComponent(account))) return refuse(404, "There is no such account");
  if (what === "email") return plain(200, known.email, "The account");
  if (what === "token") return accessToken(world, call, known);
  if (what === "identity") return identity(world, call, known);
  return refuse(404, "There is no such entry");
}

const folders: Readonly<Record<string, string>> = {
  "": "v1/\n",
  v1: "instance/\nproject/\n",
  "v1/instance": "service-accounts/\n",
};

function headerProblem({ headers: given }: Call): string | undefined {
  // The header tells a request of the machine itself from one that somebody made it send on.
  if (given.get("metadata-flavor")?.toLowerCase() !== "google") return "Missing Metadata-Flavor:Google header.";
  return given.has("x-forwarded-for") ? "Requests with an X-Forwarded-For header are refused." : undefined;
}

function accessToken(world: World, call: Call, known: KnownAccount): Answer {
  const asked = (call.url.searchParams.get("scopes") ?? "").split(",").filter((scope) => scope !== "");
  const lifetimeMs = world.lifetimes().googleTokenMs;
  const access_token = world.googleTokens.issue({
    principal: serviceAccount(known),
    scopes: asked.length > 0 ? asked : defaultScopes,
    expiresAt: world.clock.now() + lifetimeMs,
  });
  return {
    status: 200,
    headers,
    body: { access_token, expires_in: Math.floor(lifetimeMs / 1000), token_type: "Bearer" },
    log: { outcome: "granted", reason: "The machine runs as the service account", client: known.email },
  };
}

async function identity(world: World, call: Call, known: KnownAccount): Promise<Answer> {
  const query = call.url.searchParams;
  const audience = query.get("audience");
  if (!audience) return refuse(400, "non-empty audience parameter required");
  const withEmail = query.get("format") === "full";
  const token = await issueGoogleIdToken(world, known, { audience, withEmail });
  return { ...plain(200, token, "The machine runs as the service account"), log: granted(known, audience) };
}

function granted({ email }: KnownAccount, audience: string): Answer["log"] {
  return { outcome: "granted", reason: "The machine runs as the service account", client: email, audience };
}

function plain(status: number, body: string, reason: string): Answer {
  return {
    status,
    body,
    headers: { ...headers, "content-type": "application/text" },
    log: { outcome: "granted", reason },
  };
}

function refuse(status: number, message: string): Answer {
  return { status, body: message, headers, log: { outcome: "refused", code: status, reason: message } };
}

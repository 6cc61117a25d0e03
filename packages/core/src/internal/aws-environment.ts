/** The temporary credentials that AWS gives to what runs there: by variables, or by an endpoint of the machine's own. */
import * as v from "valibot";
import type { Detection, Platform, StepContext } from "../types.ts";
import { isLocal, safeUrl } from "./hosts.ts";
import { parseJson, type Reply, send } from "./http.ts";
import { checkReply, like } from "./schema.ts";
import { secret } from "./secret.ts";
import type { SigningKeys } from "./sigv4.ts";
import { detected, refusal, sourceError } from "./source.ts";
import { readFile } from "./token-file.ts";

const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"] as const;
const RELATIVE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI";
const FULL = "AWS_CONTAINER_CREDENTIALS_FULL_URI";
const AUTHORIZATION = "AWS_CONTAINER_AUTHORIZATION_TOKEN";
const AUTHORIZATION_FILE = "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE";
const DISABLED = "AWS_EC2_METADATA_DISABLED";
const IMDS_VARIABLE = "AWS_EC2_METADATA_SERVICE_ENDPOINT";
/** Where ECS, and IMDS, are asked over plain http: both addresses are the machine's link. */
const ECS = "http://169.254.170.2";
const IMDS = "http://169.254.169.254";
/**
 * Where containers may be asked over plain http besides loopback: ECS, and EKS over IPv4 and IPv6. The request holds a secret, and
 * the SDK for JavaScript sends it to no others either (`@aws-sdk/credential-provider-http`).
 */
const CONTAINER_HOSTS: readonly string[] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];
/** Used once, at once. */
const IMDS_TOKEN_SECONDS = "60";

const VISIBLE = /^[!-~]+$/;
const token = like(VISIBLE, "expected a token");
const keysSchema = v.object({
  AccessKeyId: like(/^\w{16,128}$/, "expected a key id"),
  SecretAccessKey: like(VISIBLE, "expected a key"),
  Token: token,
});

/** Where a container asks, if its variables lead to a place that may be asked. */
function containerUrl({ [RELATIVE]: relative, [FULL]: full = "" }: Platform["env"]): URL | undefined {
  // Nothing but a path: whatever else stood behind the address could make another host of it.
  if (relative) return relative.startsWith("/") ? new URL(ECS + relative) : undefined;
  const url = safeUrl(full, true);
  if (url || !URL.canParse(full)) return url;
  const { protocol, hostname, username, password } = new URL(full);
  const isContainers = protocol === "http:" && CONTAINER_HOSTS.includes(hostname);
  return isContainers && !username && !password ? new URL(full) : undefined;
}

/** What is missing of the variables of Lambda, ECS or EKS. */
export function environmentKeys({ env, readTextFile }: Platform): Detection {
  if (KEYS.every((name) => env[name])) return { found: true };
  if (!env[RELATIVE] && !env[FULL])
    return detected([...KEYS.filter((name) => !env[name]), `or ${RELATIVE} or ${FULL} (on EC2: credentials "imds")`]);
  const missing: string[] = [];
  if (!containerUrl(env)) {
    missing.push(
      env[RELATIVE] ? `${RELATIVE} with a path` : `${FULL} with an https URL, or one of loopback, ECS or EKS`,
    );
  }
  if (env[AUTHORIZATION_FILE] && !readTextFile) missing.push("a runtime that can read files");
  return detected(missing);
}

/** What stands in the way of asking IMDS. Whether it is there only a request would tell. */
export function imdsKeys({ env }: Platform): Detection {
  const missing: string[] = [];
  if (env[DISABLED]?.toLowerCase() === "true") missing.push(`${DISABLED} that is not true`);
  const host = env[IMDS_VARIABLE];
  if (host && !isLocal(host)) missing.push(`${IMDS_VARIABLE} on loopback or in 169.254.0.0/16`);
  return detected(missing);
}

function keysIn(reply: Reply, step: string): SigningKeys {
  const { AccessKeyId, SecretAccessKey, Token } = checkReply(
    keysSchema,
    parseJson(reply.text),
    step,
    "ERR_SOURCE_REPLY",
  );
  return { accessKeyId: AccessKeyId, secretAccessKey: secret(SecretAccessKey), sessionToken: secret(Token) };
}

/** A reply with status 200, or the error of any other. */
async function asked(
  step: string,
  url: URL,
  headers: Record<string, string>,
  context: StepContext,
  sent: string | undefined,
  method = "GET",
): Promise<Reply> {
  const reply = await send(step, url, { method, headers }, context);
  if (reply.status === 200) return reply;
  throw refusal(step, reply, context.platform, sent);
}

/** From the variables of Lambda, or the endpoint that those of ECS and EKS name. Read anew each time. */
export async function keysOfEnvironment(step: string, context: StepContext): Promise<SigningKeys> {
  const { platform, signal } = context;
  const { env } = platform;
  const [accessKeyId, key, session] = KEYS.map((name) => env[name]);
  if (accessKeyId && key && session) {
    return { accessKeyId, secretAccessKey: secret(key), sessionToken: secret(session) };
  }
  const file = env[AUTHORIZATION_FILE];
  const hint = "is EKS Pod Identity set up for this pod?";
  const authorization = (file ? await readFile(step, file, platform, hint) : (env[AUTHORIZATION] ?? "")).trim();
  signal.throwIfAborted();
  if (authorization && !VISIBLE.test(authorization)) {
    throw sourceError(step, `${file || AUTHORIZATION} holds no token`, { recovery: file ? "retry" : "stop" });
  }
  const url = containerUrl(env) as URL;
  return keysIn(await asked(step, url, authorization ? { authorization } : {}, context, authorization), step);
}

/** From IMDS, version 2 alone: a session first, the name of the instance's role, and its keys. */
export async function keysOfImds(step: string, context: StepContext): Promise<SigningKeys> {
  const base = context.platform.env[IMDS_VARIABLE] || IMDS;
  const urlOf = (path: string): URL => new URL(`/latest/${path}`, base);
  const ttl = { "x-aws-ec2-metadata-token-ttl-seconds": IMDS_TOKEN_SECONDS };
  const begun = await asked(step, urlOf("api/token"), ttl, context, undefined, "PUT");
  const session = checkReply(token, begun.text.trim(), step, "ERR_SOURCE_REPLY");
  const headers = { "x-aws-ec2-metadata-token": session };
  const path = "meta-data/iam/security-credentials/";
  const roles = await asked(step, urlOf(path), headers, context, session);
  const aRole = like(/^[\w+=,.@-]{1,64}$/, "expected the name of a role");
  const role = checkReply(aRole, roles.text.trim(), step, "ERR_SOURCE_REPLY");
  return keysIn(await asked(step, urlOf(path + role), headers, context, session), step);
}

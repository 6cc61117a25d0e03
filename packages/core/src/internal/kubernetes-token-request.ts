/** The TokenRequest API of Kubernetes: a token for any audience, in exchange for the pod's own. */
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import type { Fetch, Platform, StepContext, SubjectToken } from "../types.ts";
import { safeUrl } from "./hosts.ts";
import { localTime, parseJson, type Reply, send } from "./http.ts";
import { instant } from "./lifetime.ts";
import { toldBy } from "./reply.ts";
import { checkReply, flag, like, text } from "./schema.ts";
import { secret } from "./secret.ts";
import { callable } from "./shape.ts";
import { refusal, sourceError, tokenText } from "./source.ts";
import { endpoint, msBetween } from "./target-options.ts";
import { plain } from "./text.ts";
import { readToken } from "./token-file.ts";
import { withFetch } from "./with-fetch.ts";

/** With what the token ends, besides its time. */
export interface KubernetesBoundObject {
  readonly kind: "Pod" | "Secret" | "Node";
  readonly name: string;
  readonly uid?: string | undefined;
}

/** How a token is asked for at the API server. */
export interface KubernetesTokenRequest {
  readonly namespace: string;
  /** Whose token it is. */
  readonly serviceAccount: string;
  /**
   * How long it is to live, in ms; whole seconds are asked for. The server refuses less than 10 minutes (UNCONFIRMED for this
   * API) and may give another lifetime; what it gives is what counts. Default: the server's own, 1 hour.
   */
  readonly lifetimeMs?: number | undefined;
  /** Default: bound to nothing. */
  readonly boundObjectRef?: KubernetesBoundObject | undefined;
  /** The API server. Default: `https://KUBERNETES_SERVICE_HOST:KUBERNETES_SERVICE_PORT`, which every pod has. */
  readonly server?: string | undefined;
  /**
   * Trusts the cluster's own certificate authority, `/var/run/secrets/kubernetes.io/serviceaccount/ca.crt`. Default: the
   * platform's `fetch`, which trusts it where `NODE_EXTRA_CA_CERTS` (Node, Bun) or `DENO_CERT` (Deno) names that file.
   */
  readonly fetch?: Fetch | undefined;
  /** Lets `server` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const OWN_TOKEN = "/var/run/secrets/kubernetes.io/serviceaccount/token";
const HOST = "KUBERNETES_SERVICE_HOST";
const PORT = "KUBERNETES_SERVICE_PORT";
/** What the API server takes at most. */
const LONGEST_MS = 2 ** 32 * 1_000;

const kind = v.custom<KubernetesBoundObject["kind"]>(
  (value) => value === "Pod" || value === "Secret" || value === "Node",
  "expected Pod, Secret or Node",
);
const replySchema = v.object({
  status: v.object({
    token: tokenText,
    expirationTimestamp: v.custom<string>((value) => instant(value) !== undefined, "expected an instant"),
  }),
});

/** The check of the option. Names are labels of DNS (RFC 1123); of a service account several with dots between. */
export function tokenRequestSchema(allowHttpLoopback: unknown): v.GenericSchema<KubernetesTokenRequest> {
  return v.strictObject({
    namespace: like(/^[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/, "expected the name of a namespace"),
    serviceAccount: like(/^(?=.{1,253}$)[a-z\d](?:[a-z\d.-]*[a-z\d])?$/, "expected the name of a service account"),
    lifetimeMs: v.optional(msBetween(1_000, LONGEST_MS)),
    boundObjectRef: v.optional(v.strictObject({ kind, name: text, uid: v.optional(text) })),
    server: v.optional(endpoint(allowHttpLoopback)),
    fetch: v.optional(callable as unknown as v.GenericSchema<Fetch>),
    allowHttpLoopback: flag,
  });
}

/** What makes two of them the same. */
export function tokenRequestIdentity(request: KubernetesTokenRequest | undefined): readonly unknown[] {
  if (!request) return [];
  const { namespace, serviceAccount, lifetimeMs, boundObjectRef, server, fetch } = request;
  const { kind, name, uid } = boundObjectRef ?? {};
  return [namespace, serviceAccount, lifetimeMs, kind, name, uid, server, fetch];
}

/** The API server's URL without a slash at its end, or undefined when the variables do not say. An IPv6 address has no brackets there. */
function serverOf(
  { server }: KubernetesTokenRequest,
  { [HOST]: host, [PORT]: port }: Platform["env"],
): string | undefined {
  if (server) return server.replace(/\/+$/, "");
  return host && port
    ? safeUrl(`https://${host.includes(":") ? `[${host}]` : host}:${port}`, false)?.origin
    : undefined;
}

/** The variables that are missing. */
export function missingServer(request: KubernetesTokenRequest, env: Platform["env"]): readonly string[] {
  if (serverOf(request, env)) return [];
  const missing = [HOST, PORT].filter((name) => !env[name]);
  return missing.length > 0 ? missing : [`${HOST} and ${PORT} with a host and a port`];
}

/** A refusal, as Kubernetes says it: `{ kind: "Status", reason: "Forbidden", message }`. */
function refused(
  request: KubernetesTokenRequest,
  step: string,
  reply: Reply,
  platform: Platform,
  own: string,
): TokenError {
  const { status } = reply;
  const { reason } = Object(parseJson(reply.text)) as { readonly reason?: unknown };
  const error = typeof reason === "string" && reason ? { error: plain(reason, own) } : {};
  if (status !== 403) return refusal(step, reply, platform, own, error);
  const { why, ...told } = toldBy(reply, own);
  const fix = `allow the pod's service account the verb create on serviceaccounts/token in the namespace ${request.namespace} (RBAC)`;
  return sourceError(step, `${["HTTP 403", error.error, why].filter(Boolean).join(" ")}; ${fix}`, {
    ...told,
    ...error,
    status,
  });
}

/** Asks the API server once. The pod's own token is read anew each time, for the kubelet replaces it. */
export async function requestedToken(
  step: string,
  request: KubernetesTokenRequest,
  tokenFile: string | undefined,
  audience: string,
  context: StepContext,
): Promise<SubjectToken> {
  const { platform, signal } = context;
  const { namespace, serviceAccount, lifetimeMs, boundObjectRef } = request;
  const file = tokenFile ?? OWN_TOKEN;
  const own = await readToken(
    step,
    file,
    platform,
    signal,
    "does the pod mount a token for the API server (automountServiceAccountToken)?",
  );
  const bearer = own.token.reveal();
  const url = `${serverOf(request, platform.env)}/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
  const spec = {
    audiences: [audience],
    ...(lifetimeMs !== undefined && { expirationSeconds: Math.floor(lifetimeMs / 1_000) }),
    ...(boundObjectRef && { boundObjectRef: { apiVersion: "v1", ...boundObjectRef } }),
  };
  const init = {
    method: "POST",
    headers: { authorization: `Bearer ${bearer}`, "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec }),
  };
  const reply = await send(step, url, init, withFetch(context, request.fetch));
  // It creates something, so it says 201.
  if (reply.status !== 201 && reply.status !== 200) throw refused(request, step, reply, platform, bearer);
  const { token, expirationTimestamp } = checkReply(
    replySchema,
    parseJson(reply.text),
    step,
    "ERR_SOURCE_REPLY",
  ).status;
  return {
    token: secret(token.trim()),
    expiresAt: localTime(instant(expirationTimestamp) as number, reply.headers, platform),
  };
}

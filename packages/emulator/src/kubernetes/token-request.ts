/** The TokenRequest API: a service account's token, for whoever may create it. */
import * as v from "valibot";
import type { Answer, Call, World } from "../world.ts";
import { apiAudiences, findPod, findServiceAccount, mayCreateTokens, userOf } from "./cluster.ts";
import type { KubernetesAccountConfig } from "./config-types.ts";
import { failure, unauthorized } from "./status.ts";
import { authenticated, issueServiceAccountToken, type ServiceAccountGrant } from "./token.ts";

const group = "authentication.k8s.io";
const minSeconds = 600;
const defaultSeconds = 3600;
const maxSeconds = 2 ** 32;

const nullable = <T>(schema: v.GenericSchema<T>) => v.nullish(schema);
const requestSchema = v.object({
  apiVersion: nullable(v.string()),
  kind: nullable(v.string()),
  metadata: nullable(v.object({ name: nullable(v.string()), namespace: nullable(v.string()) })),
  spec: nullable(
    v.object({
      audiences: nullable(v.array(v.string())),
      expirationSeconds: nullable(v.pipe(v.number(), v.integer())),
      boundObjectRef: nullable(
        v.object({
          apiVersion: nullable(v.string()),
          kind: nullable(v.string()),
          name: nullable(v.string()),
          uid: nullable(v.string()),
        }),
      ),
    }),
  ),
});
type Request = v.InferOutput<typeof requestSchema>;
type Reference = NonNullable<NonNullable<Request["spec"]>["boundObjectRef"]>;

/** `POST /api/v1/namespaces/{namespace}/serviceaccounts/{name}/token`. */
export async function tokenRequest(world: World, call: Call): Promise<Answer> {
  const caller = world.config.kubernetes && (await authenticated(world, call));
  if (!caller) return unauthorized();
  const { namespace = "", name = "" } = call.params;
  const user = userOf(caller);
  if (!mayCreateTokens(caller, namespace, name)) {
    const text = `serviceaccounts "${name}" is forbidden: User "${user}" cannot create resource "serviceaccounts/token" in API group "" in the namespace "${namespace}"`;
    return failure("Forbidden", text, { name, kind: "serviceaccounts" }, { subject: user });
  }
  if (!/^application\/json\b/i.test(call.headers.get("content-type") ?? "")) {
    return failure("UnsupportedMediaType", "the body of the request was in an unknown format");
  }
  const request = read(call.body);
  if (!request) return failure("BadRequest", "the object provided is unrecognized");
  const account = findServiceAccount(world.config, namespace, name);
  if (!account) {
    return failure("NotFound", `serviceaccounts "${name}" not found`, { name, kind: "serviceaccounts" });
  }
  return granted(world, { account, request, user });
}

function read(body: string): Request | undefined {
  try {
    const { success, output } = v.safeParse(requestSchema, JSON.parse(body));
    if (!success) return undefined;
    const { apiVersion, kind } = output;
    return (!apiVersion || apiVersion === `${group}/v1`) && (!kind || kind === "TokenRequest") ? output : undefined;
  } catch {
    return undefined;
  }
}

interface Wanted {
  readonly account: KubernetesAccountConfig;
  readonly request: Request;
  readonly user: string;
}

async function granted(world: World, { account, request, user }: Wanted): Promise<Answer> {
  const { metadata, spec } = request;
  const { name, namespace } = account;
  if ((metadata?.name || name) !== name || (metadata?.namespace || namespace) !== namespace) {
    return failure("BadRequest", "the name or namespace of the object does not match the one of the request");
  }
  const asked = spec?.expirationSeconds ?? defaultSeconds;
  const problem = secondsProblem(asked);
  if (problem !== undefined) return invalid(asked, problem);
  const bound = spec?.boundObjectRef ? boundTo(world, account, spec.boundObjectRef) : undefined;
  if (bound && "status" in bound) return bound;

  const audiences = spec?.audiences?.length ? spec.audiences : apiAudiences(world.config);
  const most = (world.config.kubernetes?.maxTokenMs ?? Number.POSITIVE_INFINITY) / 1000;
  const seconds = Math.min(asked, most);
  const { token, expiresAt } = await issueServiceAccountToken(world, {
    account,
    audiences,
    lifetimeMs: seconds * 1000,
    bound,
  });
  const warning = `requested expiration of ${asked} seconds shortened to ${seconds} seconds`;
  return {
    status: 201,
    headers: { "content-type": "application/json", ...(seconds < asked && { warning: `299 - "${warning}"` }) },
    body: {
      kind: "TokenRequest",
      apiVersion: `${group}/v1`,
      metadata: { name, namespace, creationTimestamp: instant(world.clock.now()) },
      spec: { audiences, expirationSeconds: seconds, boundObjectRef: spec?.boundObjectRef ?? null },
      status: { token, expirationTimestamp: instant(expiresAt) },
    },
    log: { outcome: "granted", reason: user, subject: userOf(account), audience: audiences.join(" ") },
  };
}

function secondsProblem(seconds: number): string | undefined {
  if (seconds < minSeconds) return "may not specify a duration less than 10 minutes";
  return seconds > maxSeconds ? "may not specify a duration larger than 2^32 seconds" : undefined;
}

function invalid(value: number, problem: string): Answer {
  const field = "spec.expirationSeconds";
  const message = `Invalid value: ${value}: ${problem}`;
  return failure("Invalid", `TokenRequest.${group} "" is invalid: ${field}: ${message}`, {
    group,
    kind: "TokenRequest",
    causes: [{ reason: "FieldValueInvalid", message, field }],
  });
}

/** Of what a token can be bound to, there are pods here. */
function boundTo(
  world: World,
  account: KubernetesAccountConfig,
  { apiVersion, kind, name, uid }: Reference,
): Answer | NonNullable<ServiceAccountGrant["bound"]> {
  if (kind !== "Pod" || (apiVersion ?? "v1") !== "v1") {
    return failure("BadRequest", `cannot bind token to object of type ${apiVersion ?? ""}, Kind=${kind ?? ""}`);
  }
  const pod = findPod(world.config, account.namespace, name ?? "");
  if (!pod) return failure("NotFound", `pods "${name ?? ""}" not found`, { name: name ?? "", kind: "pods" });
  if (pod.serviceAccount !== account.name) {
    const text = `cannot bind token for serviceaccount "${account.name}" to pod running with different serviceaccount name.`;
    return failure("BadRequest", text);
  }
  if (uid && uid !== pod.uid) {
    const text = `Operation cannot be fulfilled on Pod "${pod.name}": the UID in the bound object reference (${uid}) does not match the UID in record. The object might have been deleted and then recreated`;
    return failure("Conflict", text, { name: pod.name, kind: "Pod" });
  }
  return { kind: "Pod", name: pod.name, uid: pod.uid };
}

/** RFC 3339 in whole seconds, as the API writes times. */
function instant(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+/, "");
}

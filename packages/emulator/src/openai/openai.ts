/** Azure OpenAI, as far as chat completions of a model that repeats what it is told. */
import type { JWTPayload } from "jose";
import * as v from "valibot";
import { callerOf } from "../arm/error.ts";
import { textClaim } from "../bearer.ts";
import type { EmulatorConfig } from "../config/types.ts";
import { checkAccess, findServiceResource, mayDo } from "../services/access.ts";
import { type ServiceAddress, serviceAddress } from "../services/address.ts";
import { sameId } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { completion, completionStream } from "./completion.ts";

const accountType = "Microsoft.CognitiveServices/accounts";
const audiences = ["https://cognitiveservices.azure.com", "7d312290-28c8-473c-a0ed-8e53749b6d6d"];
const action = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";

const requestBody = v.looseObject({
  model: v.optional(v.string()),
  messages: v.pipe(v.array(v.looseObject({ role: v.string(), content: v.optional(v.unknown()) })), v.minLength(1)),
  stream: v.optional(v.nullable(v.boolean())),
});

/** Everything of an account. */
export async function openai(world: World, call: Call): Promise<Answer> {
  const address = serviceAddress(call.url) as ServiceAddress;
  const account = findServiceResource(world, accountType, address.name);
  // In Azure there would be no such host.
  if (!account) return failure(404, "ResourceNotFound", `The emulator has no account '${address.name}'.`);
  if (call.headers.has("api-key") && !call.headers.has("authorization")) return failure(401, "401", keyRefused);
  const access = await checkAccess(world, call, account, audiences);
  if (access.problem !== undefined) return unauthorized(access.claims, access.problem);
  const { claims } = access;
  const named = chatPath(call, address);
  if (named === undefined) return failure(404, "404", "Resource not found", claims);
  if (!mayDo(world, claims, "dataActions", action, account.id)) return denied(claims);
  const parsed = v.safeParse(requestBody, parseJson(call.body));
  if (!parsed.success) return failure(400, "BadRequest", "The body is not a chat completion request.", claims);
  const { model, messages, stream } = parsed.output;
  const deployment = named || (model ?? "");
  if (!deploymentsOf(world.config, address.name).includes(deployment)) {
    return failure(404, "DeploymentNotFound", "The API deployment for this resource does not exist.", claims);
  }
  const log = { ...callerOf(claims), outcome: "granted", reason: "A role allows a chat completion" } as const;
  const chat = { model: deployment, messages, createdAt: world.clock.now() };
  return stream === true
    ? {
        status: 200,
        headers: { "content-type": "text/event-stream; charset=utf-8" },
        body: completionStream(chat),
        log,
      }
    : { status: 200, body: completion(chat), log };
}

/** The deployment in the path of a chat completion; an empty one where, in the way of OpenAI itself, the body names it. */
function chatPath({ method, url }: Call, { path }: ServiceAddress): string | undefined {
  if (method !== "POST") return undefined;
  if (path === "/openai/v1/chat/completions") return "";
  // A version that is missing is answered as a path that is not there.
  if (!url.searchParams.get("api-version")) return undefined;
  return /^\/openai\/deployments\/([^/]+)\/chat\/completions$/.exec(path)?.[1];
}

function deploymentsOf({ subscriptions = [] }: EmulatorConfig, account: string): readonly string[] {
  const resources = subscriptions
    .flatMap(({ resourceGroups = [] }) => resourceGroups)
    .flatMap((group) => group.resources ?? []);
  const found = resources.find(({ type, name }) => sameId(type, accountType) && sameId(name, account));
  return found?.deployments ?? [];
}

const keyRefused =
  "Access denied due to invalid subscription key or wrong API endpoint: the emulator takes tokens only.";

function failure(status: number, code: string, message: string, claims: JWTPayload = {}): Answer {
  const log = { ...callerOf(claims), outcome: "refused", code, reason: code } as const;
  return { status, body: { error: { code, message } }, log };
}

/** The gateway in front of the service has a shape of its own. */
function unauthorized(claims: JWTPayload | undefined, problem: string): Answer {
  const message = `Unauthorized. Access token is missing, invalid, audience is incorrect (${audiences[0]}), or have expired.`;
  return {
    status: 401,
    body: { statusCode: 401, message },
    log: { ...callerOf(claims ?? {}), outcome: "refused", code: "401", reason: `The token is refused: ${problem}` },
  };
}

/** 401 and not 403, as reported. */
function denied(claims: JWTPayload): Answer {
  const message =
    `The principal \`${textClaim(claims, "oid")}\` lacks the required data action \`${action}\`` +
    " to perform `POST /openai/deployments/{deployment-id}/chat/completions` operation.";
  return failure(401, "PermissionDenied", message, claims);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

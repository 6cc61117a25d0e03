/** An OIDC provider outside Entra, as a workload's platform runs one. The token route is shaped like GitHub's. */
import type { OidcProviderConfig, WorkloadConfig } from "../config/types.ts";
import { findProvider, issuerOf } from "../directory.ts";
import { identityOf } from "../platforms/identity.ts";
import { issueWorkloadToken, audienceOf as usualAudience } from "../platforms/token.ts";
import { bearerOf, sameSecret } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { issueExternalToken } from "./token.ts";

/** `GET /oidc/{name}/.well-known/openid-configuration`. */
export function providerConfiguration(world: World, call: Call): Answer {
  return withProvider(world, call, (provider) => ({
    status: 200,
    body: {
      issuer: issuerOf(provider),
      jwks_uri: `${call.url.origin}/oidc/${provider.name}/jwks`,
      response_types_supported: ["id_token"],
      subject_types_supported: ["public"],
      id_token_signing_alg_values_supported: ["RS256"],
    },
    log: { outcome: "granted", reason: "Metadata of the provider", issuer: issuerOf(provider) },
  }));
}

/** `GET /oidc/{name}/jwks`. */
export async function providerKeys(world: World, call: Call): Promise<Answer> {
  const provider = findProvider(world.config, call.params.provider ?? "");
  const keys = provider ? await world.providerKeys(provider.name).published() : [];
  return withProvider(world, call, (known) => ({
    status: 200,
    body: { keys: keys.map(({ jwk }) => jwk) },
    log: { outcome: "granted", reason: `${keys.length} published keys`, issuer: issuerOf(known) },
  }));
}

/** `GET /oidc/{name}/token?audience=...` and `POST` with `audience` as form field or JSON member. */
export async function providerToken(world: World, call: Call): Promise<Answer> {
  const provider = findProvider(world.config, call.params.provider ?? "");
  if (!provider) return notFound();
  const workload = workloadOf(provider, bearerOf(call.headers) ?? "");
  if (!workload) return refuse(401, "The request token is missing or wrong");
  const asked = audienceOf(call);
  const identity = workload.job && identityOf(workload.job);
  const audience = identity ? usualAudience(identity, asked) : asked;
  if (!audience) return refuse(400, "The audience is missing");

  const { subject = identity?.subject ?? "", claims, job } = workload;
  const value = job
    ? await issueWorkloadToken(world, { provider, workload, job }, { audience })
    : await issueExternalToken(world, provider, { subject, audience, claims });
  const log = {
    outcome: "granted",
    reason: "The workload's request token",
    issuer: issuerOf(provider),
    subject,
    audience,
  } as const;
  return { status: 200, headers: { "cache-control": "no-store" }, body: { count: value.length, value }, log };
}

// The request token alone decides whom the ID token speaks for: a caller that could choose would be anybody.
function workloadOf({ workloads = [] }: OidcProviderConfig, requestToken: string): WorkloadConfig | undefined {
  return workloads
    .filter(({ job }) => job === undefined || job.on === "github-actions")
    .find((workload) => workload.requestToken !== undefined && sameSecret(workload.requestToken, requestToken));
}

function audienceOf({ url, form, body }: Call): string | undefined {
  const given = url.searchParams.get("audience") ?? form.get("audience");
  if (given) return given;
  try {
    const { audience } = JSON.parse(body) as { audience?: unknown };
    return typeof audience === "string" ? audience : undefined;
  } catch {
    return undefined;
  }
}

function withProvider(world: World, call: Call, answer: (provider: OidcProviderConfig) => Answer): Answer {
  const provider = findProvider(world.config, call.params.provider ?? "");
  return provider ? answer(provider) : notFound();
}

function notFound(): Answer {
  return refuse(404, "There is no such provider");
}

function refuse(status: number, message: string): Answer {
  return { status, body: { message }, log: { outcome: "refused", code: status, reason: message } };
}

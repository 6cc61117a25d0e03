/** Metadata documents of tenants. Endpoints lie on the origin that was asked; the issuer is always Microsoft's. */
import { authorityHost, findTenant } from "../directory.ts";
import type { LogDetails } from "../log.ts";
import type { Answer, Call, World } from "../world.ts";
import { errorAnswer } from "./error-answer.ts";
import { Refused, refusal } from "./refusals.ts";
import { tenantOf } from "./token-endpoint.ts";

const multiTenant = /^(common|organizations)$/i;
const granted = (reason: string, tenant?: string): LogDetails => ({ outcome: "granted", reason, tenant });

/** `GET /{tenant}/v2.0/.well-known/openid-configuration`. */
export function openidConfiguration(world: World, call: Call): Answer {
  return forTenant(world, call, (tenantId) => {
    const tenant = call.params.tenant ?? "";
    const base = `${call.url.origin}/${multiTenant.test(tenant) ? tenant : tenantId}`;
    return {
      token_endpoint: `${base}/oauth2/v2.0/token`,
      token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
      jwks_uri: `${base}/discovery/v2.0/keys`,
      response_modes_supported: ["query", "fragment", "form_post"],
      subject_types_supported: ["pairwise"],
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "id_token", "code id_token", "id_token token"],
      scopes_supported: ["openid", "profile", "email", "offline_access"],
      issuer: `https://${authorityHost(world.config)}/${tenantId}/v2.0`,
      authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
      end_session_endpoint: `${base}/oauth2/v2.0/logout`,
      claims_supported: ["sub", "iss", "aud", "exp", "iat", "nonce", "name", "tid", "ver"],
    };
  });
}

/** `GET /{tenant}/discovery/v2.0/keys`: every key names the issuer that it may sign for. */
export async function tenantKeys(world: World, call: Call): Promise<Answer> {
  const keys = await world.entraKeys.published();
  return forTenant(world, call, (tenantId) => ({
    keys: keys.map(({ jwk, kid }) => ({
      ...jwk,
      x5t: kid,
      issuer: `https://${authorityHost(world.config)}/${tenantId}/v2.0`,
    })),
  }));
}

function forTenant(world: World, call: Call, body: (tenantId: string) => unknown): Answer {
  const name = call.params.tenant ?? "";
  if (multiTenant.test(name)) return { status: 200, body: body("{tenantid}"), log: granted("Metadata for any tenant") };
  try {
    const { id } = tenantOf(world, name);
    return { status: 200, body: body(id), log: granted("Metadata of the tenant", id) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code } = error.refusal;
    const shown = code === 90002 ? { ...error.refusal, error: "invalid_tenant" } : error.refusal;
    const log = { outcome: "refused", code, reason: error.refusal.text, tenant: name } as const;
    return { ...errorAnswer(world, call, shown), log };
  }
}

/** Clouds by their preferred host and aliases, from the tables of MSAL.js. */
const clouds: readonly { readonly network: string; readonly cache: string; readonly aliases: readonly string[] }[] = [
  {
    network: "login.microsoftonline.com",
    cache: "login.windows.net",
    aliases: ["login.microsoftonline.com", "login.windows.net", "login.microsoft.com", "sts.windows.net"],
  },
  {
    network: "login.partner.microsoftonline.cn",
    cache: "login.partner.microsoftonline.cn",
    aliases: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
  },
  {
    network: "login.microsoftonline.us",
    cache: "login.microsoftonline.us",
    aliases: ["login.microsoftonline.us", "login.usgovcloudapi.net"],
  },
];

/** `GET /common/discovery/instance`: which hosts are authorities. The host that was asked counts as one of its own. */
export function instanceDiscovery(world: World, call: Call): Answer {
  const endpoint = call.url.searchParams.get("authorization_endpoint") ?? "";
  const asked = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const own = { network: call.url.host, cache: call.url.host, aliases: [call.url.host] };
  const tenant = asked?.pathname.split("/")[1] ?? "";
  const known = [...clouds, own].some(({ aliases }) => asked !== undefined && aliases.includes(asked.host));
  if (!asked || !known || !(multiTenant.test(tenant) || findTenant(world.config, tenant))) {
    const answer = errorAnswer(world, call, refusal(50049));
    return { ...answer, log: { outcome: "refused", code: 50049, reason: "The authority is not a known host" } };
  }
  const all = clouds.some(({ aliases }) => aliases.includes(own.network)) ? clouds : [...clouds, own];
  return {
    status: 200,
    body: {
      tenant_discovery_endpoint: `${asked.origin}/${tenant}/v2.0/.well-known/openid-configuration`,
      "api-version": "1.1",
      metadata: all.map(({ network, cache, aliases }) => ({
        preferred_network: network,
        preferred_cache: cache,
        aliases,
      })),
    },
    log: granted("Instance metadata"),
  };
}

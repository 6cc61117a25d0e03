/**
 * Microsoft Entra: an identity token becomes an access token, by a federated identity credential instead of a secret.
 *
 * Import from `@tokenhop/core/targets/entra`.
 */
import * as oauth from "oauth4webapi";
import * as v from "valibot";
import { ConfigError } from "../errors.ts";
import { CHAIN_REFUSED, claimsParameter, cloudOf, type EntraCloud, isCloud, refusalOf } from "../internal/entra.ts";
import { hostsOfScope } from "../internal/entra-hosts.ts";
import { isHostRule, safeUrl } from "../internal/hosts.ts";
import { parseJson, send } from "../internal/http.ts";
import { checkOptions, checkReply, flag, seconds, text, textThat } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import type { BearerToken, Target } from "../types.ts";

/** What {@link entra} is given. */
export interface EntraOptions {
  /** The tenant, as GUID or domain name. `common` and its like cannot issue app tokens. */
  readonly tenantId: string | undefined;
  /** The client id of the app registration or managed identity whose federated credential trusts the identity token. */
  readonly clientId: string | undefined;
  /** One resource and `/.default`: `https://graph.microsoft.com/.default`. May be left to `with({ scope })`. */
  readonly scope?: string | undefined;
  /** Other tenants that `with({ tenantId })` may name. Default: none. */
  readonly tenants?: readonly string[] | undefined;
  /** Default `public`. */
  readonly cloud?: EntraCloud | undefined;
  /** Another authority than the cloud's: the origin of an emulator or a private cloud, https. */
  readonly authority?: string | undefined;
  /** What the identity token must be issued for. Default: the cloud's `api://AzureADTokenExchange`. */
  readonly audience?: string | undefined;
  /**
   * Hosts that may be sent the token, besides those that the scope names. A Service Bus or Event Hubs namespace belongs here,
   * and so does `dev.azure.com` for Azure DevOps, whose scope is a GUID.
   */
  readonly hosts?: readonly string[] | undefined;
  /** Declares that claims challenges are handled (`cp1`), which gives longer lived tokens that can be revoked at once. Default false. */
  readonly enableCae?: boolean | undefined;
  /** Lets `authority` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** What `with()` may change. */
export interface EntraParams {
  readonly scope?: string | undefined;
  readonly tenantId?: string | undefined;
}

const STEP = "entra";
const SUFFIX = "/.default";
const AUTHORITY = "expected an https URL (http: loopback only, with allowHttpLoopback)";

function like(pattern: RegExp, expected: string): v.GenericSchema<string> {
  return textThat(expected, (value) => pattern.test(value));
}

function listOf(what: string, test: (one: string) => boolean): v.GenericSchema<string[] | undefined> {
  return v.optional(
    v.custom<string[]>(
      (list) => Array.isArray(list) && list.every((one) => typeof one === "string" && test(one)),
      `expected a list of ${what}`,
    ),
  );
}

const TENANT = /^(?!(common|organizations|consumers)$)[a-z\d][a-z\d.-]*$/i;
const tenant = like(TENANT, "expected a tenant's GUID or domain name");
const scope = v.optional(like(/^\S+\/\.default$/, `expected one resource with ${SUFFIX} behind it`));
const paramsSchema = v.strictObject({ scope, tenantId: v.optional(tenant) });

/** What an authority may be depends on another option, and every problem is to be named at once. */
function schemaFor(allowHttpLoopback: boolean): v.GenericSchema<EntraOptions, CheckedOptions> {
  return v.strictObject({
    tenantId: tenant,
    clientId: like(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, "expected a client id (GUID)"),
    scope,
    tenants: listOf("GUIDs or domain names", (one) => TENANT.test(one)),
    cloud: v.optional(v.custom<EntraCloud>(isCloud, "expected the name of a cloud")),
    authority: v.optional(
      textThat(AUTHORITY, (value) => !/[\s\\?#]/.test(value) && safeUrl(value, allowHttpLoopback) !== undefined),
    ),
    audience: v.optional(text),
    hosts: listOf("host, host:port or *.suffix, in lower case", isHostRule),
    enableCae: flag,
    allowHttpLoopback: flag,
  });
}

type CheckedOptions = EntraOptions & { readonly tenantId: string; readonly clientId: string };

const replySchema = v.object({
  access_token: like(/^[!-~]+$/, "expected a token"),
  expires_in: seconds,
  refresh_in: v.optional(seconds),
  token_type: v.optional(like(/^bearer$/i, "expected Bearer")),
});

/**
 * Exchanges an identity token for an access token of an app registration or a user-assigned managed identity, by the client
 * credentials grant with a client assertion (RFC 6749 4.4, RFC 7523 2.2). One target serves many scopes: `with({ scope })`.
 * It caches nothing; the provider that `federate` makes does.
 *
 * Refused at construction of the provider: a token that Entra itself gave through a federated credential (AADSTS700231).
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 * `get` then fails with `ERR_EXCHANGE_REFUSED` (fields `errorCodes`, `correlationId`, `traceId`), `ERR_EXCHANGE_CHAIN`,
 * `ERR_EXCHANGE_FAILED` (no OAuth error in the reply), `ERR_EXCHANGE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const azure = federate({
 *   from: githubActions(),
 *   to: entra({ tenantId: process.env.AZURE_TENANT_ID, clientId: process.env.AZURE_CLIENT_ID }),
 * });
 * export const arm = azure.with({ scope: "https://management.azure.com/.default" });
 * export const vault = azure.with({ scope: "https://vault.azure.net/.default" });
 * ```
 *
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function entra(options: EntraOptions): Target<BearerToken, EntraParams> {
  const config = checkOptions(schemaFor(options?.allowHttpLoopback === true), options, "entra()");
  const { tenantId, clientId, tenants = [], hosts = [], enableCae = false, allowHttpLoopback = false } = config;
  const cloud = cloudOf(config.cloud ?? "public");
  const authority = config.authority?.replace(/\/+$/, "") ?? cloud.authority;

  const resolve = (params: EntraParams): { readonly scope: string; readonly tenant: string } => {
    const { scope = config.scope, tenantId: tenant = tenantId } = params;
    if (scope) return { scope, tenant: tenant.toLowerCase() };
    throw new ConfigError("entra()", ["scope: missing; give it to entra() or to with()"]);
  };

  return {
    name: STEP,
    identity: [STEP, authority, clientId, enableCae],
    audience: config.audience ?? cloud.audience,
    produces: "entra-federated",
    refuses: (from) => (from === "entra-federated" ? CHAIN_REFUSED : undefined),
    validate(params) {
      const { tenantId: other = tenantId } = checkOptions(paramsSchema, params, "entra().with()");
      if (![tenantId, ...tenants].some((known) => known.toLowerCase() === other.toLowerCase())) {
        throw new ConfigError("entra().with()", ["tenantId: expected one of the option tenants"]);
      }
    },
    partition: (params) => Object.values(resolve(params)),
    hosts: ({ scope = config.scope ?? "" }) => [...hosts, ...hostsOfScope(scope.slice(0, -SUFFIX.length))],
    async exchange(subject, params, context) {
      const { scope, tenant } = resolve(params);
      const { platform } = context;
      const claims = claimsParameter(context.claims, enableCae);
      const token = subject.token.reveal();
      const issuer = `${authority}/${tenant}`;
      // The lifetime counts from before the request, so that the time on the way never makes a token look fresher than it is.
      const sentAt = platform.now();
      const response = await oauth.clientCredentialsGrantRequest(
        { issuer, token_endpoint: `${issuer}/oauth2/v2.0/token` },
        { client_id: clientId },
        (_as, _client, body) => {
          body.set("client_id", clientId);
          body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
          body.set("client_assertion", token);
        },
        { scope, ...(claims && { claims }) },
        {
          [oauth.allowInsecureRequests]: allowHttpLoopback,
          // The reply is read before oauth4webapi sees it: capped, and a refusal mapped, whatever its headers and status.
          [oauth.customFetch]: async (url, { method, headers, body }) => {
            const reply = await send(STEP, url, { method, headers, body }, context);
            if (reply.status !== 200) throw refusalOf(STEP, reply, platform, token);
            return new Response(reply.text);
          },
        },
      );
      // oauth4webapi could check the reply too, at 2.8 kB more, and would keep the whole of it, token included, in its errors.
      const reply = checkReply(replySchema, parseJson(await response.text()), STEP, "ERR_EXCHANGE_REPLY");
      const after = (seconds: string | number | undefined): number => sentAt + Number(seconds) * 1000;
      return {
        kind: "bearer",
        token: secret(reply.access_token),
        expiresAt: after(reply.expires_in),
        refreshAt: (reply.refresh_in as number) > 0 ? after(reply.refresh_in) : undefined,
      };
    },
  };
}

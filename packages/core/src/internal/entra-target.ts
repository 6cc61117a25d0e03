/** What every target at Microsoft Entra is: a client that proves itself by an identity token (RFC 7523, 2.2). */
import * as oauth from "oauth4webapi";
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import type { BearerToken, Platform, Target } from "../types.ts";
import { CHAIN_REFUSED, claimsParameter, cloudOf, type EntraCloud, isCloud } from "./entra.ts";
import { hostsOfScope } from "./entra-hosts.ts";
import { safeUrl } from "./hosts.ts";
import { parseJson, type Reply, send } from "./http.ts";
import { checkOptions, checkReply, flag, like, seconds, text, textThat } from "./schema.ts";
import { secret } from "./secret.ts";
import { hostList, listOf } from "./target-options.ts";

/** The options that are the same for every target at Entra. */
export interface EntraTargetOptions {
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

/** What every set of parameters may have. */
export interface EntraTargetParams {
  readonly scope?: string | undefined;
}

/** The tenant to ask, and what to ask it. */
export interface EntraRequest {
  readonly tenant: string;
  /** Default `client_credentials`. */
  readonly grantType?: string;
  readonly scope: string;
  /** Whatever else the form has. */
  readonly [field: string]: string;
}

/** The error for a reply that is anything but a 200. No message may echo the assertion. */
export type EntraRefusal<P> = (
  step: string,
  reply: Reply,
  platform: Platform,
  assertion: string,
  params: P,
) => TokenError;

/** How the texts have to look that say for what, and in which tenant, a target asks. */
export interface EntraShapes {
  readonly tenantId: v.GenericSchema<string>;
  readonly scope: v.GenericSchema<string | undefined>;
  readonly tenants: v.GenericSchema<string[] | undefined>;
}

const AUTHORITY = "expected an https URL (http: loopback only, with allowHttpLoopback)";
const TENANT = /^(?!(common|organizations|consumers)$)[a-z\d][a-z\d.-]*$/i;

/** A tenant that can issue tokens. */
export const tenantId: v.GenericSchema<string> = like(TENANT, "expected a tenant's GUID or domain name");

/** What an application asks for as itself. */
export const scope: v.GenericSchema<string | undefined> = v.optional(
  like(/^\S+\/\.default$/, "expected one resource with /.default behind it"),
);

const replySchema = v.object({
  access_token: like(/^[!-~]+$/, "expected a token"),
  expires_in: seconds,
  refresh_in: v.optional(seconds),
  token_type: v.optional(like(/^bearer$/i, "expected Bearer")),
});

/**
 * A target at Entra, from its options.
 *
 * @param step Its name.
 * @param what The same for messages about its options.
 * @param resolve What its parameters ask for; what it gives makes another credential. Throws when something is missing.
 * @param shapes Default: those of an application that asks as itself.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 */
export function entraTarget<P extends EntraTargetParams>(
  step: string,
  what: string,
  options: EntraTargetOptions,
  refusal: EntraRefusal<P>,
  resolve: (params: P) => EntraRequest,
  shapes?: EntraShapes,
): Target<BearerToken, P> {
  const schema = v.strictObject({
    tenantId,
    clientId: like(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i, "expected a client id (GUID)"),
    scope,
    tenants: listOf("GUIDs or domain names", (one) => TENANT.test(one)),
    cloud: v.optional(v.custom<EntraCloud>(isCloud, "expected the name of a cloud")),
    // What an authority may be depends on another option, and every problem is to be named at once.
    authority: v.optional(
      textThat(
        AUTHORITY,
        (value) => !/[\s\\?#"]/.test(value) && safeUrl(value, options.allowHttpLoopback === true) !== undefined,
      ),
    ),
    audience: v.optional(text),
    hosts: hostList,
    enableCae: flag,
    allowHttpLoopback: flag,
    ...shapes,
  });
  const config = checkOptions(schema, options, what);
  const { clientId, hosts = [], enableCae = false } = config;
  const cloud = cloudOf(config.cloud ?? "public");
  // As a URL writes it: it may end up in a header.
  const authority = new URL(config.authority ?? cloud.authority).href.replace(/\/+$/, "");

  return {
    name: step,
    // What the options ask for by themselves, too: a second hop knows this one by its identity.
    identity: [step, authority, clientId, enableCae, config.tenantId, config.scope],
    audience: config.audience ?? cloud.audience,
    produces: "entra-federated",
    refuses: (from) => (from === "entra-federated" ? CHAIN_REFUSED : undefined),
    partition: (params) => Object.values(resolve(params)),
    hosts: ({ scope = config.scope ?? "" }) => [...hosts, ...hostsOfScope(scope)],
    async exchange(subject, params, context) {
      const { tenant, grantType = "client_credentials", ...form } = resolve(params);
      const { platform } = context;
      const token = subject.token.reveal();
      const issuer = `${authority}/${tenant}`;
      // The lifetime counts from before the request, so that the time on the way never makes a token look fresher than it is.
      const sentAt = platform.now();
      const response = await oauth.genericTokenEndpointRequest(
        { issuer, token_endpoint: `${issuer}/oauth2/v2.0/token` },
        { client_id: clientId },
        (_as, _client, body) => {
          body.set("client_id", clientId);
          body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
          body.set("client_assertion", token);
        },
        grantType,
        { ...form, ...claimsParameter(context.claims, enableCae) },
        {
          [oauth.allowInsecureRequests]: config.allowHttpLoopback === true,
          // The reply is read before oauth4webapi sees it: capped, and a refusal mapped, whatever its headers and status.
          [oauth.customFetch]: async (url, init) => {
            const reply = await send(step, url, init, context);
            if (reply.status !== 200) throw refusal(step, reply, platform, token, params);
            return new Response(reply.text);
          },
        },
      );
      // oauth4webapi could check the reply too, at 2.8 kB more, and would keep the whole of it, token included, in its errors.
      const reply = checkReply(replySchema, parseJson(await response.text()), step, "ERR_EXCHANGE_REPLY");
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

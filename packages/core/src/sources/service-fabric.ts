/**
 * Azure Service Fabric: the managed identity of an application in a cluster.
 *
 * Import from `@tokenhop/core/sources/service-fabric`.
 */
import * as v from "valibot";
import { safeUrl } from "../internal/hosts.ts";
import { send } from "../internal/http.ts";
import { managedToken, resourceOf, withQuery } from "../internal/managed-identity.ts";
import { checkOptions } from "../internal/schema.ts";
import { callable } from "../internal/shape.ts";
import { detected, mustBeFound } from "../internal/source.ts";
import { withFetch } from "../internal/with-fetch.ts";
import type { Fetch, IdentitySource } from "../types.ts";

/** What {@link serviceFabric} is given. */
export interface ServiceFabricOptions {
  /**
   * A `fetch` that connects only to the server whose certificate has the SHA-1 hash `IDENTITY_SERVER_THUMBPRINT`. It must look
   * before it sends: the request holds `IDENTITY_HEADER`, which is as good as the identity.
   */
  readonly fetch: Fetch;
}

const NAME = "service-fabric";
const THUMBPRINT = "IDENTITY_SERVER_THUMBPRINT";
const optionsSchema = v.strictObject({ fetch: callable });

/**
 * The token of the managed identity of a Service Fabric application (`IDENTITY_ENDPOINT`, `IDENTITY_HEADER`,
 * `IDENTITY_SERVER_THUMBPRINT`). The cluster chooses the identity; it cannot be asked for another one.
 *
 * The endpoint's certificate is signed by no authority that a runtime knows; only its hash, in the third variable, says that it
 * is the right one. The `fetch` of no runtime can be told a hash, so you give one that can, and this source refuses to work
 * without it. A `fetch` that merely ignores bad certificates hands the identity to whoever answers.
 *
 * - Audience: any resource of the tenant; `/.default` is taken off. For a federated credential `api://AzureADTokenExchange`.
 * - Lifetime: as the reply says, corrected by its `Date`. A token for more than 2 hours is renewed at half of it.
 * - Issuer: `https://login.microsoftonline.com/TENANT/v2.0` for `api://AzureADTokenExchange`. For another audience that, or
 *   `https://sts.windows.net/TENANT/` (v1), by the API's `requestedAccessTokenVersion` (UNCONFIRMED). Subject: the identity's object id.
 * - Provenance: `platform`.
 *
 * The endpoint must be https. It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` without a `fetch`. `get` then fails with `ERR_SOURCE_UNAVAILABLE` (no endpoint
 * here), `ERR_SOURCE_FAILED` (it refuses: `status`, `error`), `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { once } from "node:events";
 * import { request } from "node:https";
 * import { text } from "node:stream/consumers";
 * import { connect } from "node:tls";
 * import type { Fetch } from "@tokenhop/core";
 * import { serviceFabric } from "@tokenhop/core/sources/service-fabric";
 *
 * const pinned: Fetch = async (input, init) => {
 *   const url = new URL(String(input));
 *   const signal = init?.signal ?? undefined;
 *   const socket = connect({ host: url.hostname, port: Number(url.port || 443), rejectUnauthorized: false });
 *   try {
 *     await once(socket, "secureConnect", { signal });
 *     const hash = socket.getPeerCertificate().fingerprint?.replaceAll(":", "");
 *     if (!hash || hash !== process.env.IDENTITY_SERVER_THUMBPRINT?.toUpperCase()) throw new Error("another certificate");
 *     const headers = Object.fromEntries(new Headers(init?.headers));
 *     const sent = request(url, { createConnection: () => socket, headers, signal }).end();
 *     const [reply] = await once(sent, "response", { signal });
 *     return new Response(await text(reply), { status: reply.statusCode, headers: { date: reply.headers.date ?? "" } });
 *   } finally {
 *     socket.destroy();
 *   }
 * };
 * export const identity = serviceFabric({ fetch: pinned });
 * ```
 *
 * @see https://learn.microsoft.com/azure/service-fabric/how-to-managed-identity-service-fabric-app-code
 */
export function serviceFabric(options: ServiceFabricOptions): IdentitySource {
  checkOptions(optionsSchema, options, "serviceFabric()");
  const { fetch } = options;
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, fetch],
    provenance: "platform",
    detect({ env }) {
      const missing = ["IDENTITY_ENDPOINT", "IDENTITY_HEADER", THUMBPRINT].filter((name) => !env[name]);
      if (env.IDENTITY_ENDPOINT && !safeUrl(env.IDENTITY_ENDPOINT, false)) {
        missing.push("IDENTITY_ENDPOINT with an https URL");
      }
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const { IDENTITY_ENDPOINT = "", IDENTITY_HEADER = "" } = platform.env;
      const url = withQuery(IDENTITY_ENDPOINT, {
        "api-version": "2019-07-01-preview",
        resource: resourceOf(audience),
      });
      const reply = await send(NAME, url, { headers: { secret: IDENTITY_HEADER } }, withFetch(context, fetch));
      return managedToken(NAME, reply, platform, IDENTITY_HEADER);
    },
  };
  return source;
}

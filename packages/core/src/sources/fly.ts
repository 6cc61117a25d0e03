/**
 * Fly.io: the machine's OpenID Connect token.
 *
 * Import from `@tokenhop/core/sources/fly`.
 */
import * as v from "valibot";
import { checkOptions } from "../internal/schema.ts";
import { callable } from "../internal/shape.ts";
import { detected, mustBeFound, unavailable } from "../internal/source.ts";
import { askForToken, bareToken } from "../internal/token-endpoint.ts";
import { unixSocketFetch } from "../internal/unix-socket.ts";
import { withFetch } from "../internal/with-fetch.ts";
import type { Fetch, IdentitySource } from "../types.ts";

/** What {@link fly} may be given. */
export interface FlyOptions {
  /**
   * Sends its requests to the unix socket `/.fly/api`, whatever host they name. Default: what Node, Bun and Deno have for that;
   * Deno needs the permissions `net`, `read` and `write` for it.
   */
  readonly fetch?: Fetch | undefined;
}

const NAME = "fly";
const VARIABLE = "FLY_MACHINE_ID";
const SOCKET = "/.fly/api";
const PERMISSIONS = "--allow-net --allow-read --allow-write";
/** The host means nothing: there is one server behind the socket. */
const ENDPOINT = "http://localhost/v1/tokens/oidc";
const optionsSchema = v.strictObject({ fetch: v.optional(callable) });

/**
 * The OpenID Connect token of a machine at Fly.io, from the unix socket that is in every machine, `/.fly/api`. It takes no
 * credential: who can open the socket is the machine. The variable `FLY_MACHINE_ID` tells that this is one. `platform.fetch` is not
 * used, since it reaches no socket: what the runtime has for that is, or the option `fetch`.
 *
 * - Audience: any, one per token.
 * - Lifetime: 10 minutes; taken from the token and corrected by the reply's `Date`.
 * - Issuer: `https://oidc.fly.io/ORG`. Subject: `ORG:APP:MACHINE-NAME`, which is another one for each machine.
 * - Provenance: `external`.
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` outside of a
 * machine, where the runtime reaches no unix socket and no `fetch` was given, or where Deno lacks the permissions for it; with `ERR_SOURCE_FAILED` when the endpoint
 * refuses, `ERR_SOURCE_REPLY` when its reply is no JWT, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { fly } from "@tokenhop/core/sources/fly";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: fly(),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://fly.io/docs/security/openid-connect/
 */
export function fly(options: FlyOptions = {}): IdentitySource {
  checkOptions(optionsSchema, options, "fly()");
  const fetch = options.fetch ?? unixSocketFetch(SOCKET);
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, options.fetch],
    provenance: "external",
    detect({ env }) {
      const missing: string[] = env[VARIABLE] ? [] : [VARIABLE];
      if (!fetch) missing.push(`a runtime that reaches the unix socket ${SOCKET}, or the option fetch`);
      return detected(missing);
    },
    async getToken({ audience }, context) {
      mustBeFound(NAME, source.detect(context.platform), context.signal);
      const init = {
        method: "POST",
        headers: { "content-type": "application/json", accept: "*/*" },
        body: JSON.stringify({ aud: audience }),
      };
      let forbidden = false;
      const watched: Fetch = async (input, sent) => {
        try {
          return await (fetch as Fetch)(input, sent);
        } catch (error) {
          // Deno's own name for a permission that it was not given.
          forbidden = (error as Error | undefined)?.name === "NotCapable";
          throw error;
        }
      };
      return askForToken(NAME, ENDPOINT, init, withFetch(context, watched), bareToken).catch((error: unknown) => {
        if (!forbidden) throw error;
        throw unavailable(NAME, `Deno may not open the socket ${SOCKET}: it needs ${PERMISSIONS}`);
      });
    },
  };
  return source;
}

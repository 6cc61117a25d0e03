/**
 * Azure Arc: the managed identity of a server outside Azure.
 *
 * Import from `@tokenhop/core/sources/azure-arc`.
 */
import * as v from "valibot";
import { parseJson, type Reply, send } from "../internal/http.ts";
import {
  IMDS_TOKEN_PATH,
  managedToken,
  missingEndpoint,
  resourceOf,
  selectorShapes,
  withQuery,
} from "../internal/managed-identity.ts";
import { mustGoDirectly } from "../internal/no-proxy.ts";
import { checkOptions, flag } from "../internal/schema.ts";
import { detected, mustBeFound, sourceError } from "../internal/source.ts";
import { readFile } from "../internal/token-file.ts";
import type { IdentitySource, Platform } from "../types.ts";

/** What {@link azureArc} may be given. At most one of the three ids; none means the system-assigned identity. */
export interface AzureArcOptions {
  /** Client id of a user-assigned identity. */
  readonly clientId?: string | undefined;
  /** Object (principal) id of a user-assigned identity. */
  readonly objectId?: string | undefined;
  /** ARM id of a user-assigned identity: `/subscriptions/.../userAssignedIdentities/NAME`. */
  readonly resourceId?: string | undefined;
  /**
   * Whether to ask the agent at `http://127.0.0.1:40342` where the variables are absent, as in a service that was started without
   * them. Default false.
   */
  readonly assumePresent?: boolean | undefined;
}

const NAME = "azure-arc";
const AGENT = `http://127.0.0.1:40342${IMDS_TOKEN_PATH}`;
const MAX_KEY_BYTES = 4_096;
const WHO_MAY = "is this user in the group himds, or an administrator on Windows?";
/** Where the agent keeps its keys. On Windows, and only there, `ProgramData` is set. */
const KEYS = "/var/opt/azcmagent/tokens/";
const WINDOWS_KEYS = "\\AzureConnectedMachineAgent\\Tokens\\";

/**
 * The path in the agent's challenge, `Basic realm=PATH`: only if it is a `.key` in the agent's own directory and nowhere below or
 * above it. Whoever could name another file would be sent what is in it.
 */
function keyPath(challenge: string | null, { ProgramData }: Platform["env"]): string | undefined {
  const path = /^\s*Basic realm=("?)(.{1,500})\1\s*$/i.exec(challenge ?? "")?.[2];
  const directory = ProgramData ? ProgramData + WINDOWS_KEYS : KEYS;
  if (!path?.startsWith(directory)) return undefined;
  return /^[\w-][\w.-]*\.key$/.test(path.slice(directory.length)) ? path : undefined;
}

/** What is in the key file that a challenge names. */
async function keyFor({ headers }: Reply, platform: Platform): Promise<string> {
  const path = keyPath(headers.get("www-authenticate"), platform.env);
  if (path === undefined) {
    throw sourceError(NAME, "its challenge names no key file in the agent's own directory", { status: 401 });
  }
  const text = await readFile(NAME, path, platform, WHO_MAY);
  const key = text.trim();
  // The platform cannot tell a file's size before it is read. It may be half-written: that passes.
  if (new TextEncoder().encode(text).length > MAX_KEY_BYTES || !/^[ -~]+$/.test(key)) {
    throw sourceError(NAME, `${path} holds no key of at most ${MAX_KEY_BYTES} bytes`, { recovery: "retry" });
  }
  return key;
}

/**
 * The token of the managed identity of a server that Azure Arc manages, from the agent on it (`IDENTITY_ENDPOINT` and
 * `IMDS_ENDPOINT`, both on loopback or link-local). The agent answers the first request with a challenge that names a key file,
 * which only some users of the machine can read, and the second, with that key, with the token: one attempt. A file that is not a
 * `.key` in the agent's own directory, or is larger than 4,096 bytes, is not sent.
 *
 * - Audience: any resource of the tenant; `/.default` is taken off. For a federated credential `api://AzureADTokenExchange`.
 * - Lifetime: as the reply says, corrected by its `Date`; up to 24 hours. A token for more than 2 hours is renewed at half of it.
 * - Issuer: `https://login.microsoftonline.com/TENANT/v2.0` for `api://AzureADTokenExchange`. For another audience that, or
 *   `https://sts.windows.net/TENANT/` (v1), by the API's `requestedAccessTokenVersion` (UNCONFIRMED). Subject: the identity's object id.
 * - Provenance: `platform`. That Entra takes it for a federated credential as it takes other managed identities' is UNCONFIRMED.
 *
 * Agents that know no user-assigned identities give the machine's own, whatever they are asked for: a reply that does not name
 * the wanted one is refused. `detect` asks no network and reads no file. It caches nothing; the provider that `federate` makes
 * does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. `get` then fails with `ERR_SOURCE_UNAVAILABLE` (no agent
 * here, its key file cannot be read, or a proxy is before it that `NO_PROXY` does not take away), `ERR_SOURCE_FAILED` (it refuses, its challenge is none, or it gives another identity),
 * `ERR_SOURCE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { azureArc } from "@tokenhop/core/sources/azure-arc";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const graph = federate({
 *   from: azureArc(),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "22222222-2222-4222-8222-222222222222",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication
 */
export function azureArc(options: AzureArcOptions = {}): IdentitySource {
  checkOptions(v.strictObject({ ...selectorShapes(options), assumePresent: flag }), options, "azureArc()");
  const { clientId, objectId, resourceId, assumePresent = false } = options;
  const why = "the key must not go anywhere else";

  /** The variables speak before the option: an agent may be elsewhere on the machine. */
  const onDefault = ({ env }: Platform): boolean => assumePresent && !env.IDENTITY_ENDPOINT && !env.IMDS_ENDPOINT;

  /** The agent's word that this is the identity that was asked for. */
  const mustBeWanted = ({ text }: Reply): void => {
    const told = Object(parseJson(text)) as Readonly<Record<string, unknown>>;
    const [wanted, given] = clientId
      ? [clientId, told.client_id]
      : objectId
        ? [objectId, told.object_id]
        : [resourceId, told.msi_res_id ?? told.mi_res_id];
    if (!wanted || String(given).toLowerCase() === wanted.toLowerCase()) return;
    throw sourceError(NAME, "the agent gave another identity's token than was asked for; update the agent");
  };

  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, clientId, objectId, resourceId],
    provenance: "platform",
    detect(platform) {
      const missing = onDefault(platform)
        ? []
        : ["IDENTITY_ENDPOINT", "IMDS_ENDPOINT"].flatMap((name) => missingEndpoint(platform.env, name, why));
      if (!platform.readTextFile) missing.push("a runtime that can read files");
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      const url = withQuery(onDefault(platform) ? AGENT : (platform.env.IDENTITY_ENDPOINT as string), {
        "api-version": "2020-06-01",
        resource: resourceOf(audience),
        client_id: clientId,
        object_id: objectId,
        msi_res_id: resourceId,
      });
      mustGoDirectly(NAME, url, platform);
      const headers = { metadata: "true" };
      let reply = await send(NAME, url, { headers }, context);
      let key: string | undefined;
      if (reply.status === 401) {
        key = await keyFor(reply, platform);
        signal.throwIfAborted();
        reply = await send(NAME, url, { headers: { ...headers, authorization: `Basic ${key}` } }, context);
      }
      if (key !== undefined && reply.status === 401) {
        throw sourceError(NAME, `HTTP 401, the agent does not take the key of its own file; ${WHO_MAY}`, {
          status: 401,
        });
      }
      const token = managedToken(NAME, reply, platform, key);
      mustBeWanted(reply);
      return token;
    },
  };
  return source;
}

/**
 * Kubernetes: the token of the pod's service account, or one that the API server gives for it.
 *
 * Import from `@tokenhop/core/sources/kubernetes`.
 */
import * as v from "valibot";
import {
  type KubernetesTokenRequest,
  missingServer,
  requestedToken,
  tokenRequestIdentity,
  tokenRequestSchema,
} from "../internal/kubernetes-token-request.ts";
import { replacedToken } from "../internal/replaced-file.ts";
import { checkOptions, text } from "../internal/schema.ts";
import { detected, mustBeFound } from "../internal/source.ts";
import type { IdentitySource } from "../types.ts";

export type { KubernetesBoundObject, KubernetesTokenRequest } from "../internal/kubernetes-token-request.ts";

/** What {@link kubernetes} may be given. */
export interface KubernetesOptions {
  /**
   * Path of the projected token. Default: the variable `AZURE_FEDERATED_TOKEN_FILE`, which AKS workload identity sets. With
   * `tokenRequest` it is the pod's own token for the API server, by default where every pod has it.
   */
  readonly tokenFile?: string | undefined;
  /** Asks the API server for a token instead of taking the one in the file. Default: it is not asked. */
  readonly tokenRequest?: KubernetesTokenRequest | undefined;
}

const NAME = "kubernetes";
const VARIABLE = "AZURE_FEDERATED_TOKEN_FILE";

/**
 * The service account token that the kubelet projects into a pod (`serviceAccountToken` with `audience` and
 * `expirationSeconds`). The file is read anew at each ask; only its path comes from the options or the environment.
 *
 * With `tokenRequest` the token comes from the API server instead, which is asked with the pod's own token. The pod's service
 * account needs the verb `create` on `serviceaccounts/token` (RBAC), and whoever has that may be any service account that the
 * role names. The server's certificate is the cluster's own: set `NODE_EXTRA_CA_CERTS`, or give a `fetch`.
 *
 * - Audience: the one of the projection, and no other; a token for another audience is refused here, naming both. With
 *   `tokenRequest` any, one per token.
 * - Lifetime: the token's own, 1 hour by default. The kubelet puts a new one into the file at 80 % of it, so the file is
 *   read again at 85 %, and if that was too early, halfway from there to the end, and so on. With `tokenRequest` what the server
 *   says (`status.expirationTimestamp`), which need not be what was asked for, corrected by the reply's `Date`.
 * - Issuer: the cluster's `--service-account-issuer`. Subject: `system:serviceaccount:NAMESPACE:NAME`.
 * - Provenance: `external`. On AKS this identity goes to an app registration directly; by way of a managed identity Entra
 *   refuses it (AADSTS700231).
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when there is
 * no path or the file cannot be read, and with `ERR_SOURCE_FAILED` when the file holds no token (tried again), an expired
 * one (tried again: the kubelet may be late), or one for another audience; with `tokenRequest` also when the server refuses
 * (`error` is its `reason`), with `ERR_SOURCE_REPLY` when its reply makes no sense, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { kubernetes } from "@tokenhop/core/sources/kubernetes";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const vault = federate({
 *   from: kubernetes({ tokenFile: "/var/run/secrets/tokens/azure" }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://vault.azure.net/.default",
 *   }),
 * });
 * ```
 *
 * @example A token for any audience, from the API server
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { kubernetes } from "@tokenhop/core/sources/kubernetes";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // NODE_EXTRA_CA_CERTS=/var/run/secrets/kubernetes.io/serviceaccount/ca.crt
 * export const vault = federate({
 *   from: kubernetes({ tokenRequest: { namespace: "shop", serviceAccount: "orders", lifetimeMs: 15 * 60_000 } }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://vault.azure.net/.default",
 *   }),
 * });
 * ```
 *
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
 * @see https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/token-request-v1/
 */
export function kubernetes(options: KubernetesOptions = {}): IdentitySource {
  const schema = v.strictObject({
    tokenFile: v.optional(text),
    tokenRequest: v.optional(tokenRequestSchema(options?.tokenRequest?.allowHttpLoopback)),
  });
  const { tokenFile, tokenRequest } = checkOptions(schema, options, "kubernetes()");
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, tokenFile, tokenRequestIdentity(tokenRequest)],
    provenance: "external",
    detect({ env, readTextFile }) {
      const missing: string[] = [];
      if (tokenRequest) missing.push(...missingServer(tokenRequest, env));
      else if (!(tokenFile ?? env[VARIABLE])) missing.push(`${VARIABLE} or the option tokenFile`);
      if (!readTextFile) missing.push("a runtime that can read files");
      return detected(missing);
    },
    async getToken({ audience }, context) {
      const { platform, signal } = context;
      mustBeFound(NAME, source.detect(platform), signal);
      if (tokenRequest) return requestedToken(NAME, tokenRequest, tokenFile, audience, context);
      const path = tokenFile ?? (platform.env[VARIABLE] as string);
      const hint = "is the token projected into this container?";
      return replacedToken(NAME, path, audience, platform, signal, hint, "project one with that");
    },
  };
  return source;
}

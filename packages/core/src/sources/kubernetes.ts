/**
 * Kubernetes: the projected token of the pod's service account.
 *
 * Import from `@tokenhop/core/sources/kubernetes`.
 */
import * as v from "valibot";
import { peekClaims } from "../internal/jwt.ts";
import { checkOptions, text } from "../internal/schema.ts";
import { detected, mustBeFor, mustBeFound } from "../internal/source.ts";
import { readToken } from "../internal/token-file.ts";
import type { IdentitySource } from "../types.ts";

/** What {@link kubernetes} may be given. */
export interface KubernetesOptions {
  /** Path of the projected token. Default: the variable `AZURE_FEDERATED_TOKEN_FILE`, which AKS workload identity sets. */
  readonly tokenFile?: string | undefined;
}

const NAME = "kubernetes";
const VARIABLE = "AZURE_FEDERATED_TOKEN_FILE";
const optionsSchema = v.strictObject({ tokenFile: v.optional(text) });

/**
 * The service account token that the kubelet projects into a pod (`serviceAccountToken` with `audience` and
 * `expirationSeconds`). The file is read anew at each ask; only its path comes from the options or the environment.
 *
 * - Audience: the one of the projection, and no other; a token for another audience is refused here, naming both.
 * - Lifetime: the token's own, 1 hour by default. The kubelet puts a new one into the file at 80 % of it, so the file is
 *   read again at 85 %, and if that was too early, halfway from there to the end, and so on.
 * - Issuer: the cluster's `--service-account-issuer`. Subject: `system:serviceaccount:NAMESPACE:NAME`.
 * - Provenance: `external`. On AKS this identity goes to an app registration directly; by way of a managed identity Entra
 *   refuses it (AADSTS700231).
 *
 * It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` when there is
 * no path or the file cannot be read, and with `ERR_SOURCE_FAILED` when the file holds no token (tried again), an expired
 * one (tried again: the kubelet may be late), or one for another audience.
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
 * @see https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/#serviceaccount-token-volume-projection
 */
export function kubernetes(options: KubernetesOptions = {}): IdentitySource {
  const { tokenFile } = checkOptions(optionsSchema, options, "kubernetes()");
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, tokenFile],
    provenance: "external",
    detect({ env, readTextFile }) {
      const missing: string[] = [];
      if (!(tokenFile ?? env[VARIABLE])) missing.push(`${VARIABLE} or the option tokenFile`);
      if (!readTextFile) missing.push("a runtime that can read files");
      return detected(missing);
    },
    async getToken({ audience }, { platform, signal }) {
      mustBeFound(NAME, source.detect(platform), signal);
      const path = tokenFile ?? (platform.env[VARIABLE] as string);
      const found = await readToken(NAME, path, platform, signal, "is the token projected into this container?");
      mustBeFor(NAME, found, audience, path, "project one with that");
      const { iat } = peekClaims(found.token.reveal()) ?? {};
      const { expiresAt } = found;
      if (expiresAt === undefined || typeof iat !== "number") return found;
      const late = iat * 1000 + 0.85 * (expiresAt - iat * 1000);
      return { ...found, refreshAt: Math.max(late, (platform.now() + expiresAt) / 2) };
    },
  };
  return source;
}

/** Questions about the cluster of the config: pure look-ups. */
import type { EmulatorConfig } from "../config/types.ts";
import type { KubernetesAccountConfig, KubernetesPodConfig } from "./config-types.ts";

/** Issuer of the cluster's tokens; none without a cluster. */
export function clusterIssuer({ kubernetes }: EmulatorConfig): string | undefined {
  return kubernetes && (kubernetes.issuer ?? "https://kubernetes.default.svc.cluster.local");
}

/** Audiences with which the API server itself takes a token. */
export function apiAudiences(config: EmulatorConfig): readonly string[] {
  return config.kubernetes?.apiAudiences ?? [clusterIssuer(config) ?? ""];
}

/** Finds a service account. */
export function findServiceAccount(
  { kubernetes }: EmulatorConfig,
  namespace: string,
  name: string,
): KubernetesAccountConfig | undefined {
  return kubernetes?.serviceAccounts.find((one) => one.namespace === namespace && one.name === name);
}

/** Finds a pod. */
export function findPod(
  { kubernetes }: EmulatorConfig,
  namespace: string,
  name: string,
): KubernetesPodConfig | undefined {
  return kubernetes?.pods?.find((one) => one.namespace === namespace && one.name === name);
}

/** `system:serviceaccount:{namespace}:{name}`: subject of its tokens, and the user that RBAC knows. */
export function userOf({ namespace, name }: Pick<KubernetesAccountConfig, "namespace" | "name">): string {
  return `system:serviceaccount:${namespace}:${name}`;
}

/** Whether RBAC lets an account create tokens of another one. */
export function mayCreateTokens(account: KubernetesAccountConfig, namespace: string, name: string): boolean {
  return (account.mayCreateTokensOf ?? []).some((one) => one === `${namespace}/${name}` || one === `${namespace}/*`);
}

/** A Kubernetes cluster, as far as its service accounts go. Plain data. */

/** A service account of the cluster. */
export interface KubernetesAccountConfig {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Accounts, as `namespace/name` or `namespace/*`, whose tokens it may create: RBAC's `create` on `serviceaccounts/token`. */
  readonly mayCreateTokensOf?: readonly string[] | undefined;
}

/** A pod, to which a token can be bound. */
export interface KubernetesPodConfig {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Name of its service account, in the same namespace. */
  readonly serviceAccount: string;
}

/** The one cluster that the emulator plays. */
export interface KubernetesConfig {
  /** What `--service-account-issuer` says. Default `https://kubernetes.default.svc.cluster.local`. */
  readonly issuer?: string | undefined;
  /** Audiences of the API server itself. Default: the issuer. */
  readonly apiAudiences?: readonly string[] | undefined;
  /** The longest that a token may live, ms; who asks for more gets less. At least an hour. Default: no limit. */
  readonly maxTokenMs?: number | undefined;
  /** Whether anybody may read the issuer's metadata and keys, and not only the cluster's service accounts. Default true. */
  readonly publicKeys?: boolean | undefined;
  readonly serviceAccounts: readonly KubernetesAccountConfig[];
  readonly pods?: readonly KubernetesPodConfig[] | undefined;
}

/** Google Cloud, as much of it as a workload from outside meets. Plain data. */

/** A role, and who has it on what the grant is written at. */
export interface GcpGrantConfig {
  readonly role: GcpRole;
  /**
   * `serviceAccount:{email}`, `principal://iam.googleapis.com/{pool}/subject/{subject}`, or `principalSet://iam.googleapis.com/{pool}/`
   * with `*`, `group/{group}` or `attribute.{name}/{value}` behind it, where the pool is `projects/{number}/locations/global/workloadIdentityPools/{id}`.
   */
  readonly members: readonly string[];
}

/** Roles that the emulator knows: on service accounts, then on projects. */
export type GcpRole =
  | "roles/iam.workloadIdentityUser"
  | "roles/iam.serviceAccountTokenCreator"
  | "roles/iam.serviceAccountOpenIdTokenCreator"
  | "roles/storage.admin"
  | "roles/viewer";

/** An OIDC provider of a workload identity pool: whose tokens are taken, and what becomes of their claims. */
export interface WorkloadIdentityProviderConfig {
  readonly id: string;
  /** Default false. */
  readonly disabled?: boolean | undefined;
  /** Compared exactly with the token's `iss`. */
  readonly issuer: string;
  /** At most 10, each of at most 256 characters. Default: the provider's resource name, with or without `https:`. */
  readonly allowedAudiences?: readonly string[] | undefined;
  /** An uploaded key set, with which the issuer is never asked. */
  readonly jwks?: { readonly keys: readonly Readonly<Record<string, unknown>>[] } | undefined;
  /**
   * Expressions by attribute. Default `{ "google.subject": "assertion.sub" }`. Of Google's language there are claims
   * (`assertion.sub`, `assertion['a/b']`), texts, `+`, `==`, `!=`, `&&`, `||`, `!`, brackets, `startsWith`, `endsWith` and `contains`.
   */
  readonly attributeMapping?: Readonly<Record<string, string>> | undefined;
  /** At most 4096 characters; may use `google.subject` and `attribute.{name}` besides. Default: everyone is let in. */
  readonly attributeCondition?: string | undefined;
}

/** A pool of identities from outside. */
export interface WorkloadIdentityPoolConfig {
  readonly id: string;
  /** Default false. */
  readonly disabled?: boolean | undefined;
  readonly providers?: readonly WorkloadIdentityProviderConfig[] | undefined;
}

/** A service account. Its email is `{name}@{projectId}.iam.gserviceaccount.com`. */
export interface ServiceAccountConfig {
  readonly name: string;
  /** `sub` of its ID tokens: digits. */
  readonly uniqueId: string;
  /** Who may act as it. */
  readonly grants?: readonly GcpGrantConfig[] | undefined;
  /** Whether the emulated machine runs as it, so that the metadata server gives its tokens. For at most one. Default false. */
  readonly onMetadataServer?: boolean | undefined;
  /** Whether the organization lets its tokens live for 12 hours instead of one. Default false. */
  readonly extendedLifetime?: boolean | undefined;
}

/** A project. */
export interface GcpProjectConfig {
  readonly projectId: string;
  /** Digits. */
  readonly projectNumber: string;
  readonly workloadIdentityPools?: readonly WorkloadIdentityPoolConfig[] | undefined;
  readonly serviceAccounts?: readonly ServiceAccountConfig[] | undefined;
  /** Names of the buckets that Cloud Storage lists. */
  readonly buckets?: readonly string[] | undefined;
  /** Who may do what in the project. */
  readonly grants?: readonly GcpGrantConfig[] | undefined;
}

/** Google Cloud. */
export interface GcpConfig {
  readonly projects: readonly GcpProjectConfig[];
}

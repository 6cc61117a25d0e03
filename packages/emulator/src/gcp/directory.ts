/** Questions about the Google Cloud of the config: pure look-ups. */
import type {
  GcpConfig,
  GcpGrantConfig,
  GcpProjectConfig,
  ServiceAccountConfig,
  WorkloadIdentityPoolConfig,
  WorkloadIdentityProviderConfig,
} from "./config-types.ts";

/** A provider, with the pool and the project that it is in. */
export interface KnownProvider {
  readonly project: GcpProjectConfig;
  readonly pool: WorkloadIdentityPoolConfig;
  readonly provider: WorkloadIdentityProviderConfig;
}

/** A service account and its project. */
export interface KnownAccount {
  readonly project: GcpProjectConfig;
  readonly account: ServiceAccountConfig;
  readonly email: string;
}

/** Email of a service account. */
export function emailOf({ projectId }: GcpProjectConfig, { name }: Pick<ServiceAccountConfig, "name">): string {
  return `${name}@${projectId}.iam.gserviceaccount.com`;
}

/** `projects/{number}/locations/global/workloadIdentityPools/{id}`. */
export function poolNameOf({ projectNumber }: GcpProjectConfig, { id }: WorkloadIdentityPoolConfig): string {
  return `projects/${projectNumber}/locations/global/workloadIdentityPools/${id}`;
}

/** The provider's full resource name, which is the audience of an exchange: begins with `//iam.googleapis.com/`. */
export function providerNameOf(
  project: GcpProjectConfig,
  pool: WorkloadIdentityPoolConfig,
  { id }: WorkloadIdentityProviderConfig,
): string {
  return `//iam.googleapis.com/${poolNameOf(project, pool)}/providers/${id}`;
}

/** Finds a provider by its full resource name; one that is disabled, or whose pool is, is none. */
export function findWorkloadProvider(gcp: GcpConfig | undefined, name: string): KnownProvider | undefined {
  return (gcp?.projects ?? [])
    .flatMap((project) =>
      (project.workloadIdentityPools ?? [])
        .filter(({ disabled }) => !disabled)
        .flatMap((pool) => (pool.providers ?? []).map((provider) => ({ project, pool, provider }))),
    )
    .find(({ project, pool, provider }) => !provider.disabled && providerNameOf(project, pool, provider) === name);
}

/** All service accounts. */
export function allAccounts(gcp: GcpConfig | undefined): readonly KnownAccount[] {
  return (gcp?.projects ?? []).flatMap((project) =>
    (project.serviceAccounts ?? []).map((account) => ({ project, account, email: emailOf(project, account) })),
  );
}

/** Finds a service account by its email or its unique id. */
export function findAccount(gcp: GcpConfig | undefined, name: string): KnownAccount | undefined {
  return allAccounts(gcp).find(({ account, email }) => name === email || name === account.uniqueId);
}

/** The account that the emulated machine runs as. */
export function machineAccount(gcp: GcpConfig | undefined): KnownAccount | undefined {
  return allAccounts(gcp).find(({ account }) => account.onMetadataServer);
}

const permissionsOf: Readonly<Record<GcpGrantConfig["role"], readonly string[]>> = {
  "roles/iam.workloadIdentityUser": ["iam.serviceAccounts.getAccessToken", "iam.serviceAccounts.getOpenIdToken"],
  "roles/iam.serviceAccountTokenCreator": [
    "iam.serviceAccounts.getAccessToken",
    "iam.serviceAccounts.getOpenIdToken",
    "iam.serviceAccounts.implicitDelegation",
  ],
  "roles/iam.serviceAccountOpenIdTokenCreator": ["iam.serviceAccounts.getOpenIdToken"],
  "roles/storage.admin": ["storage.buckets.list"],
  "roles/viewer": ["storage.buckets.list"],
};

/** Whether one of the grants gives a permission to somebody who goes by these names. */
export function isGranted(
  grants: readonly GcpGrantConfig[] | undefined,
  permission: string,
  names: readonly string[],
): boolean {
  return (grants ?? []).some(
    ({ role, members }) => permissionsOf[role].includes(permission) && members.some((member) => names.includes(member)),
  );
}

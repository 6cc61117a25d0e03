/** The part of the demo world that is in Google Cloud. */
import type { GcpConfig } from "./config-types.ts";

/** Ids and names of it. */
export interface GcpDemoIds {
  readonly gcpProjectId: string;
  readonly gcpProjectNumber: string;
  /** Full resource name of the provider that trusts the demo's OIDC provider: the audience of an exchange. */
  readonly gcpProvider: string;
  /** The service account that the demo's workload may act as, which may list the project's buckets. */
  readonly gcpServiceAccount: string;
  readonly gcpBucket: string;
}

const gcpProjectId = "tokenhop-demo";
const gcpProjectNumber = "123456789012";
const pool = `projects/${gcpProjectNumber}/locations/global/workloadIdentityPools/demo-pool`;
const account = "demo-runner";

/** Fixed, made up, and valid nowhere else. */
export const gcpDemoIds: GcpDemoIds = {
  gcpProjectId,
  gcpProjectNumber,
  gcpProvider: `//iam.googleapis.com/${pool}/providers/demo-provider`,
  gcpServiceAccount: `${account}@${gcpProjectId}.iam.gserviceaccount.com`,
  gcpBucket: "tokenhop-demo-data",
};

/** A project whose pool trusts one workload of an issuer. The machine in it runs as the same service account. */
export function demoGcp(issuer: string, subject: string): GcpConfig {
  const { gcpBucket, gcpServiceAccount } = gcpDemoIds;
  const workload = `principal://iam.googleapis.com/${pool}/subject/${subject}`;
  return {
    projects: [
      {
        projectId: gcpProjectId,
        projectNumber: gcpProjectNumber,
        workloadIdentityPools: [{ id: "demo-pool", providers: [{ id: "demo-provider", issuer }] }],
        serviceAccounts: [
          {
            name: account,
            uniqueId: "100000000000000000001",
            onMetadataServer: true,
            grants: [{ role: "roles/iam.workloadIdentityUser", members: [workload] }],
          },
        ],
        buckets: [gcpBucket],
        grants: [{ role: "roles/storage.admin", members: [`serviceAccount:${gcpServiceAccount}`] }],
      },
    ],
  };
}

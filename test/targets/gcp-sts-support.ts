/** What the tests of the target gcp-sts share. */
import type { GcpStsOptions } from "@tokenhop/core/targets/gcp-sts";
import { json } from "../contract/platform.ts";
import { canaryToken } from "../leak.ts";

export const PROVIDER =
  "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/gh";
export const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";
export const ACCOUNT = "deployer@my-project.iam.gserviceaccount.com";
export const POOL: GcpStsOptions = { audience: PROVIDER };
export const AS_ACCOUNT: GcpStsOptions = { ...POOL, serviceAccount: ACCOUNT };

/** What the Security Token Service answers. */
export const federated = (token: unknown = canaryToken(), more: object = {}): object => ({
  access_token: token,
  issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
  token_type: "Bearer",
  expires_in: 3600,
  ...more,
});

/** What `generateAccessToken` answers, an hour from the tests' now. */
export const impersonated = (token: unknown = canaryToken(), more: object = {}): object => ({
  accessToken: token,
  expireTime: "2026-01-01T01:00:00Z",
  ...more,
});

/** An error as Google's APIs write it. */
export const apiError = (code: number, status: string, message: string): Response =>
  json(
    { error: { code, message, status, details: [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo" }] } },
    { status: code },
  );

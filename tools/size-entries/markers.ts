/**
 * What tells in a bundle that a source or a target is in it: host names, variables and codes of its platform. Hand-written. A row
 * names everyone who may say so; `npm run size` looks for it in the bundles of all others, and sees to it that its owners say it.
 * Besides, each is known by the name of its own factory, which its option errors carry.
 */
export const markers: Readonly<Record<string, readonly string[]>> = {
  // Sources.
  ACTIONS_ID_TOKEN_REQUEST_URL: ["sources/github-actions"],
  AWS_WEB_IDENTITY_TOKEN_FILE: ["sources/aws-web-identity"],
  GetWebIdentityToken: ["sources/aws-web-identity"],
  AZURE_FEDERATED_TOKEN_FILE: ["sources/kubernetes"],
  KUBERNETES_SERVICE_HOST: ["sources/kubernetes"],
  AZURE_POD_IDENTITY_AUTHORITY_HOST: ["sources/managed-identity"],
  azcmagent: ["sources/azure-arc"],
  SYSTEM_OIDCREQUESTURI: ["sources/azure-pipelines"],
  BITBUCKET_STEP_OIDC_TOKEN: ["sources/bitbucket-pipelines"],
  BUILDKITE_AGENT_ACCESS_TOKEN: ["sources/buildkite"],
  CIRCLE_OIDC_TOKEN: ["sources/circleci"],
  DENO_DEPLOY: ["sources/deno-deploy"],
  "/.fly/api": ["sources/fly"],
  createHttpClient: ["sources/fly"],
  GITLAB_CI: ["sources/gitlab-ci"],
  TFC_WORKLOAD_IDENTITY_TOKEN: ["sources/terraform-cloud"],
  "oidc.vercel.com": ["sources/vercel"],
  "metadata.google.internal": ["sources/gcp-metadata"],
  generateIdToken: ["sources/gcp-service-account"],
  // Targets.
  "microsoftonline.com": ["targets/entra", "targets/entra-obo"],
  AADSTS700231: ["targets/entra", "targets/entra-obo"],
  AssumeRoleWithWebIdentity: ["targets/aws-sts"],
  "amazonaws.com": ["targets/aws-sts", "sources/aws-web-identity"],
  IDPCommunicationError: ["targets/aws-sts", "sources/aws-web-identity"],
  generateAccessToken: ["targets/gcp-sts"],
  "googleapis.com": ["targets/gcp-sts", "sources/gcp-service-account"],
  issued_token_type: ["targets/token-exchange"],
};

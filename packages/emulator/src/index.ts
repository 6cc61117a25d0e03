/** A local Microsoft Entra for tests, as one `fetch(Request) → Response`. */
export type {
  AwsAccountConfig,
  AwsBucketConfig,
  AwsConfig,
  AwsMachineConfig,
  AwsOidcProviderConfig,
  AwsPolicyConfig,
  AwsRoleConfig,
  AwsStatementConfig,
  AwsTrustConfig,
} from "./aws/config-types.ts";
export type { AwsDemoIds } from "./aws/demo.ts";
export { EmulatorConfigError, parseConfig } from "./config/parse.ts";
export type {
  AppConfig,
  EmulatorConfig,
  FederatedCredentialConfig,
  LifetimesConfig,
  ManagedIdentityConfig,
  OidcProviderConfig,
  PermissionsConfig,
  ProvisionedConfig,
  ResourceConfig,
  ResourceGroupConfig,
  RoleAssignmentConfig,
  RoleName,
  SubscriptionConfig,
  TenantConfig,
  UserConfig,
  WorkloadConfig,
} from "./config/types.ts";
export {
  EmulatorControlError,
  type EmulatorControls,
  type ExternalTokenRequest,
  type ServiceAccountTokenRequest,
  type UserTokenRequest,
} from "./controls.ts";
export {
  createDemoConfig,
  type DemoConfigOptions,
  type DemoEnvironment,
  type DemoIds,
  demoEnvironment,
  demoIds,
} from "./demo-config.ts";
export { createEmulator, type Emulator, type EmulatorOptions } from "./emulator.ts";
export type { AccessPolicy } from "./entra/access-policies.ts";
export { evidence } from "./evidence.ts";
export type { EvidenceKind, Rule } from "./evidence-kind.ts";
export { ConnectionDropped, type Fault } from "./faults.ts";
export type {
  GcpConfig,
  GcpGrantConfig,
  GcpProjectConfig,
  GcpRole,
  ServiceAccountConfig,
  WorkloadIdentityPoolConfig,
  WorkloadIdentityProviderConfig,
} from "./gcp/config-types.ts";
export type { GcpDemoIds } from "./gcp/demo.ts";
export { type GenerateKey, generateRsaKey, type KeyPair } from "./keyring.ts";
export type { KubernetesAccountConfig, KubernetesConfig, KubernetesPodConfig } from "./kubernetes/config-types.ts";
export type { Provenance } from "./ledger.ts";
export type { LogDetails, LogRecord, RouteName } from "./log.ts";
export type { ExternalClaims } from "./oidc/token.ts";
export type {
  AzurePipelinesJob,
  BitbucketPipelinesJob,
  BuildkiteJob,
  CircleciJob,
  DenoDeployJob,
  FlyJob,
  GithubActionsJob,
  GitlabCiJob,
  PlatformJob,
  PlatformName,
  ServiceConnectionConfig,
  TerraformCloudJob,
  VercelJob,
} from "./platforms/config-types.ts";
export type { PlatformTokenRequest } from "./platforms/job-token.ts";
export type { ArmResource, ResourceAddress } from "./resources.ts";
export type { Lifetimes } from "./world.ts";

/**
 * An OpenID Connect issuer of a workload's own: keys that never leave, rotation, discovery, JWKS, and tokens for the subjects and
 * audiences that it was given.
 *
 * Key stores are imported from `@tokenhop/issuer/stores/<name>`.
 */
export { createIssuer } from "./create-issuer.ts";
export { type AwsProfileOptions, awsProfile } from "./profiles/aws.ts";
export { type EntraProfileOptions, entraProfile } from "./profiles/entra.ts";
export { type GcpProfileOptions, gcpJwksFile, gcpProfile } from "./profiles/gcp.ts";
export {
  CLOCK_SKEW_MS,
  dropKeys,
  MAX_KEYS,
  planKeys,
  type RotationPlan,
  type RotationPolicy,
  signingKey,
} from "./rotation.ts";
export { type IssuerRoutesOptions, issuerRoutes } from "./routes.ts";
export type {
  Issuer,
  IssuerDocuments,
  IssuerKey,
  IssuerOptions,
  IssuerPlatform,
  KeyRing,
  KeyStore,
  KeyTimes,
  MintedToken,
  MintQuestion,
  PublicJwk,
  RotationOptions,
  SigningAlgorithm,
  VerifierConfig,
  VerifierProfile,
  WhichKeys,
} from "./types.ts";

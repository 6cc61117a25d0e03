/**
 * Short-lived cloud credentials for code on the edge, without a stored secret.
 *
 * Sources are imported from `@tokenhop/core/sources/<name>`, targets from `@tokenhop/core/targets/<name>`.
 */
export { claimsChallenge } from "./attached-fetch.ts";
export { createCache } from "./cache.ts";
export { defineSource, defineTarget } from "./define.ts";
export {
  type Attach,
  type AttachContext,
  createAttach,
  type DownstreamOptions,
  type ProvidersFrom,
  type RequestOrMaker,
} from "./downstream.ts";
export {
  ConfigError,
  type ErrorCode,
  isTokenError,
  type Recovery,
  TokenError,
  type TokenErrorFields,
} from "./errors.ts";
export { type FederateOptions, federate } from "./federate.ts";
export { firstOf } from "./first-of.ts";
export { secret } from "./internal/secret.ts";
export { defaultPlatform } from "./platform.ts";
export { problemResponse } from "./problem-response.ts";
export { type NodeRequestHead, requestHead } from "./request-head.ts";
export type {
  Attached,
  AwsCredentials,
  BearerProvider,
  BearerToken,
  Credential,
  CredentialCache,
  CredentialProvider,
  Detection,
  Downstream,
  DownstreamWith,
  EngineEvent,
  EngineLimits,
  Fetch,
  GetOptions,
  IdentitySource,
  Lifetime,
  NoParams,
  ParamProvider,
  Platform,
  Provenance,
  ProviderOf,
  Providers,
  ProvidersOrFactory,
  RefreshInput,
  RefreshPolicy,
  Secret,
  StepContext,
  SubjectToken,
  Target,
  TokenClaims,
  VaultSecret,
  VerifiedUser,
  WatchEvent,
} from "./types.ts";

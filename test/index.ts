// Written by `npm run fix`: every suite that runs on all runtimes.
import { suite as adaptersElysiaSuite } from "./adapters/elysia.ts";
import { suite as adaptersH3Suite } from "./adapters/h3.ts";
import { suite as adaptersHonoSuite } from "./adapters/hono.ts";
import { suite as coreAutoSuite } from "./core/auto.ts";
import { suite as coreAutoJobsSuite } from "./core/auto-jobs.ts";
import { suite as coreAutoProbesSuite } from "./core/auto-probes.ts";
import { suite as coreBearerAuthSuite } from "./core/bearer-auth.ts";
import { suite as coreBearerAuthDiscoverySuite } from "./core/bearer-auth-discovery.ts";
import { suite as coreBearerAuthEmulatorSuite } from "./core/bearer-auth-emulator.ts";
import { suite as coreBearerAuthHeldSuite } from "./core/bearer-auth-held.ts";
import { suite as coreBearerAuthHostileSuite } from "./core/bearer-auth-hostile.ts";
import { suite as coreBearerAuthJoseSuite } from "./core/bearer-auth-jose.ts";
import { suite as coreBearerAuthKeysSuite } from "./core/bearer-auth-keys.ts";
import { suite as coreBearerAuthOptionsSuite } from "./core/bearer-auth-options.ts";
import { suite as coreBearerAuthOutagesSuite } from "./core/bearer-auth-outages.ts";
import { suite as coreBearerAuthUserSuite } from "./core/bearer-auth-user.ts";
import { suite as coreBudgetSuite } from "./core/budget.ts";
import { suite as coreCacheSuite } from "./core/cache.ts";
import { suite as coreClaimsSuite } from "./core/claims.ts";
import { suite as coreClocksSuite } from "./core/clocks.ts";
import { suite as coreCloseSuite } from "./core/close.ts";
import { suite as coreDefineSuite } from "./core/define.ts";
import { suite as coreDownstreamSuite } from "./core/downstream.ts";
import { suite as coreDownstreamBodiesSuite } from "./core/downstream-bodies.ts";
import { suite as coreDownstreamEncodingSuite } from "./core/downstream-encoding.ts";
import { suite as coreDownstreamHostsSuite } from "./core/downstream-hosts.ts";
import { suite as coreDownstreamProblemsSuite } from "./core/downstream-problems.ts";
import { suite as coreDownstreamRedirectsSuite } from "./core/downstream-redirects.ts";
import { suite as coreDownstreamRequestSuite } from "./core/downstream-request.ts";
import { suite as coreDownstreamRevokedSuite } from "./core/downstream-revoked.ts";
import { suite as coreDownstreamUnauthorizedSuite } from "./core/downstream-unauthorized.ts";
import { suite as coreEnvironmentsSuite } from "./core/environments.ts";
import { suite as coreEventsSuite } from "./core/events.ts";
import { suite as coreExplainSuite } from "./core/explain.ts";
import { suite as coreFederateSuite } from "./core/federate.ts";
import { suite as coreFirstOfSuite } from "./core/first-of.ts";
import { suite as coreFlightSuite } from "./core/flight.ts";
import { suite as coreInvalidateSuite } from "./core/invalidate.ts";
import { suite as coreKeysSuite } from "./core/keys.ts";
import { suite as coreKitSuite } from "./core/kit.ts";
import { suite as coreLeakSuite } from "./core/leak.ts";
import { suite as coreModelSuite } from "./core/model.ts";
import { suite as coreNegativeSuite } from "./core/negative.ts";
import { suite as corePartitionsSuite } from "./core/partitions.ts";
import { suite as corePlatformSuite } from "./core/platform.ts";
import { suite as coreRequestHeadSuite } from "./core/request-head.ts";
import { suite as coreRetrySuite } from "./core/retry.ts";
import { suite as coreScheduleSuite } from "./core/schedule.ts";
import { suite as coreSigv4Suite } from "./core/sigv4.ts";
import { suite as coreStaleSuite } from "./core/stale.ts";
import { suite as coreStormsSuite } from "./core/storms.ts";
import { suite as coreWatchSuite } from "./core/watch.ts";
import { suite as coreWorkersSuite } from "./core/workers.ts";
import { suite as coreXmlSuite } from "./core/xml.ts";
import { suite as durableObjectsBrokerAnswersSuite } from "./durable-objects/broker-answers.ts";
import { suite as durableObjectsBrokerClaimsSuite } from "./durable-objects/broker-claims.ts";
import { suite as durableObjectsBrokerConfigurationSuite } from "./durable-objects/broker-configuration.ts";
import { suite as durableObjectsBrokerDaySuite } from "./durable-objects/broker-day.ts";
import { suite as durableObjectsBrokerDownSuite } from "./durable-objects/broker-down.ts";
import { suite as durableObjectsBrokerEvictedSuite } from "./durable-objects/broker-evicted.ts";
import { suite as durableObjectsBrokerQuestionsSuite } from "./durable-objects/broker-questions.ts";
import { suite as durableObjectsBrokerRelayedSuite } from "./durable-objects/broker-relayed.ts";
import { suite as durableObjectsBrokerRenewalSuite } from "./durable-objects/broker-renewal.ts";
import { suite as durableObjectsBrokerScheduleSuite } from "./durable-objects/broker-schedule.ts";
import { suite as durableObjectsBrokerStorageSuite } from "./durable-objects/broker-storage.ts";
import { suite as durableObjectsBrokerUsersSuite } from "./durable-objects/broker-users.ts";
import { suite as durableObjectsBrokeredOptionsSuite } from "./durable-objects/brokered-options.ts";
import { suite as durableObjectsBrokeredProvidersSuite } from "./durable-objects/brokered-providers.ts";
import { suite as emulatorAdminSuite } from "./emulator/admin.ts";
import { suite as emulatorArmSuite } from "./emulator/arm.ts";
import { suite as emulatorAwsConfigSuite } from "./emulator/aws-config.ts";
import { suite as emulatorAwsMachineSuite } from "./emulator/aws-machine.ts";
import { suite as emulatorAwsOutboundSuite } from "./emulator/aws-outbound.ts";
import { suite as emulatorAwsS3Suite } from "./emulator/aws-s3.ts";
import { suite as emulatorAwsS3PayloadSuite } from "./emulator/aws-s3-payload.ts";
import { suite as emulatorAwsSignatureSuite } from "./emulator/aws-signature.ts";
import { suite as emulatorAwsStsSuite } from "./emulator/aws-sts.ts";
import { suite as emulatorAwsStsRefusedSuite } from "./emulator/aws-sts-refused.ts";
import { suite as emulatorBlobSuite } from "./emulator/blob.ts";
import { suite as emulatorBlobAccessSuite } from "./emulator/blob-access.ts";
import { suite as emulatorConfigSuite } from "./emulator/config.ts";
import { suite as emulatorErrorsSuite } from "./emulator/errors.ts";
import { suite as emulatorFaultsSuite } from "./emulator/faults.ts";
import { suite as emulatorGcpDelegatesSuite } from "./emulator/gcp-delegates.ts";
import { suite as emulatorGcpIdTokensSuite } from "./emulator/gcp-id-tokens.ts";
import { suite as emulatorGcpImpersonationSuite } from "./emulator/gcp-impersonation.ts";
import { suite as emulatorGcpKeysSuite } from "./emulator/gcp-keys.ts";
import { suite as emulatorGcpMachineSuite } from "./emulator/gcp-machine.ts";
import { suite as emulatorGcpMappingSuite } from "./emulator/gcp-mapping.ts";
import { suite as emulatorGcpStsSuite } from "./emulator/gcp-sts.ts";
import { suite as emulatorGraphSuite } from "./emulator/graph.ts";
import { suite as emulatorHttpIssuersSuite } from "./emulator/http-issuers.ts";
import { suite as emulatorIdentitySuite } from "./emulator/identity.ts";
import { suite as emulatorIssuersSuite } from "./emulator/issuers.ts";
import { suite as emulatorKeyvaultSuite } from "./emulator/keyvault.ts";
import { suite as emulatorKubernetesIssuerSuite } from "./emulator/kubernetes-issuer.ts";
import { suite as emulatorKubernetesTokensSuite } from "./emulator/kubernetes-tokens.ts";
import { suite as emulatorLogSuite } from "./emulator/log.ts";
import { suite as emulatorOboSuite } from "./emulator/obo.ts";
import { suite as emulatorOboRefusedSuite } from "./emulator/obo-refused.ts";
import { suite as emulatorOpenaiSuite } from "./emulator/openai.ts";
import { suite as emulatorPlatformAzureHostsSuite } from "./emulator/platform-azure-hosts.ts";
import { suite as emulatorPlatformConfigSuite } from "./emulator/platform-config.ts";
import { suite as emulatorPlatformDeploymentsSuite } from "./emulator/platform-deployments.ts";
import { suite as emulatorPlatformJobsSuite } from "./emulator/platform-jobs.ts";
import { suite as emulatorPlatformTokensSuite } from "./emulator/platform-tokens.ts";
import { suite as emulatorProviderSuite } from "./emulator/provider.ts";
import { suite as emulatorRefusedAssertionsSuite } from "./emulator/refused-assertions.ts";
import { suite as emulatorRefusedChainsSuite } from "./emulator/refused-chains.ts";
import { suite as emulatorRefusedRequestsSuite } from "./emulator/refused-requests.ts";
import { suite as emulatorRevocationSuite } from "./emulator/revocation.ts";
import { suite as emulatorRolesSuite } from "./emulator/roles.ts";
import { suite as emulatorTokensSuite } from "./emulator/tokens.ts";
import { suite as interopAuthorizedFetchSuite } from "./interop/authorized-fetch.ts";
import { suite as interopAwsSdkSuite } from "./interop/aws-sdk.ts";
import { suite as interopAwsSdkTimeSuite } from "./interop/aws-sdk-time.ts";
import { suite as interopAzureIdentitySuite } from "./interop/azure-identity.ts";
import { suite as interopAzureIdentityHostSuite } from "./interop/azure-identity-host.ts";
import { suite as interopAzureIdentityRefusalsSuite } from "./interop/azure-identity-refusals.ts";
import { suite as interopAzureSdkSuite } from "./interop/azure-sdk.ts";
import { suite as interopAzureSdkClientSuite } from "./interop/azure-sdk-client.ts";
import { suite as interopAzureSdkRefusalsSuite } from "./interop/azure-sdk-refusals.ts";
import { suite as interopAzureSdkTimeSuite } from "./interop/azure-sdk-time.ts";
import { suite as interopGoogleAuthSuite } from "./interop/google-auth.ts";
import { suite as interopMcpSuite } from "./interop/mcp.ts";
import { suite as interopOpenaiSuite } from "./interop/openai.ts";
import { suite as interopOpentelemetrySuite } from "./interop/opentelemetry.ts";
import { suite as interopOpentelemetryLimitsSuite } from "./interop/opentelemetry-limits.ts";
import { suite as interopToHeadersSuite } from "./interop/to-headers.ts";
import { suite as issuerDropSuite } from "./issuer/drop.ts";
import { suite as issuerKeysSuite } from "./issuer/keys.ts";
import { suite as issuerKeysMalformedSuite } from "./issuer/keys-malformed.ts";
import { suite as issuerKeysStoreSuite } from "./issuer/keys-store.ts";
import { suite as issuerLoadSuite } from "./issuer/load.ts";
import { suite as issuerMintSuite } from "./issuer/mint.ts";
import { suite as issuerOptionsSuite } from "./issuer/options.ts";
import { suite as issuerProfilesSuite } from "./issuer/profiles.ts";
import { suite as issuerPublicOnlySuite } from "./issuer/public-only.ts";
import { suite as issuerRotationSuite } from "./issuer/rotation.ts";
import { suite as issuerRoutesSuite } from "./issuer/routes.ts";
import { suite as issuerStoreContractSuite } from "./issuer/store-contract.ts";
import { suite as issuerStoresSuite } from "./issuer/stores.ts";
import { suite as parityAwsSuite } from "./parity/aws.ts";
import { suite as parityAzureSuite } from "./parity/azure.ts";
import { suite as parityGcpSuite } from "./parity/gcp.ts";
import { suite as parityGenericSuite } from "./parity/generic.ts";
import { suite as paritySharedSuite } from "./parity/shared.ts";
import type { Suites } from "./run.ts";
import { suite as sourcesAwsWebIdentitySuite } from "./sources/aws-web-identity.ts";
import { suite as sourcesAwsWebIdentityCredentialsSuite } from "./sources/aws-web-identity-credentials.ts";
import { suite as sourcesAwsWebIdentityEmulatorSuite } from "./sources/aws-web-identity-emulator.ts";
import { suite as sourcesAwsWebIdentityKeysSuite } from "./sources/aws-web-identity-keys.ts";
import { suite as sourcesAwsWebIdentityOutboundSuite } from "./sources/aws-web-identity-outbound.ts";
import { suite as sourcesAwsWebIdentityRenewalSuite } from "./sources/aws-web-identity-renewal.ts";
import { suite as sourcesAzureArcSuite } from "./sources/azure-arc.ts";
import { suite as sourcesAzureArcChallengeSuite } from "./sources/azure-arc-challenge.ts";
import { suite as sourcesAzureMlSuite } from "./sources/azure-ml.ts";
import { suite as sourcesAzurePipelinesSuite } from "./sources/azure-pipelines.ts";
import { suite as sourcesBitbucketPipelinesSuite } from "./sources/bitbucket-pipelines.ts";
import { suite as sourcesBuildkiteSuite } from "./sources/buildkite.ts";
import { suite as sourcesCiFuzzSuite } from "./sources/ci-fuzz.ts";
import { suite as sourcesCircleciSuite } from "./sources/circleci.ts";
import { suite as sourcesCloudFuzzSuite } from "./sources/cloud-fuzz.ts";
import { suite as sourcesCloudShellSuite } from "./sources/cloud-shell.ts";
import { suite as sourcesCloudflareAccessSuite } from "./sources/cloudflare-access.ts";
import { suite as sourcesCloudflareAccessIssuerSuite } from "./sources/cloudflare-access-issuer.ts";
import { suite as sourcesDenoDeploySuite } from "./sources/deno-deploy.ts";
import { suite as sourcesEdgeFuzzSuite } from "./sources/edge-fuzz.ts";
import { suite as sourcesEnvSuite } from "./sources/env.ts";
import { suite as sourcesFixedTokenSuite } from "./sources/fixed-token.ts";
import { suite as sourcesFlySuite } from "./sources/fly.ts";
import { suite as sourcesFromFunctionSuite } from "./sources/from-function.ts";
import { suite as sourcesFromRequestSuite } from "./sources/from-request.ts";
import { suite as sourcesGcpMetadataSuite } from "./sources/gcp-metadata.ts";
import { suite as sourcesGcpServiceAccountSuite } from "./sources/gcp-service-account.ts";
import { suite as sourcesGcpServiceAccountProviderSuite } from "./sources/gcp-service-account-provider.ts";
import { suite as sourcesGithubActionsSuite } from "./sources/github-actions.ts";
import { suite as sourcesGitlabCiSuite } from "./sources/gitlab-ci.ts";
import { suite as sourcesKubernetesSuite } from "./sources/kubernetes.ts";
import { suite as sourcesKubernetesContractSuite } from "./sources/kubernetes-contract.ts";
import { suite as sourcesKubernetesTokenRequestSuite } from "./sources/kubernetes-token-request.ts";
import { suite as sourcesManagedIdentitySuite } from "./sources/managed-identity.ts";
import { suite as sourcesManagedIdentityRecoverySuite } from "./sources/managed-identity-recovery.ts";
import { suite as sourcesOidcClientSuite } from "./sources/oidc-client.ts";
import { suite as sourcesOidcClientAssertionSuite } from "./sources/oidc-client-assertion.ts";
import { suite as sourcesOidcClientDiscoverySuite } from "./sources/oidc-client-discovery.ts";
import { suite as sourcesOidcClientProofSuite } from "./sources/oidc-client-proof.ts";
import { suite as sourcesProxiedSuite } from "./sources/proxied.ts";
import { suite as sourcesSelfIssuedSuite } from "./sources/self-issued.ts";
import { suite as sourcesSelfIssuedEmulatorSuite } from "./sources/self-issued-emulator.ts";
import { suite as sourcesSelfIssuedRepliesSuite } from "./sources/self-issued-replies.ts";
import { suite as sourcesServiceFabricSuite } from "./sources/service-fabric.ts";
import { suite as sourcesSpiffeFileSuite } from "./sources/spiffe-file.ts";
import { suite as sourcesTerraformCloudSuite } from "./sources/terraform-cloud.ts";
import { suite as sourcesVercelSuite } from "./sources/vercel.ts";
import { suite as sourcesVercelExchangeSuite } from "./sources/vercel-exchange.ts";
import { suite as targetsAwsStsSuite } from "./targets/aws-sts.ts";
import { suite as targetsAwsStsEmulatorSuite } from "./targets/aws-sts-emulator.ts";
import { suite as targetsAwsStsHostileSuite } from "./targets/aws-sts-hostile.ts";
import { suite as targetsAwsStsKeptSuite } from "./targets/aws-sts-kept.ts";
import { suite as targetsAwsStsRefusalsSuite } from "./targets/aws-sts-refusals.ts";
import { suite as targetsAwsStsWireSuite } from "./targets/aws-sts-wire.ts";
import { suite as targetsEntraSuite } from "./targets/entra.ts";
import { suite as targetsEntraClaimsSuite } from "./targets/entra-claims.ts";
import { suite as targetsEntraOboSuite } from "./targets/entra-obo.ts";
import { suite as targetsEntraOboCrowdSuite } from "./targets/entra-obo-crowd.ts";
import { suite as targetsEntraOboEmulatorSuite } from "./targets/entra-obo-emulator.ts";
import { suite as targetsEntraOboIssuersSuite } from "./targets/entra-obo-issuers.ts";
import { suite as targetsEntraOboNamesSuite } from "./targets/entra-obo-names.ts";
import { suite as targetsEntraOboRefusalsSuite } from "./targets/entra-obo-refusals.ts";
import { suite as targetsEntraOboUsersSuite } from "./targets/entra-obo-users.ts";
import { suite as targetsEntraRefusalsSuite } from "./targets/entra-refusals.ts";
import { suite as targetsEntraRepliesSuite } from "./targets/entra-replies.ts";
import { suite as targetsEntraWireSuite } from "./targets/entra-wire.ts";
import { suite as targetsExchangeFuzzSuite } from "./targets/exchange-fuzz.ts";
import { suite as targetsGcpStsSuite } from "./targets/gcp-sts.ts";
import { suite as targetsGcpStsKeptSuite } from "./targets/gcp-sts-kept.ts";
import { suite as targetsGcpStsRefusalsSuite } from "./targets/gcp-sts-refusals.ts";
import { suite as targetsGcpStsWireSuite } from "./targets/gcp-sts-wire.ts";
import { suite as targetsPassThroughSuite } from "./targets/pass-through.ts";
import { suite as targetsPassThroughAgainSuite } from "./targets/pass-through-again.ts";
import { suite as targetsTokenExchangeSuite } from "./targets/token-exchange.ts";
import { suite as targetsTokenExchangePartiesSuite } from "./targets/token-exchange-parties.ts";
import { suite as targetsTokenExchangeRefusalsSuite } from "./targets/token-exchange-refusals.ts";
import { suite as targetsTokenExchangeRenewalSuite } from "./targets/token-exchange-renewal.ts";
import { suite as targetsTokenExchangeRepliesSuite } from "./targets/token-exchange-replies.ts";
import { suite as targetsTokenExchangeVendorsSuite } from "./targets/token-exchange-vendors.ts";
import { suite as targetsTokenExchangeWireSuite } from "./targets/token-exchange-wire.ts";

export const suites: Suites = {
  "adapters/elysia": adaptersElysiaSuite,
  "adapters/h3": adaptersH3Suite,
  "adapters/hono": adaptersHonoSuite,
  "core/auto-jobs": coreAutoJobsSuite,
  "core/auto-probes": coreAutoProbesSuite,
  "core/auto": coreAutoSuite,
  "core/bearer-auth-discovery": coreBearerAuthDiscoverySuite,
  "core/bearer-auth-emulator": coreBearerAuthEmulatorSuite,
  "core/bearer-auth-held": coreBearerAuthHeldSuite,
  "core/bearer-auth-hostile": coreBearerAuthHostileSuite,
  "core/bearer-auth-jose": coreBearerAuthJoseSuite,
  "core/bearer-auth-keys": coreBearerAuthKeysSuite,
  "core/bearer-auth-options": coreBearerAuthOptionsSuite,
  "core/bearer-auth-outages": coreBearerAuthOutagesSuite,
  "core/bearer-auth-user": coreBearerAuthUserSuite,
  "core/bearer-auth": coreBearerAuthSuite,
  "core/budget": coreBudgetSuite,
  "core/cache": coreCacheSuite,
  "core/claims": coreClaimsSuite,
  "core/clocks": coreClocksSuite,
  "core/close": coreCloseSuite,
  "core/define": coreDefineSuite,
  "core/downstream-bodies": coreDownstreamBodiesSuite,
  "core/downstream-encoding": coreDownstreamEncodingSuite,
  "core/downstream-hosts": coreDownstreamHostsSuite,
  "core/downstream-problems": coreDownstreamProblemsSuite,
  "core/downstream-redirects": coreDownstreamRedirectsSuite,
  "core/downstream-request": coreDownstreamRequestSuite,
  "core/downstream-revoked": coreDownstreamRevokedSuite,
  "core/downstream-unauthorized": coreDownstreamUnauthorizedSuite,
  "core/downstream": coreDownstreamSuite,
  "core/environments": coreEnvironmentsSuite,
  "core/events": coreEventsSuite,
  "core/explain": coreExplainSuite,
  "core/federate": coreFederateSuite,
  "core/first-of": coreFirstOfSuite,
  "core/flight": coreFlightSuite,
  "core/invalidate": coreInvalidateSuite,
  "core/keys": coreKeysSuite,
  "core/kit": coreKitSuite,
  "core/leak": coreLeakSuite,
  "core/model": coreModelSuite,
  "core/negative": coreNegativeSuite,
  "core/partitions": corePartitionsSuite,
  "core/platform": corePlatformSuite,
  "core/request-head": coreRequestHeadSuite,
  "core/retry": coreRetrySuite,
  "core/schedule": coreScheduleSuite,
  "core/sigv4": coreSigv4Suite,
  "core/stale": coreStaleSuite,
  "core/storms": coreStormsSuite,
  "core/watch": coreWatchSuite,
  "core/workers": coreWorkersSuite,
  "core/xml": coreXmlSuite,
  "durable-objects/broker-answers": durableObjectsBrokerAnswersSuite,
  "durable-objects/broker-claims": durableObjectsBrokerClaimsSuite,
  "durable-objects/broker-configuration": durableObjectsBrokerConfigurationSuite,
  "durable-objects/broker-day": durableObjectsBrokerDaySuite,
  "durable-objects/broker-down": durableObjectsBrokerDownSuite,
  "durable-objects/broker-evicted": durableObjectsBrokerEvictedSuite,
  "durable-objects/broker-questions": durableObjectsBrokerQuestionsSuite,
  "durable-objects/broker-relayed": durableObjectsBrokerRelayedSuite,
  "durable-objects/broker-renewal": durableObjectsBrokerRenewalSuite,
  "durable-objects/broker-schedule": durableObjectsBrokerScheduleSuite,
  "durable-objects/broker-storage": durableObjectsBrokerStorageSuite,
  "durable-objects/broker-users": durableObjectsBrokerUsersSuite,
  "durable-objects/brokered-options": durableObjectsBrokeredOptionsSuite,
  "durable-objects/brokered-providers": durableObjectsBrokeredProvidersSuite,
  "emulator/admin": emulatorAdminSuite,
  "emulator/arm": emulatorArmSuite,
  "emulator/aws-config": emulatorAwsConfigSuite,
  "emulator/aws-machine": emulatorAwsMachineSuite,
  "emulator/aws-outbound": emulatorAwsOutboundSuite,
  "emulator/aws-s3-payload": emulatorAwsS3PayloadSuite,
  "emulator/aws-s3": emulatorAwsS3Suite,
  "emulator/aws-signature": emulatorAwsSignatureSuite,
  "emulator/aws-sts-refused": emulatorAwsStsRefusedSuite,
  "emulator/aws-sts": emulatorAwsStsSuite,
  "emulator/blob-access": emulatorBlobAccessSuite,
  "emulator/blob": emulatorBlobSuite,
  "emulator/config": emulatorConfigSuite,
  "emulator/errors": emulatorErrorsSuite,
  "emulator/faults": emulatorFaultsSuite,
  "emulator/gcp-delegates": emulatorGcpDelegatesSuite,
  "emulator/gcp-id-tokens": emulatorGcpIdTokensSuite,
  "emulator/gcp-impersonation": emulatorGcpImpersonationSuite,
  "emulator/gcp-keys": emulatorGcpKeysSuite,
  "emulator/gcp-machine": emulatorGcpMachineSuite,
  "emulator/gcp-mapping": emulatorGcpMappingSuite,
  "emulator/gcp-sts": emulatorGcpStsSuite,
  "emulator/graph": emulatorGraphSuite,
  "emulator/http-issuers": emulatorHttpIssuersSuite,
  "emulator/identity": emulatorIdentitySuite,
  "emulator/issuers": emulatorIssuersSuite,
  "emulator/keyvault": emulatorKeyvaultSuite,
  "emulator/kubernetes-issuer": emulatorKubernetesIssuerSuite,
  "emulator/kubernetes-tokens": emulatorKubernetesTokensSuite,
  "emulator/log": emulatorLogSuite,
  "emulator/obo-refused": emulatorOboRefusedSuite,
  "emulator/obo": emulatorOboSuite,
  "emulator/openai": emulatorOpenaiSuite,
  "emulator/platform-azure-hosts": emulatorPlatformAzureHostsSuite,
  "emulator/platform-config": emulatorPlatformConfigSuite,
  "emulator/platform-deployments": emulatorPlatformDeploymentsSuite,
  "emulator/platform-jobs": emulatorPlatformJobsSuite,
  "emulator/platform-tokens": emulatorPlatformTokensSuite,
  "emulator/provider": emulatorProviderSuite,
  "emulator/refused-assertions": emulatorRefusedAssertionsSuite,
  "emulator/refused-chains": emulatorRefusedChainsSuite,
  "emulator/refused-requests": emulatorRefusedRequestsSuite,
  "emulator/revocation": emulatorRevocationSuite,
  "emulator/roles": emulatorRolesSuite,
  "emulator/tokens": emulatorTokensSuite,
  "interop/authorized-fetch": interopAuthorizedFetchSuite,
  "interop/aws-sdk-time": interopAwsSdkTimeSuite,
  "interop/aws-sdk": interopAwsSdkSuite,
  "interop/azure-identity-host": interopAzureIdentityHostSuite,
  "interop/azure-identity-refusals": interopAzureIdentityRefusalsSuite,
  "interop/azure-identity": interopAzureIdentitySuite,
  "interop/azure-sdk-client": interopAzureSdkClientSuite,
  "interop/azure-sdk-refusals": interopAzureSdkRefusalsSuite,
  "interop/azure-sdk-time": interopAzureSdkTimeSuite,
  "interop/azure-sdk": interopAzureSdkSuite,
  "interop/google-auth": interopGoogleAuthSuite,
  "interop/mcp": interopMcpSuite,
  "interop/openai": interopOpenaiSuite,
  "interop/opentelemetry-limits": interopOpentelemetryLimitsSuite,
  "interop/opentelemetry": interopOpentelemetrySuite,
  "interop/to-headers": interopToHeadersSuite,
  "issuer/drop": issuerDropSuite,
  "issuer/keys-malformed": issuerKeysMalformedSuite,
  "issuer/keys-store": issuerKeysStoreSuite,
  "issuer/keys": issuerKeysSuite,
  "issuer/load": issuerLoadSuite,
  "issuer/mint": issuerMintSuite,
  "issuer/options": issuerOptionsSuite,
  "issuer/profiles": issuerProfilesSuite,
  "issuer/public-only": issuerPublicOnlySuite,
  "issuer/rotation": issuerRotationSuite,
  "issuer/routes": issuerRoutesSuite,
  "issuer/store-contract": issuerStoreContractSuite,
  "issuer/stores": issuerStoresSuite,
  "parity/aws": parityAwsSuite,
  "parity/azure": parityAzureSuite,
  "parity/gcp": parityGcpSuite,
  "parity/generic": parityGenericSuite,
  "parity/shared": paritySharedSuite,
  "sources/aws-web-identity-credentials": sourcesAwsWebIdentityCredentialsSuite,
  "sources/aws-web-identity-emulator": sourcesAwsWebIdentityEmulatorSuite,
  "sources/aws-web-identity-keys": sourcesAwsWebIdentityKeysSuite,
  "sources/aws-web-identity-outbound": sourcesAwsWebIdentityOutboundSuite,
  "sources/aws-web-identity-renewal": sourcesAwsWebIdentityRenewalSuite,
  "sources/aws-web-identity": sourcesAwsWebIdentitySuite,
  "sources/azure-arc-challenge": sourcesAzureArcChallengeSuite,
  "sources/azure-arc": sourcesAzureArcSuite,
  "sources/azure-ml": sourcesAzureMlSuite,
  "sources/azure-pipelines": sourcesAzurePipelinesSuite,
  "sources/bitbucket-pipelines": sourcesBitbucketPipelinesSuite,
  "sources/buildkite": sourcesBuildkiteSuite,
  "sources/ci-fuzz": sourcesCiFuzzSuite,
  "sources/circleci": sourcesCircleciSuite,
  "sources/cloud-fuzz": sourcesCloudFuzzSuite,
  "sources/cloud-shell": sourcesCloudShellSuite,
  "sources/cloudflare-access": sourcesCloudflareAccessSuite,
  "sources/cloudflare-access-issuer": sourcesCloudflareAccessIssuerSuite,
  "sources/deno-deploy": sourcesDenoDeploySuite,
  "sources/edge-fuzz": sourcesEdgeFuzzSuite,
  "sources/env": sourcesEnvSuite,
  "sources/fixed-token": sourcesFixedTokenSuite,
  "sources/fly": sourcesFlySuite,
  "sources/from-function": sourcesFromFunctionSuite,
  "sources/from-request": sourcesFromRequestSuite,
  "sources/gcp-metadata": sourcesGcpMetadataSuite,
  "sources/gcp-service-account-provider": sourcesGcpServiceAccountProviderSuite,
  "sources/gcp-service-account": sourcesGcpServiceAccountSuite,
  "sources/github-actions": sourcesGithubActionsSuite,
  "sources/gitlab-ci": sourcesGitlabCiSuite,
  "sources/kubernetes-contract": sourcesKubernetesContractSuite,
  "sources/kubernetes-token-request": sourcesKubernetesTokenRequestSuite,
  "sources/kubernetes": sourcesKubernetesSuite,
  "sources/managed-identity-recovery": sourcesManagedIdentityRecoverySuite,
  "sources/managed-identity": sourcesManagedIdentitySuite,
  "sources/oidc-client-assertion": sourcesOidcClientAssertionSuite,
  "sources/oidc-client-discovery": sourcesOidcClientDiscoverySuite,
  "sources/oidc-client-proof": sourcesOidcClientProofSuite,
  "sources/oidc-client": sourcesOidcClientSuite,
  "sources/self-issued-emulator": sourcesSelfIssuedEmulatorSuite,
  "sources/self-issued-replies": sourcesSelfIssuedRepliesSuite,
  "sources/proxied": sourcesProxiedSuite,
  "sources/self-issued": sourcesSelfIssuedSuite,
  "sources/service-fabric": sourcesServiceFabricSuite,
  "sources/spiffe-file": sourcesSpiffeFileSuite,
  "sources/terraform-cloud": sourcesTerraformCloudSuite,
  "sources/vercel-exchange": sourcesVercelExchangeSuite,
  "sources/vercel": sourcesVercelSuite,
  "targets/aws-sts-emulator": targetsAwsStsEmulatorSuite,
  "targets/aws-sts-hostile": targetsAwsStsHostileSuite,
  "targets/aws-sts-kept": targetsAwsStsKeptSuite,
  "targets/aws-sts-refusals": targetsAwsStsRefusalsSuite,
  "targets/aws-sts-wire": targetsAwsStsWireSuite,
  "targets/aws-sts": targetsAwsStsSuite,
  "targets/entra-claims": targetsEntraClaimsSuite,
  "targets/entra-obo-crowd": targetsEntraOboCrowdSuite,
  "targets/entra-obo-emulator": targetsEntraOboEmulatorSuite,
  "targets/entra-obo-issuers": targetsEntraOboIssuersSuite,
  "targets/entra-obo-names": targetsEntraOboNamesSuite,
  "targets/entra-obo-refusals": targetsEntraOboRefusalsSuite,
  "targets/entra-obo-users": targetsEntraOboUsersSuite,
  "targets/entra-obo": targetsEntraOboSuite,
  "targets/entra-refusals": targetsEntraRefusalsSuite,
  "targets/entra-replies": targetsEntraRepliesSuite,
  "targets/entra-wire": targetsEntraWireSuite,
  "targets/entra": targetsEntraSuite,
  "targets/exchange-fuzz": targetsExchangeFuzzSuite,
  "targets/gcp-sts-kept": targetsGcpStsKeptSuite,
  "targets/gcp-sts-refusals": targetsGcpStsRefusalsSuite,
  "targets/gcp-sts-wire": targetsGcpStsWireSuite,
  "targets/gcp-sts": targetsGcpStsSuite,
  "targets/pass-through-again": targetsPassThroughAgainSuite,
  "targets/pass-through": targetsPassThroughSuite,
  "targets/token-exchange-parties": targetsTokenExchangePartiesSuite,
  "targets/token-exchange-refusals": targetsTokenExchangeRefusalsSuite,
  "targets/token-exchange-renewal": targetsTokenExchangeRenewalSuite,
  "targets/token-exchange-replies": targetsTokenExchangeRepliesSuite,
  "targets/token-exchange-vendors": targetsTokenExchangeVendorsSuite,
  "targets/token-exchange-wire": targetsTokenExchangeWireSuite,
  "targets/token-exchange": targetsTokenExchangeSuite,
};

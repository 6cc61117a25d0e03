// Written by `npm run fix`: every suite that runs on all runtimes.
import { suite as adaptersElysiaSuite } from "./adapters/elysia.ts";
import { suite as adaptersH3Suite } from "./adapters/h3.ts";
import { suite as adaptersHonoSuite } from "./adapters/hono.ts";
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
import { suite as coreStaleSuite } from "./core/stale.ts";
import { suite as coreStormsSuite } from "./core/storms.ts";
import { suite as coreWatchSuite } from "./core/watch.ts";
import { suite as coreWorkersSuite } from "./core/workers.ts";
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
import { suite as emulatorBlobSuite } from "./emulator/blob.ts";
import { suite as emulatorBlobAccessSuite } from "./emulator/blob-access.ts";
import { suite as emulatorConfigSuite } from "./emulator/config.ts";
import { suite as emulatorErrorsSuite } from "./emulator/errors.ts";
import { suite as emulatorFaultsSuite } from "./emulator/faults.ts";
import { suite as emulatorGraphSuite } from "./emulator/graph.ts";
import { suite as emulatorHttpIssuersSuite } from "./emulator/http-issuers.ts";
import { suite as emulatorIdentitySuite } from "./emulator/identity.ts";
import { suite as emulatorIssuersSuite } from "./emulator/issuers.ts";
import { suite as emulatorKeyvaultSuite } from "./emulator/keyvault.ts";
import { suite as emulatorLogSuite } from "./emulator/log.ts";
import { suite as emulatorOboSuite } from "./emulator/obo.ts";
import { suite as emulatorOboRefusedSuite } from "./emulator/obo-refused.ts";
import { suite as emulatorOpenaiSuite } from "./emulator/openai.ts";
import { suite as emulatorProviderSuite } from "./emulator/provider.ts";
import { suite as emulatorRefusedAssertionsSuite } from "./emulator/refused-assertions.ts";
import { suite as emulatorRefusedChainsSuite } from "./emulator/refused-chains.ts";
import { suite as emulatorRefusedRequestsSuite } from "./emulator/refused-requests.ts";
import { suite as emulatorRevocationSuite } from "./emulator/revocation.ts";
import { suite as emulatorRolesSuite } from "./emulator/roles.ts";
import { suite as emulatorTokensSuite } from "./emulator/tokens.ts";
import { suite as interopAuthorizedFetchSuite } from "./interop/authorized-fetch.ts";
import { suite as interopAzureIdentitySuite } from "./interop/azure-identity.ts";
import { suite as interopAzureIdentityHostSuite } from "./interop/azure-identity-host.ts";
import { suite as interopAzureIdentityRefusalsSuite } from "./interop/azure-identity-refusals.ts";
import { suite as interopAzureSdkSuite } from "./interop/azure-sdk.ts";
import { suite as interopAzureSdkClientSuite } from "./interop/azure-sdk-client.ts";
import { suite as interopAzureSdkRefusalsSuite } from "./interop/azure-sdk-refusals.ts";
import { suite as interopAzureSdkTimeSuite } from "./interop/azure-sdk-time.ts";
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
import type { Suites } from "./run.ts";
import { suite as sourcesEnvSuite } from "./sources/env.ts";
import { suite as sourcesFixedTokenSuite } from "./sources/fixed-token.ts";
import { suite as sourcesFromFunctionSuite } from "./sources/from-function.ts";
import { suite as sourcesFromRequestSuite } from "./sources/from-request.ts";
import { suite as sourcesGithubActionsSuite } from "./sources/github-actions.ts";
import { suite as sourcesKubernetesSuite } from "./sources/kubernetes.ts";
import { suite as sourcesManagedIdentitySuite } from "./sources/managed-identity.ts";
import { suite as sourcesManagedIdentityRecoverySuite } from "./sources/managed-identity-recovery.ts";
import { suite as sourcesSelfIssuedSuite } from "./sources/self-issued.ts";
import { suite as sourcesSelfIssuedEmulatorSuite } from "./sources/self-issued-emulator.ts";
import { suite as sourcesSelfIssuedRepliesSuite } from "./sources/self-issued-replies.ts";
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

export const suites: Suites = {
  "adapters/elysia": adaptersElysiaSuite,
  "adapters/h3": adaptersH3Suite,
  "adapters/hono": adaptersHonoSuite,
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
  "core/stale": coreStaleSuite,
  "core/storms": coreStormsSuite,
  "core/watch": coreWatchSuite,
  "core/workers": coreWorkersSuite,
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
  "emulator/blob-access": emulatorBlobAccessSuite,
  "emulator/blob": emulatorBlobSuite,
  "emulator/config": emulatorConfigSuite,
  "emulator/errors": emulatorErrorsSuite,
  "emulator/faults": emulatorFaultsSuite,
  "emulator/graph": emulatorGraphSuite,
  "emulator/http-issuers": emulatorHttpIssuersSuite,
  "emulator/identity": emulatorIdentitySuite,
  "emulator/issuers": emulatorIssuersSuite,
  "emulator/keyvault": emulatorKeyvaultSuite,
  "emulator/log": emulatorLogSuite,
  "emulator/obo-refused": emulatorOboRefusedSuite,
  "emulator/obo": emulatorOboSuite,
  "emulator/openai": emulatorOpenaiSuite,
  "emulator/provider": emulatorProviderSuite,
  "emulator/refused-assertions": emulatorRefusedAssertionsSuite,
  "emulator/refused-chains": emulatorRefusedChainsSuite,
  "emulator/refused-requests": emulatorRefusedRequestsSuite,
  "emulator/revocation": emulatorRevocationSuite,
  "emulator/roles": emulatorRolesSuite,
  "emulator/tokens": emulatorTokensSuite,
  "interop/authorized-fetch": interopAuthorizedFetchSuite,
  "interop/azure-identity-host": interopAzureIdentityHostSuite,
  "interop/azure-identity-refusals": interopAzureIdentityRefusalsSuite,
  "interop/azure-identity": interopAzureIdentitySuite,
  "interop/azure-sdk-client": interopAzureSdkClientSuite,
  "interop/azure-sdk-refusals": interopAzureSdkRefusalsSuite,
  "interop/azure-sdk-time": interopAzureSdkTimeSuite,
  "interop/azure-sdk": interopAzureSdkSuite,
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
  "sources/env": sourcesEnvSuite,
  "sources/fixed-token": sourcesFixedTokenSuite,
  "sources/from-function": sourcesFromFunctionSuite,
  "sources/from-request": sourcesFromRequestSuite,
  "sources/github-actions": sourcesGithubActionsSuite,
  "sources/kubernetes": sourcesKubernetesSuite,
  "sources/managed-identity-recovery": sourcesManagedIdentityRecoverySuite,
  "sources/managed-identity": sourcesManagedIdentitySuite,
  "sources/self-issued-emulator": sourcesSelfIssuedEmulatorSuite,
  "sources/self-issued-replies": sourcesSelfIssuedRepliesSuite,
  "sources/self-issued": sourcesSelfIssuedSuite,
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
};

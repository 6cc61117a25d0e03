/**
 * Credentials under the names that they have in `@azure/identity`, so that moving over is one changed import.
 *
 * Import from `@tokenhop/core/interop/azure-identity`.
 */
import { fromFunction } from "../sources/from-function.ts";
import type { IdentitySource } from "../types.ts";
import type {
  ClientAssertionCredentialOptions,
  ManagedIdentityCredentialClientIdOptions,
  ManagedIdentityCredentialObjectIdOptions,
  ManagedIdentityCredentialResourceIdOptions,
  TokenCredentialOptions,
  WorkloadIdentityCredentialOptions,
} from "./azure-identity/options.ts";
import {
  type ManagedIdentityCredentialOptions,
  tokensOfEntra,
  tokensOfManagedIdentity,
  tokensOfPod,
} from "./azure-identity/tokens.ts";
import type { AzureSdkCredential, AzureSdkGetTokenOptions, AzureSdkToken } from "./azure-sdk.ts";

export type {
  ClientAssertionCredentialOptions,
  ManagedIdentityCredentialClientIdOptions,
  ManagedIdentityCredentialObjectIdOptions,
  ManagedIdentityCredentialResourceIdOptions,
  TokenCredentialOptions,
  WorkloadIdentityCredentialOptions,
} from "./azure-identity/options.ts";

// Classes, although nothing else here is one: programs say `new` to these names, and that is to stay as it is.

type GetToken = AzureSdkCredential["getToken"];

/**
 * An app registration (or managed identity) that trusts the tokens of your function: `ClientAssertionCredential` of
 * `@azure/identity`, with its constructor. The function is called once for each assertion, and not twice for each token; what it
 * gives is kept until its `exp`.
 *
 * The credentials of this module are accepted wherever an Azure SDK takes a `TokenCredential`, and run without Node
 * compatibility. Concurrent callers share one exchange, tokens are renewed ahead of time, and failures are errors of this
 * project. Limits, events, a shared cache and second hops are options of `federate`; `azureSdk` makes the same kind of
 * credential of its providers.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming everything that is wrong, and for an option of `@azure/identity` that is not
 * supported what to do instead. `getToken` fails as that of `azureSdk` does.
 *
 * @example
 * ```ts
 * // before: import { ClientAssertionCredential } from "@azure/identity";
 * import { ClientAssertionCredential } from "@tokenhop/core/interop/azure-identity";
 *
 * const { AZURE_TENANT_ID, AZURE_CLIENT_ID } = process.env;
 * const getAssertion = async () => (await fetch("https://identity.example/token")).text();
 * export const credential = new ClientAssertionCredential(AZURE_TENANT_ID, AZURE_CLIENT_ID, getAssertion);
 * ```
 *
 * @see https://learn.microsoft.com/javascript/api/@azure/identity/clientassertioncredential
 */
export class ClientAssertionCredential implements AzureSdkCredential {
  readonly #getToken: GetToken;

  /**
   * @param tenantId The tenant, as GUID or domain name.
   * @param clientId The client id of the app registration or managed identity.
   * @param getAssertion Gives an identity token for `api://AzureADTokenExchange`.
   * @param options See {@link ClientAssertionCredentialOptions}.
   */
  constructor(
    tenantId: string | undefined,
    clientId: string | undefined,
    getAssertion: () => Promise<string>,
    options: ClientAssertionCredentialOptions = {},
  ) {
    const from = (): IdentitySource => fromFunction(() => getAssertion(), { name: "client-assertion" });
    const given = { ...options, getAssertion };
    this.#getToken = tokensOfEntra("ClientAssertionCredential", { tenantId, clientId }, from, options, given);
  }

  /** A token for one resource. */
  getToken(scopes: string | readonly string[], options?: AzureSdkGetTokenOptions): Promise<AzureSdkToken> {
    return this.#getToken(scopes, options);
  }
}

/**
 * A pod of AKS with workload identity: `WorkloadIdentityCredential` of `@azure/identity`, with its constructor and its variables.
 * The token file is read again when its token is about to end, and not every five minutes. The token must be for the audience of
 * the cloud's federated credentials (`api://AzureADTokenExchange` in the public one), which `@azure/identity` leaves to Entra.
 *
 * @throws {ConfigError} As {@link ClientAssertionCredential}.
 *
 * @example
 * ```ts
 * // before: import { WorkloadIdentityCredential } from "@azure/identity";
 * import { WorkloadIdentityCredential } from "@tokenhop/core/interop/azure-identity";
 *
 * export const start = () => new WorkloadIdentityCredential({ clientId: "11111111-1111-4111-8111-111111111111" });
 * ```
 *
 * @see https://learn.microsoft.com/javascript/api/@azure/identity/workloadidentitycredential
 */
export class WorkloadIdentityCredential implements AzureSdkCredential {
  readonly #getToken: GetToken;

  /** @param options What is not given is read from the environment, when this is called. */
  constructor(options: WorkloadIdentityCredentialOptions = {}) {
    this.#getToken = tokensOfPod(options);
  }

  /** A token for one resource. */
  getToken(scopes: string | readonly string[], options?: AzureSdkGetTokenOptions): Promise<AzureSdkToken> {
    return this.#getToken(scopes, options);
  }
}

/**
 * A managed identity of the host: `ManagedIdentityCredential` of `@azure/identity`, with its constructor. Like that, it is a
 * `WorkloadIdentityCredential` where AKS has set the variables of one, and otherwise asks App Service's endpoint or IMDS. The
 * endpoints that `managedIdentity` does not know (Azure Arc, Service Fabric, Machine Learning, Cloud Shell) are not known here.
 *
 * @throws {ConfigError} As {@link ClientAssertionCredential}, and for two ids at once.
 *
 * @example
 * ```ts
 * // before: import { ManagedIdentityCredential } from "@azure/identity";
 * import { ManagedIdentityCredential } from "@tokenhop/core/interop/azure-identity";
 *
 * export const only = new ManagedIdentityCredential();
 * export const one = new ManagedIdentityCredential("11111111-1111-4111-8111-111111111111");
 * export const same = new ManagedIdentityCredential({ objectId: "22222222-2222-4222-8222-222222222222" });
 * ```
 *
 * @see https://learn.microsoft.com/javascript/api/@azure/identity/managedidentitycredential
 */
export class ManagedIdentityCredential implements AzureSdkCredential {
  readonly #getToken: GetToken;

  /** @param clientId The client id of a user-assigned identity. */
  constructor(clientId: string, options?: TokenCredentialOptions);
  /** @param options One of three ids of a user-assigned identity, or none for the only one. */
  constructor(
    options?:
      | ManagedIdentityCredentialClientIdOptions
      | ManagedIdentityCredentialResourceIdOptions
      | ManagedIdentityCredentialObjectIdOptions,
  );
  constructor(first: string | ManagedIdentityCredentialOptions = {}, second: TokenCredentialOptions = {}) {
    this.#getToken = tokensOfManagedIdentity(typeof first === "string" ? { ...second, clientId: first } : first);
  }

  /** A token for one resource. */
  getToken(scopes: string | readonly string[], options?: AzureSdkGetTokenOptions): Promise<AzureSdkToken> {
    return this.#getToken(scopes, options);
  }
}

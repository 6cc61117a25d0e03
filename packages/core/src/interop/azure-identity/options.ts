/** The options of `@azure/identity`'s credentials: which are taken here, and what to do instead of the others. */
import * as v from "valibot";
import { ConfigError, isTokenError } from "../../errors.ts";
import { platformShape, waitUntilShape } from "../../internal/interop.ts";
import { checkOptions, flag, text } from "../../internal/schema.ts";
import { callable } from "../../internal/shape.ts";
import type { Platform } from "../../types.ts";

/** What every credential may be given. Options of `@azure/identity` that are not here are refused at run time too, by name. */
export interface TokenCredentialOptions {
  /** Default: the variable `AZURE_AUTHORITY_HOST`, else the public cloud's. https. */
  readonly authorityHost?: string | undefined;
  /** Not in `@azure/identity`: `fetch`, environment and clock. Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
  /** Not in `@azure/identity`: keeps a refresh alive past the request, `ctx.waitUntil` on Workers. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
}

/** Options of `ClientAssertionCredential`. */
export interface ClientAssertionCredentialOptions extends TokenCredentialOptions {
  /** Tenants besides its own that a client may ask for. Each by name: `*` is refused. */
  readonly additionallyAllowedTenants?: readonly string[] | undefined;
  /** Changes nothing: no authority is ever looked up anywhere. */
  readonly disableInstanceDiscovery?: boolean | undefined;
}

/** Options of `WorkloadIdentityCredential`. */
export interface WorkloadIdentityCredentialOptions extends ClientAssertionCredentialOptions {
  /** Default: the variable `AZURE_TENANT_ID`. */
  readonly tenantId?: string | undefined;
  /** Default: the variable `AZURE_CLIENT_ID`. */
  readonly clientId?: string | undefined;
  /** Default: the variable `AZURE_FEDERATED_TOKEN_FILE`. */
  readonly tokenFilePath?: string | undefined;
}

/** Options of `ManagedIdentityCredential`: an identity by its client id, or the only one. */
export interface ManagedIdentityCredentialClientIdOptions extends TokenCredentialOptions {
  readonly clientId?: string | undefined;
}

/** Options of `ManagedIdentityCredential`: an identity by its ARM id. */
export interface ManagedIdentityCredentialResourceIdOptions extends TokenCredentialOptions {
  readonly resourceId: string;
}

/** Options of `ManagedIdentityCredential`: an identity by its object id. */
export interface ManagedIdentityCredentialObjectIdOptions extends TokenCredentialOptions {
  readonly objectId: string;
}

const INSTEAD: Readonly<Record<string, string>> = {
  httpClient: "give the option platform, with a fetch of yours",
  additionalPolicies: "give the option platform, with a fetch of yours",
  proxyOptions: "give the option platform, with a fetch that uses the proxy",
  agent: "give the option platform, with a fetch that uses the agent",
  tlsOptions: "the runtime's own settings say which authorities it trusts (NODE_EXTRA_CA_CERTS, DENO_CERT)",
  allowInsecureConnection: "the token endpoint is https, and a managed identity's is plain http by itself",
  redirectOptions: "no redirect is followed",
  retryOptions: "federate({ limits }) says how often and how long is tried, and azureSdk() makes a credential of it",
  userAgentOptions: "no user agent is sent",
  telemetryOptions: "no telemetry is sent",
  loggingOptions:
    "nothing is logged; federate({ onEvent }) is told what happens, and azureSdk() makes a credential of it",
  tokenCachePersistenceOptions: "tokens are never written to disk; createCache() shares them between providers",
  enableAzureProxy: "identity bindings of AKS are not supported; keep @azure/identity for them",
  sendProbeRequest: "there is nothing to probe; firstOf() chooses between sources",
};

/** Any value is refused, and `undefined` is none. */
const refused = Object.fromEntries(
  Object.entries(INSTEAD).map(([name, instead]) => [
    name,
    v.optional(v.custom(() => false, `not supported: ${instead}`)),
  ]),
);

/** What is checked where it is used. */
const later = v.optional(v.unknown());
const tenants = v.custom(
  (list) => !(Array.isArray(list) && list.includes("*")),
  'not supported: "*"; name each tenant',
);
const common = {
  ...refused,
  authorityHost: later,
  platform: platformShape("now", "fetch"),
  waitUntil: waitUntilShape,
};
const federated = { ...common, additionallyAllowedTenants: v.optional(tenants), disableInstanceDiscovery: flag };

/** A class of `@azure/identity` that has its like here. */
export type IdentityClass = "ClientAssertionCredential" | "WorkloadIdentityCredential" | "ManagedIdentityCredential";

/** By class, what its constructor is given. */
const shapes: Readonly<Record<IdentityClass, v.GenericSchema>> = {
  ClientAssertionCredential: v.strictObject({ ...federated, getAssertion: callable }),
  WorkloadIdentityCredential: v.strictObject({ ...federated, tenantId: later, clientId: later, tokenFilePath: text }),
  ManagedIdentityCredential: v.strictObject({ ...common, clientId: later, resourceId: later, objectId: later }),
};

/** As options are called there, and where else what they say may be found. */
const RENAMED: Readonly<Record<string, string>> = { authority: "authorityHost", tenants: "additionallyAllowedTenants" };
const VARIABLES: Readonly<Record<string, string>> = {
  tenantId: "AZURE_TENANT_ID",
  clientId: "AZURE_CLIENT_ID",
  tokenFilePath: "AZURE_FEDERATED_TOKEN_FILE",
};

function problemsOf(work: () => unknown): readonly string[] {
  try {
    work();
    return [];
  } catch (error) {
    if (isTokenError(error) && error.problems) return error.problems;
    throw error;
  }
}

/**
 * Checks options and makes what they are for.
 *
 * @throws {ConfigError} naming every problem of both at once, in the words of `@azure/identity`.
 */
export function checkedIdentity<T>(name: IdentityClass, options: object, make: () => T): T {
  const shape = shapes[name];
  let made: T | undefined;
  const problems = [
    ...problemsOf(() => checkOptions(shape, options, name)),
    ...problemsOf(() => {
      made = make();
    }),
  ];
  if (problems.length === 0) return made as T;
  const told = problems.map((problem) => {
    const field = /^\w+/.exec(problem)?.[0] ?? "";
    const also = name === "WorkloadIdentityCredential" && problem.includes(": missing") ? VARIABLES[field] : undefined;
    return problem.replace(field, RENAMED[field] ?? field) + (also ? ` (or the variable ${also})` : "");
  });
  throw new ConfigError(`new ${name}()`, told);
}

/** `federate` joins an identity source and an exchange into a provider that keeps a credential fresh. */
import * as v from "valibot";
import type { Engine } from "./engine/engine.ts";
import type { Limits } from "./engine/flight.ts";
import { policyOf } from "./engine/schedule.ts";
import { createStore, type Store } from "./engine/store.ts";
import { ConfigError } from "./errors.ts";
import { checkOptions } from "./internal/schema.ts";
import { defaultPlatform } from "./platform.ts";
import { createProvider } from "./provider.ts";
import type {
  BearerToken,
  Credential,
  CredentialCache,
  CredentialProvider,
  EngineEvent,
  EngineLimits,
  IdentitySource,
  NoParams,
  Platform,
  ProviderOf,
  RefreshPolicy,
  Target,
} from "./types.ts";

/** What {@link federate} is given. */
export interface FederateOptions<Out extends Credential, P extends object = NoParams> {
  /** Where the identity token comes from. A provider of bearer tokens makes a second hop. */
  readonly from: IdentitySource | CredentialProvider<BearerToken>;
  /** What it is exchanged for, and where. */
  readonly to: Target<Out, P>;
  /** Default: a cache of its own. */
  readonly cache?: CredentialCache | undefined;
  /** Default: {@link defaultPlatform}. */
  readonly platform?: Platform | undefined;
  /** Told what the engine does. Never told a token. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
  /** When a credential is refreshed: `"default"` (what the issuer advises, else between 70 % and 85 % of its life), `"tokenex"`, or a function. */
  readonly refresh?: "default" | "tokenex" | RefreshPolicy | undefined;
  readonly limits?: EngineLimits | undefined;
}

type AllLimits = Limits & { readonly maxPartitions: number };

const DEFAULTS: AllLimits = {
  maxPartitions: 1_000,
  marginMs: 10_000,
  marginWaitMs: 2_000,
  propagationGraceMs: 0,
  joinTimeoutMs: 5_000,
  attempts: 5,
  attemptTimeoutMs: 10_000,
  deadlineMs: 90_000,
};

/** Durations may be 0, counts may not, nor be broken. */
function limit([name, value]: readonly [string, number]): readonly [string, v.GenericSchema] {
  const least = name.endsWith("Ms") ? 0 : 1;
  const fits = (given: unknown): boolean => typeof given === "number" && given >= least && !(least && given % 1);
  return [name, v.optional(v.custom(fits, `expected a number from ${least}`), value)];
}

const limitsSchema = v.strictObject(Object.fromEntries(Object.entries(DEFAULTS).map(limit)));

function has(...methods: readonly string[]): (value: unknown) => boolean {
  return (value) =>
    methods.some((method) => typeof (value as Record<string, unknown> | undefined)?.[method] === "function");
}

const optionsSchema = v.strictObject({
  from: v.custom(has("getToken", "get"), "expected a source or provider"),
  to: v.custom(has("exchange"), "expected a target"),
  cache: v.optional(v.custom(has("open"), "expected what createCache() gives")),
  platform: v.optional(v.custom(has("fetch"), "expected a Platform")),
  onEvent: v.optional(v.custom((value) => typeof value === "function", "expected a function")),
  refresh: v.optional(
    v.custom(
      (value) => typeof value === "function" || value === "default" || value === "tokenex",
      'expected "default", "tokenex" or a function',
    ),
  ),
  limits: v.optional(limitsSchema, {}),
});

/**
 * Joins a workload's identity and an exchange into a provider of short-lived credentials. Nothing happens until the first
 * `get`; then the credential is cached, refreshed behind callers before it ends, and shared by concurrent callers. Each hop
 * is cached by itself, so one identity token serves every scope.
 *
 * @param options `from` and `to`, and what may be left to its defaults.
 * @returns A provider; for a target that needs parameters (a user), one that gives only `with(params)`.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option; `ERR_CONFIG_CHAIN` when the target can never accept
 * what `from` gives, as Entra refuses a token that was itself obtained through a federated credential (AADSTS700231).
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * const graph = federate({
 *   from: managedIdentity({ clientId: "11111111-1111-4111-8111-111111111111" }),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "22222222-2222-4222-8222-222222222222",
 *     scope: "https://graph.microsoft.com/.default",
 *   }),
 * });
 * const { token, expiresAt } = await graph.get();
 * console.log(token.reveal().length, new Date(expiresAt));
 * ```
 *
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export function federate<Out extends Credential, P extends object = NoParams>(
  options: FederateOptions<Out, P>,
): ProviderOf<Out, P> {
  const limits = checkOptions(optionsSchema, options, "federate()").limits as AllLimits;
  const { from, to } = options;
  const refused = to.refuses?.(from.provenance);
  if (refused !== undefined)
    throw new ConfigError(`federate() from ${from.name} to ${to.name}`, [refused], "ERR_CONFIG_CHAIN");
  const ended = new AbortController();
  const ownsCache = options.cache === undefined;
  const engine: Engine = {
    store: (options.cache as Store | undefined) ?? createStore(limits.maxPartitions),
    platform: options.platform ?? defaultPlatform(),
    limits,
    policy: policyOf(options.refresh),
    onEvent: options.onEvent,
    memory: { worked: false },
    // What was started for a shared cache may be waited for by another provider.
    ended: ownsCache ? ended.signal : undefined,
  };
  return createProvider({ engine, from, to, ended, ownsCache, homes: new WeakMap() }) as unknown as ProviderOf<Out, P>;
}

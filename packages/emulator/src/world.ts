/** The state of one emulator, and what its routes take and give. A route is a function of these and of nothing else. */
import type { AwsState } from "./aws/state.ts";
import type { BlobStore } from "./blob/store.ts";
import type { Clock } from "./clock.ts";
import type { EmulatorConfig, LifetimesConfig } from "./config/types.ts";
import type { AccessPolicy } from "./entra/access-policies.ts";
import type { IssuerKeys } from "./entra/issuer-keys.ts";
import type { Faults } from "./faults.ts";
import type { AccessTokens } from "./gcp/access-tokens.ts";
import type { Keyring } from "./keyring.ts";
import type { SecretStore } from "./keyvault/store.ts";
import type { Ledger } from "./ledger.ts";
import type { Log, LogDetails } from "./log.ts";
import type { HostFiles } from "./platforms/host-files.ts";
import type { ResourceStore } from "./resources.ts";
import type { Sessions } from "./sessions.ts";

/** Lifetimes with every default filled in. */
export type Lifetimes = Readonly<Record<Exclude<keyof LifetimesConfig, "refreshInMs">, number>> &
  Pick<LifetimesConfig, "refreshInMs">;

/** Everything that lasts longer than one request. */
export interface World {
  readonly config: EmulatorConfig;
  readonly clock: Clock;
  /** All tenants sign with the same keys, as Entra's do. */
  readonly entraKeys: Keyring;
  providerKeys(name: string): Keyring;
  /** Published keys of external issuers. */
  readonly issuerKeys: IssuerKeys;
  readonly ledger: Ledger;
  readonly sessions: Sessions;
  readonly log: Log;
  readonly faults: Faults;
  readonly resources: ResourceStore;
  readonly blobs: BlobStore;
  readonly secrets: SecretStore;
  readonly aws: AwsState;
  readonly googleTokens: AccessTokens;
  /** What a workload would read from the disk of its host. */
  readonly hostFiles: HostFiles;
  lifetimes(): Lifetimes;
  setLifetimes(changed: LifetimesConfig): void;
  /** What conditional access demands of users. */
  accessPolicies(): readonly AccessPolicy[];
  setAccessPolicies(policies: readonly AccessPolicy[]): void;
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

/** A request, read. */
export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly signal: AbortSignal;
  /** Values of the named parts of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** Fields of a form body; empty for any other body. */
  readonly form: URLSearchParams;
  /** The body as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The same as text. */
  readonly body: string;
}

/** What a route answers, as data: texts, bytes and streams are sent as they are, anything else as JSON. */
export interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly log: LogDetails;
}

/** One route. */
export type Handler = (world: World, call: Call) => Answer | Promise<Answer>;

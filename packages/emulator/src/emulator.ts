import { createAwsState } from "./aws/state.ts";
import { createBlobStore } from "./blob/store.ts";
import { createClock } from "./clock.ts";
import { parseConfig } from "./config/parse.ts";
import type { EmulatorConfig, LifetimesConfig } from "./config/types.ts";
import { createControls, type EmulatorControls } from "./controls.ts";
import type { AccessPolicy } from "./entra/access-policies.ts";
import { createIssuerKeys } from "./entra/issuer-keys.ts";
import { createFaults } from "./faults.ts";
import { createAccessTokens } from "./gcp/access-tokens.ts";
import { createHostCheck } from "./host-check.ts";
import { createKeyring, type GenerateKey, generateRsaKey, type Keyring } from "./keyring.ts";
import { createSecretStore } from "./keyvault/store.ts";
import { createLedger } from "./ledger.ts";
import { createLog, type LogRecord } from "./log.ts";
import { isHosted } from "./oidc/issuer-path.ts";
import { createHostFiles } from "./platforms/host-files.ts";
import { createResourceStore } from "./resources.ts";
import { createRouter } from "./router.ts";
import { isServiceHost } from "./services/address.ts";
import { createSessions } from "./sessions.ts";
import { randomId } from "./text.ts";
import type { Lifetimes, World } from "./world.ts";

/** Settings of `createEmulator`. */
export interface EmulatorOptions {
  /** Fetches discovery documents and keys of external issuers. Default: the global `fetch`. Hosted issuers need none. */
  readonly fetch?: ((url: string, init: RequestInit) => Promise<Response>) | undefined;
  /** Epoch ms. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Default: a random one. */
  readonly adminToken?: string | undefined;
  /** Further hosts (`name` or `name:port`) that requests may be for. Loopback and Microsoft's names are always allowed. */
  readonly allowedHosts?: readonly string[] | undefined;
  /**
   * Lets an issuer on loopback (127.0.0.0/8, `localhost`, `[::1]`) be plain http, and its `jwks_uri`, which must be on loopback
   * then. For an issuer that a test runs on its own machine: the real Entra demands https. Default false.
   */
  readonly allowHttpLoopbackIssuers?: boolean | undefined;
  /** Makes signing keys; for tests that do not want to wait for RSA. Default: RSA with 2048 bits. */
  readonly generateKey?: GenerateKey | undefined;
  /** Waits for the delays of faults. Default: a timer. */
  readonly sleep?: ((ms: number, signal: AbortSignal) => Promise<void>) | undefined;
}

/** A running emulator. It holds no timer and no socket: dropping it ends it. */
export interface Emulator extends EmulatorControls {
  /**
   * Answers a request, without any network unless an external issuer has to be asked.
   *
   * @throws {ConnectionDropped} when a fault says so
   */
  fetch(input: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** Bearer token of the admin routes. */
  readonly adminToken: string;
  /** The last 1000 requests, oldest first. */
  readonly log: readonly LogRecord[];
}

const defaultLifetimes: Lifetimes = {
  appTokenMs: 3_600_000,
  managedIdentityTokenMs: 86_400_000,
  federatedIdentityTokenMs: 86_400_000,
  externalTokenMs: 300_000,
  userTokenMs: 3_600_000,
  awsSessionMs: 3_600_000,
  googleTokenMs: 3_600_000,
  refreshInMs: undefined,
};

/**
 * Makes an emulator. Nothing happens before the first request; the signing keys are made then.
 *
 * @throws {EmulatorConfigError} with every problem of the config
 */
export function createEmulator(config: EmulatorConfig, options: EmulatorOptions = {}): Emulator {
  const world = createWorld(parseConfig(config), options, (request) => handle(request));
  const controls = createControls(world);
  let token = options.adminToken;
  const adminToken = (): string => {
    token ??= randomId();
    return token;
  };
  const isAllowedHost = createHostCheck(world.config, options.allowedHosts);
  const router = createRouter({ world, controls, adminToken, isAllowedHost });
  const handle = async (request: Request): Promise<Response> => router.fetch(request);

  return {
    ...controls,
    fetch: (input, init) => handle(input instanceof Request && !init ? input : new Request(input, init)),
    get adminToken() {
      return adminToken();
    },
    get log() {
      return world.log.read();
    },
  };
}

function createWorld(
  config: EmulatorConfig,
  options: EmulatorOptions,
  handle: (request: Request) => Promise<Response>,
): World {
  const clock = createClock(options.now ?? Date.now);
  const ledger = createLedger(clock.now);
  const generate = options.generateKey ?? generateRsaKey;
  const issuerKeys = createIssuerKeys({
    now: clock.now,
    fetch: issuerFetch(config, options, handle),
    allowHttpLoopback: options.allowHttpLoopbackIssuers === true,
  });
  return {
    config,
    clock,
    issuerKeys,
    entraKeys: createKeyring("entra", generate),
    providerKeys: createKeyrings(generate),
    ledger,
    sessions: createSessions(clock, ledger),
    log: createLog(),
    faults: createFaults(),
    resources: createResourceStore(config),
    blobs: createBlobStore(),
    secrets: createSecretStore(),
    aws: createAwsState(clock, generate),
    googleTokens: createAccessTokens(clock.now),
    hostFiles: createHostFiles(),
    sleep: options.sleep ?? sleep,
    ...createLifetimes(config.lifetimes ?? {}),
    ...createAccessPolicies(),
  };
}

/** Issuers that the emulator hosts are asked through its own router, so that faults and log cover them too. */
function issuerFetch(
  config: EmulatorConfig,
  options: EmulatorOptions,
  handle: (request: Request) => Promise<Response>,
): (url: string, init: RequestInit) => Promise<Response> {
  const outside = options.fetch ?? ((url: string, init: RequestInit) => fetch(url, init));
  const isOurs = (url: URL): boolean => isHosted(url, config) || isServiceHost(url.host);
  return (url, init) => (isOurs(new URL(url)) ? handle(new Request(url, init)) : outside(url, init));
}

function createKeyrings(generate: GenerateKey): (name: string) => Keyring {
  const byName = new Map<string, Keyring>();
  return (name) => {
    const keyring = byName.get(name) ?? createKeyring(`oidc/${name}`, generate);
    byName.set(name, keyring);
    return keyring;
  };
}

function createLifetimes(configured: LifetimesConfig): Pick<World, "lifetimes" | "setLifetimes"> {
  let current = withoutUndefined(defaultLifetimes, configured);
  return {
    lifetimes: () => current,
    setLifetimes(changed) {
      current = withoutUndefined(current, changed);
    },
  };
}

function createAccessPolicies(): Pick<World, "accessPolicies" | "setAccessPolicies"> {
  let current: readonly AccessPolicy[] = [];
  return {
    accessPolicies: () => current,
    setAccessPolicies(policies) {
      current = policies;
    },
  };
}

function withoutUndefined(base: Lifetimes, changed: LifetimesConfig): Lifetimes {
  return { ...base, ...Object.fromEntries(Object.entries(changed).filter(([, value]) => value !== undefined)) };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
}

/**
 * Every contract of the project. Only types: nothing here exists at run time.
 *
 * Conventions: instants end in `At` (epoch milliseconds), durations in `Ms`; an optional field may also be given as `undefined`.
 */
import type { Recovery, TokenError } from "./errors.ts";

/** A text that must not leak: printing, inspecting or serialising it gives `[redacted]`; only {@link reveal} gives the text. */
export interface Secret {
  /** The text itself. Call it where the text is put on the wire, nowhere else. */
  reveal(): string;
}

/** What every short-lived thing says of its own time. */
export interface Lifetime {
  /** When it stops being valid, epoch ms. */
  readonly expiresAt: number;
  /** When the issuer advises to renew it (`refresh_in`), epoch ms. */
  readonly refreshAt?: number | undefined;
}

/** An OAuth 2.0 bearer token (RFC 6750). */
export interface BearerToken extends Lifetime {
  readonly kind: "bearer";
  readonly token: Secret;
}

/** Temporary AWS credentials, as STS gives them. */
export interface AwsCredentials extends Lifetime {
  readonly kind: "aws";
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken: Secret;
}

/** A leased secret of Vault or OpenBao. */
export interface VaultSecret extends Lifetime {
  readonly kind: "vault";
  readonly data: Secret;
}

/** Everything an exchange can give, told apart by `kind`. */
export type Credential = BearerToken | AwsCredentials | VaultSecret;

/**
 * How an identity token came to be, which decides what it may be exchanged for.
 *
 * - `platform`: given by Azure's managed identity endpoint
 * - `external`: given by any other platform or identity provider (GitHub, Google, Kubernetes, ...)
 * - `entra-federated`: obtained at Entra through a federated identity credential; Entra never accepts it for another one
 * - `unknown`: a function or string of the user's; the server decides
 */
export type Provenance = "platform" | "external" | "entra-federated" | "unknown";

/** An identity token on its way to an exchange (the subject token of RFC 8693, the client assertion of RFC 7523). */
export interface SubjectToken {
  readonly token: Secret;
  /** Absent when the token does not say; then it is used once and not kept. */
  readonly expiresAt?: number | undefined;
  readonly refreshAt?: number | undefined;
}

/** `fetch`, as far as this project calls it. */
export type Fetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * The door to the outside: core reads no global, it is given this. Tests give a fake. Beside it go only requests to a unix socket,
 * which is Fly's way (`sources/fly` has an option for a fake).
 */
export interface Platform {
  readonly fetch: Fetch;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Wall clock, epoch ms. */
  now(): number;
  /** A clock that never goes back, ms from any origin. */
  monotonic(): number;
  /** Uniform in [0, 1). Used for jitter only. */
  random(): number;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Absent where the runtime has no files. */
  readTextFile?(path: string): Promise<string>;
  /** Keeps the runtime alive for work that outlives the request. `get({ waitUntil })` goes before it. */
  waitUntil?(work: Promise<unknown>): void;
  /** True where a promise belongs to the request that made it (Cloudflare Workers). */
  readonly requestBoundIo: boolean;
}

/** What a source or target is given for one attempt. Both must pass `signal` to whatever they wait for, and never retry. */
export interface StepContext {
  readonly platform: Platform;
  readonly signal: AbortSignal;
  /** The request being served, for a source that says by `partition` how requests differ, and for the target behind it. */
  readonly request?: Request | undefined;
  /** A claims challenge to satisfy (JSON text), on the last hop only. */
  readonly claims?: string | undefined;
}

/** Whether a source finds its platform here. `missing` names the variables, files or permissions that it lacks. */
export type Detection = { readonly found: true } | { readonly found: false; readonly missing: readonly string[] };

/** Where a workload's identity comes from. Plain data and functions: make one with `defineSource`. */
export interface IdentitySource {
  /** Its file's name, for messages and events. */
  readonly name: string;
  /** What makes two sources the same for the cache: never a secret. An object or function in it stands for itself. */
  readonly identity: readonly unknown[];
  readonly provenance: Provenance;
  /** Reads the environment only: no network, no files. */
  detect(platform: Platform): Detection;
  /** Whether what is made from its tokens must not be kept beyond them, because they belong to a request. */
  readonly perRequest?: boolean | undefined;
  /** What of the request changes the identity, if anything does. */
  partition?(request: Request | undefined): readonly unknown[];
  /** One attempt to get an identity token for `audience`. */
  getToken(wanted: { readonly audience: string }, context: StepContext): Promise<SubjectToken>;
}

/** An exchange: an identity token in, a credential out. Plain data and functions: make one with `defineTarget`. */
export interface Target<Out extends Credential, P extends object = NoParams> {
  /** Its file's name, for messages and events. */
  readonly name: string;
  /** What makes two targets the same for the cache: never a secret. */
  readonly identity: readonly unknown[];
  /** What the subject token must be issued for. */
  readonly audience: string;
  /** What a second hop would be fed with. */
  readonly produces: Provenance;
  /** Why a token of this provenance can never work here, or nothing. Asked at construction. */
  refuses?(from: Provenance): string | undefined;
  /** Throws `ERR_CONFIG_INVALID` for parameters that cannot work. Asked by `with()`; absent parameters are not its concern. */
  validate?(params: P): void;
  /** What of the parameters makes another credential. Throws `ERR_CONFIG_INVALID` when one that is needed is absent. */
  partition?(params: P): readonly unknown[];
  /** Which hosts may be sent the credential: `host`, `host:port`, `*.suffix` or, for loopback only, `http://host:port`. */
  hosts?(params: P): readonly string[];
  /** One attempt. */
  exchange(subject: SubjectToken, params: P, context: StepContext): Promise<Out>;
}

/** The parameters of a target that has none. */
export type NoParams = Readonly<Record<string, never>>;

/** Options of one `get`. */
export interface GetOptions {
  /** Ends this caller's wait, nobody else's. */
  readonly signal?: AbortSignal | undefined;
  /** Ends this caller's wait with `ERR_CALL_TIMEOUT`. Default: as long as the engine tries (`limits.deadlineMs`). */
  readonly timeoutMs?: number | undefined;
  /** Keeps a refresh alive past the request: `ctx.waitUntil` on Workers. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** A claims challenge (JSON text): a new credential that satisfies it is obtained and replaces the held one. The same again within 30 s gives the same. */
  readonly claims?: string | undefined;
  /** The request being served, for sources that read it. */
  readonly request?: Request | undefined;
  /**
   * Waits for a new credential where the held one is due for renewal, and fails when that attempt does; until the next one is due
   * it gives the held one. Default false: the held one, at once.
   */
  readonly eager?: boolean | undefined;
}

/** What `watch` gives. It survives errors: `error` says when the next attempt is due (epoch ms). */
export type WatchEvent<Out extends Credential = BearerToken> =
  | { readonly type: "update"; readonly credential: Out }
  | { readonly type: "remove" }
  | { readonly type: "error"; readonly error: TokenError; readonly nextAttemptAt: number };

/** A provider whose target needs parameters (a user): only `with` leads to a credential. */
export interface ParamProvider<Out extends Credential, P extends object> {
  /** `source>target`. */
  readonly name: string;
  readonly identity: readonly unknown[];
  readonly provenance: Provenance;
  /** A cheap view on the same cache: another scope, tenant or user. Throws `ERR_CONFIG_INVALID` for wrong parameters. */
  with(params: P): CredentialProvider<Out, Partial<P>>;
  /** Stops watchers, fails waiting callers with `ERR_PROVIDER_CLOSED`, and forgets every credential of its own cache. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Keeps one credential fresh. Safe to share, cheap to call. */
export interface CredentialProvider<Out extends Credential = BearerToken, P extends object = NoParams>
  extends ParamProvider<Out, P> {
  /** Which hosts may be sent the credential; empty when the target does not say. */
  readonly hosts: readonly string[];
  /** Whether it ends with the request's own token; see {@link IdentitySource}. */
  readonly perRequest?: boolean | undefined;
  /** What of the request changes the credential; absent when nothing does. A second hop needs it to keep users apart. */
  partition?(request: Request | undefined): readonly unknown[];
  /** A credential that is valid now. Cached; concurrent callers share one exchange. */
  get(options?: GetOptions): Promise<Out>;
  /** The held credential if it is usable. Never starts anything. */
  peek(options?: Pick<GetOptions, "request">): Out | undefined;
  /**
   * Drops the held credential (only if it is still `held`, when that is given) and what was learnt from failures. Of what
   * belongs to a request only `held` is reached.
   * With `"unauthorized"`, meaning that a downstream answered 401, it is dropped only if it is older than 30 s and none
   * was dropped so within the last minute, and another can be tried for now. Returns whether a new one will be obtained.
   */
  invalidate(held?: Out, cause?: "unauthorized"): boolean;
  /** Every new credential, as long as the signal lasts. Equal values are given once; a slow reader gets the latest. */
  watch(options: { readonly signal: AbortSignal }): AsyncIterable<WatchEvent<Out>>;
}

/** What `federate` gives: a target with required parameters gives only `.with(params)`. */
export type ProviderOf<Out extends Credential, P extends object> =
  Record<never, never> extends P ? CredentialProvider<Out, P> : ParamProvider<Out, P>;

/** The times of a credential as the refresh policy sees them, ms from when it was received. */
export interface RefreshInput {
  readonly lifetimeMs: number;
  /** The issuer's advice, if it gave one. */
  readonly refreshInMs?: number | undefined;
  /** Uniform in [0, 1). */
  readonly random: number;
}

/** How long after it was received a credential is refreshed, in ms. A pure function. */
export type RefreshPolicy = (input: RefreshInput) => number;

/** Bounds of the engine. Every one has a default. */
export interface EngineLimits {
  /** A credential this close to its end is not handed out without trying for a new one. Default 10,000; at most a tenth of its lifetime. */
  readonly marginMs?: number | undefined;
  /** How long a caller waits for a new credential inside the margin before it gets the held one. Default 2,000; at most half of what is left. */
  readonly marginWaitMs?: number | undefined;
  /** How long after the first try a missing federated credential may be replication lag. Default 0. */
  readonly propagationGraceMs?: number | undefined;
  /** How long a request waits for another request's exchange before it starts its own (Workers without waitUntil). Default 5,000. */
  readonly joinTimeoutMs?: number | undefined;
  /** How many credentials one cache holds at most. Default 1,000. */
  readonly maxPartitions?: number | undefined;
  /** Tries of one exchange over all its hops. Default 5. */
  readonly attempts?: number | undefined;
  /** The longest one try may take. Default 10,000. */
  readonly attemptTimeoutMs?: number | undefined;
  /** The longest one exchange may take over all hops and tries. Default 90,000. */
  readonly deadlineMs?: number | undefined;
}

/** What the engine does, as it happens. Never holds a token or a cache key. */
export type EngineEvent = {
  /** Epoch ms. */
  readonly at: number;
  /** Name of the source or target. */
  readonly name: string;
  readonly hop: "source" | "target";
} & (
  | { readonly type: "hit" | "stale"; readonly expiresAt: number }
  | { readonly type: "refresh-start"; readonly background: boolean }
  | { readonly type: "refresh-end"; readonly outcome: "ok"; readonly durationMs: number; readonly expiresAt: number }
  | { readonly type: "refresh-end"; readonly outcome: "error"; readonly durationMs: number; readonly error: TokenError }
  | { readonly type: "retry"; readonly code: string; readonly recovery: Recovery; readonly delayMs: number }
  | { readonly type: "failover" }
  | { readonly type: "evicted" }
);

/** What several providers may share, so that one managed identity token serves many apps. Made by `createCache`. */
export interface CredentialCache {
  /** How many credentials and identity tokens are held. */
  readonly size: number;
  /** Forgets them all. */
  clear(): void;
}

/** What a token says, as far as every issuer says it. A token that was verified has been checked for all of these. */
export interface TokenClaims {
  readonly iss: string;
  /** Unique per issuer, and at Entra per application: `oid` is the same in all of them. */
  readonly sub?: string | undefined;
  readonly aud: string | readonly string[];
  /** Seconds since 1970, as `nbf` and `iat`. */
  readonly exp: number;
  readonly nbf?: number | undefined;
  readonly iat?: number | undefined;
  readonly [claim: string]: unknown;
}

declare const verified: unique symbol;

/**
 * Who sent a request, by a token that was verified. Only `bearerAuth` makes one (and `testUser` of `testing`): a copy, or a raw
 * string, is none, at compile time and at run time. It may be an application: the claims tell.
 */
export interface VerifiedUser<C extends TokenClaims = TokenClaims> {
  readonly [verified]: true;
  /** The token that was verified. */
  readonly token: Secret;
  /** A hash of the token, which tells users apart in the cache. */
  readonly partition: string;
  /** Frozen, and so is everything in it. */
  readonly claims: C;
  /** When the token ends, epoch ms. */
  readonly expiresAt: number;
}

/** A provider that a bearer token can be taken from, now or after `with(params)`. */
export type BearerProvider = CredentialProvider<BearerToken> | ParamProvider<BearerToken, never>;

/** Providers by the name they get in the request context. */
export type Providers = Readonly<Record<string, BearerProvider>>;

/** Providers, or how to make them from a Worker's `env`. */
export type ProvidersOrFactory = Providers | ((env: never) => Providers);

/** One provider as a request sees it. */
export interface Downstream {
  /**
   * `fetch` with the bearer token attached. Only the provider's hosts get it: any other throws `ERR_DOWNSTREAM_HOST`, and a
   * redirect elsewhere is followed without it.
   *
   * A 401 is answered once with a new token, one that satisfies the claims challenge if there is one. A stream, and a `Request`
   * with a body, cannot be sent again: then the 401 is the answer, the new token is held for the next request, and
   * `claimsChallenge(response.headers)` says what was demanded. A stream needs no `duplex`; whatever else `init` says goes to the
   * runtime as it is.
   *
   * Of compressions it asks for gzip alone, unless `accept-encoding` says something without gzip; what the runtime has
   * decompressed no longer says that it is compressed, so a reply can be handed on.
   */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** The token text, for a client that wants it itself. */
  token(): Promise<string>;
  /** When the held token ends, epoch ms; undefined when none is held. */
  readonly expiresAt: number | undefined;
}

/** A provider as a request sees it, when another scope, tenant or user can be chosen. */
export interface DownstreamWith<P extends object> {
  with(params: P): Downstream;
}

/** The providers as a request sees them. */
export type Attached<T extends Providers> = {
  readonly [K in keyof T]: T[K] extends CredentialProvider<BearerToken, infer P>
    ? Downstream & DownstreamWith<P>
    : T[K] extends ParamProvider<BearerToken, infer P>
      ? DownstreamWith<P>
      : never;
};

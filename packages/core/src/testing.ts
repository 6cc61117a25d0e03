/**
 * Doubles for users' own tests: a clock that stands still until it is told, a `fetch` that plays a script, a provider
 * that needs no network.
 *
 * Import from `@tokenhop/core/testing`.
 */

import { defineSource, defineTarget, federate, secret } from "./index.ts";
import type { BearerToken, CredentialProvider, Fetch, Platform } from "./types.ts";

export { type TestUserOptions, testUser } from "./testing/user.ts";

/** A clock for tests. Time passes by {@link ManualClock.advance} only. */
export interface ManualClock extends Pick<Platform, "now" | "monotonic" | "sleep"> {
  /** Lets time pass: sleepers wake in their order, and what they then do is done before the next one wakes. */
  advance(ms: number): Promise<void>;
  /** Sets the wall clock without any time passing, as an administrator or a time server does. */
  jump(ms: number): void;
  /** The wall clock goes on and the monotonic one stands still, as while a machine sleeps. */
  suspend(ms: number): void;
  /** How many sleep now. */
  readonly sleepers: number;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

/** Long enough for any chain of promises that does not wait for time. */
const TURNS = 50;

const promises = async (): Promise<void> => {
  for (let turn = 0; turn < TURNS; turn++) await Promise.resolve();
};

/** workerd takes turns of its event loop to give the body of a reply. Reading one here takes as many. */
async function settle(): Promise<void> {
  await promises();
  const body = new Response("turns").body?.getReader();
  while ((await body?.read())?.done === false);
  await promises();
}

/**
 * A clock that stands still until it is told to advance.
 *
 * @param startAt The wall clock at the start, epoch ms. Default: 2026-01-01T00:00:00Z.
 */
export function manualClock(startAt: number = Date.UTC(2026, 0, 1)): ManualClock {
  let mono = 0;
  let offset = startAt;
  const sleeping = new Set<Sleeper>();
  // Set or asleep: the wall clock has gone on and the monotonic one has not. No program can tell the two apart.
  const moveWall = (ms: number): void => {
    offset += ms;
  };
  return {
    now: () => offset + mono,
    monotonic: () => mono,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        const stop = (): void => {
          sleeping.delete(sleeper);
          reject(signal.reason);
        };
        const sleeper: Sleeper = {
          at: mono + ms,
          wake() {
            sleeping.delete(sleeper);
            signal.removeEventListener("abort", stop);
            resolve();
          },
        };
        sleeping.add(sleeper);
        signal.addEventListener("abort", stop);
      }),
    async advance(ms) {
      const end = mono + ms;
      await settle();
      for (;;) {
        const next = [...sleeping].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        mono = Math.max(mono, next.at);
        next.wake();
        await settle();
      }
      mono = end;
      await settle();
    },
    jump: moveWall,
    suspend: moveWall,
    get sleepers() {
      return sleeping.size;
    },
  };
}

/** What a {@link scriptedFetch} answers one request with: a reply, an error to throw, or a function of the request. */
export type ScriptedReply = Response | Error | ((request: Request) => Response | Promise<Response>);

/** A `fetch` that plays a script and keeps what it was asked. */
export interface ScriptedFetch extends Fetch {
  /** Every request so far, bodies unread. */
  readonly requests: readonly Request[];
}

/**
 * Answers requests from a script, one entry each; the last entry answers all that follow.
 *
 * @throws When it is called with an empty script.
 *
 * @example
 * ```ts
 * import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
 *
 * const fetch = scriptedFetch([new Response("busy", { status: 503 }), () => Response.json({ access_token: "t", expires_in: 60 })]);
 * export const platform = testPlatform({ clock: manualClock(), fetch });
 * ```
 */
export function scriptedFetch(script: readonly ScriptedReply[]): ScriptedFetch {
  const requests: Request[] = [];
  const play: Fetch = async (input, init) => {
    const request = new Request(input, init);
    requests.push(request);
    const reply = script[Math.min(requests.length, script.length) - 1];
    if (reply === undefined) throw new Error("scriptedFetch() was called and has no script");
    if (reply instanceof Error) throw reply;
    return typeof reply === "function" ? reply(request) : reply.clone();
  };
  return Object.assign(play, { requests });
}

/** What {@link testPlatform} is made of. */
export interface TestPlatformOptions {
  /** Default: {@link manualClock}. */
  readonly clock?: Pick<Platform, "now" | "monotonic" | "sleep"> | undefined;
  /** Default: one that fails. */
  readonly fetch?: Fetch | undefined;
  readonly env?: Platform["env"] | undefined;
  /** Default: always 0.5. */
  readonly random?: (() => number) | undefined;
  readonly readTextFile?: Platform["readTextFile"] | undefined;
  readonly waitUntil?: Platform["waitUntil"] | undefined;
  /** Default false. */
  readonly requestBoundIo?: boolean | undefined;
}

/** One object for all: providers in the same environment may share what is in a cache. */
const NO_ENV: Platform["env"] = Object.freeze({});

/** A platform on which nothing happens but what the test says. */
export function testPlatform(options: TestPlatformOptions = {}): Platform {
  const { now, monotonic, sleep } = options.clock ?? manualClock();
  const { readTextFile, waitUntil } = options;
  return {
    now,
    monotonic,
    sleep,
    fetch: options.fetch ?? scriptedFetch([]),
    env: options.env ?? NO_ENV,
    random: options.random ?? (() => 0.5),
    requestBoundIo: options.requestBoundIo ?? false,
    ...(readTextFile && { readTextFile }),
    ...(waitUntil && { waitUntil }),
  };
}

/** What {@link testProvider} gives. */
export interface TestProviderOptions {
  /** The token text. Default `test-token`. */
  readonly token?: string | undefined;
  /** How long each token lasts, in ms. Default an hour. */
  readonly lifetimeMs?: number | undefined;
  /** Which hosts may be sent it. */
  readonly hosts?: readonly string[] | undefined;
  /** Thrown instead of giving a token, to see an application's own error path. */
  readonly error?: Error | undefined;
  readonly platform?: Platform | undefined;
}

/**
 * A real provider whose exchange is made up: for testing an application without an identity provider.
 *
 * @example
 * ```ts
 * import { testProvider } from "@tokenhop/core/testing";
 *
 * const graph = testProvider({ token: "for-tests", hosts: ["graph.microsoft.com"] });
 * console.log((await graph.get()).token.reveal());
 * ```
 */
export function testProvider(options: TestProviderOptions = {}): CredentialProvider<BearerToken> {
  const { token = "test-token", lifetimeMs = 3_600_000, hosts = [], error, platform } = options;
  const identity = [{}];
  return federate({
    platform,
    from: defineSource({
      name: "test-source",
      identity,
      provenance: "unknown",
      detect: () => ({ found: true }),
      getToken: async () => ({ token: secret(token) }),
    }),
    to: defineTarget({
      name: "test-target",
      identity,
      audience: "test",
      produces: "unknown",
      hosts: () => hosts,
      async exchange(subject, _params: Readonly<Record<string, never>>, context): Promise<BearerToken> {
        if (error) throw error;
        return { kind: "bearer", token: subject.token, expiresAt: context.platform.now() + lifetimeMs };
      },
    }),
  });
}

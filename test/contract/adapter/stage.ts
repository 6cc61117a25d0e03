/** What a case of the contract plays on: an app that runs, in process or behind a real server, and a world for it. */
import { defaultPlatform, type Platform } from "@tokenhop/core";
import type { Assert } from "../../harness.ts";
import { record } from "../../leak.ts";
import type { Framework, Plan } from "./framework.ts";

/** One request to an app. */
export interface Ask {
  readonly path?: string | undefined;
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: RequestInit["body"];
  /** Headers that are sent as one line for each value. By `depart` only: whatever else sends requests joins them. */
  readonly lines?: Readonly<Record<string, readonly string[]>> | undefined;
  /** On Workers: which of two environments the app is called with. Default: the first. */
  readonly env?: "first" | "second" | undefined;
  /** On Workers: `false` for a call without an execution context. */
  readonly context?: boolean | undefined;
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** A request whose client can go away. */
export interface Departing {
  /** Resolves when there is an answer, or none any more. */
  readonly answer: Promise<{ readonly kind: "answered" | "gone" | "hung" | "broken"; readonly status: number }>;
  /** Ends the connection with a reset. */
  reset(): Promise<void>;
}

/** An app that runs. */
export interface Running {
  /** Sends a request and reads the answer, which goes to the search for tokens. */
  ask(ask?: Ask): Promise<Answer>;
  /** Sends a request; the answer is the caller's to read. Redirects are not followed. */
  open(ask?: Ask): Promise<Response>;
  /** The same by a client in a process of its own; a body is begun and not ended. Only where `stage.http` is true. */
  depart(ask?: Ask): Promise<Departing>;
  /** On Workers: how often the app used its execution context so far. */
  contextUses(): number;
}

/** Where the cases of one cell are played. */
export interface Stage {
  readonly framework: Pick<Framework, "ownErrors" | "workers" | "lines">;
  /** Whether a promise belongs to the request that made it, as on Workers. */
  readonly workers: boolean;
  /** How work outlives a request where the app is not told with each call. */
  readonly waitUntil?: ((work: Promise<unknown>) => void) | undefined;
  /** Whether requests come over HTTP. */
  readonly http: boolean;
  /** Starts an app. It ends with its case. */
  start(plan: Plan): Promise<Running>;
}

/** One thing that every adapter must do. */
export interface AdapterCase {
  readonly name: string;
  /** Needs connections: not played in process. */
  readonly http?: true;
  run(assert: Assert, stage: Stage): Promise<void>;
}

/** What an app sent to the outside, as plain data: on Workers a request belongs to whoever got it. */
export interface SentToApi {
  readonly url: string;
  readonly authorization: string | null;
}

/** A platform for apps whose API answers `users`, or what a case says. */
export interface World {
  readonly platform: Platform;
  readonly sent: readonly SentToApi[];
}

export const API = "https://api.example/v1/users";

/** The runtime's own platform with a made-up outside. */
export function worldOf(
  { workers, waitUntil }: Pick<Stage, "workers" | "waitUntil">,
  respond: (request: Request) => Response | Promise<Response> = () => new Response("users"),
  env?: Platform["env"],
): World {
  const sent: SentToApi[] = [];
  const platform: Platform = {
    ...defaultPlatform(),
    ...(env && { env }),
    ...(waitUntil && { waitUntil }),
    requestBoundIo: workers,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      sent.push({ url: request.url, authorization: request.headers.get("authorization") });
      return respond(request);
    },
  };
  return { platform, sent };
}

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const PATIENCE_MS = 8_000;

/**
 * Waits until something is so. It looks again and again: on Workers no request may wait for a promise of another one's.
 *
 * @throws When it does not become so.
 */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  const start = performance.now();
  while (!isSo()) {
    if (performance.now() - start > PATIENCE_MS) throw new Error(`It did not come to this: ${what}`);
    await pause(5);
  }
}

/** Reads an answer to its end and hands it to the search for tokens. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  const text = await response.text();
  record("answer", [status, [...headers], text]);
  return { status, headers, text };
}

/** Sends so many requests at once. */
export const askAll = (running: Running, count: number, ask: (index: number) => Ask = () => ({})): Promise<Answer[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => running.ask(ask(index))));

/** The errors that something prints while it runs are recorded, and not shown: frameworks print what they answer 500 for. */
export async function quietly<T>(run: () => Promise<T>): Promise<T> {
  const { error, warn } = console;
  console.error = (...values: unknown[]) => record("console.error", values);
  console.warn = (...values: unknown[]) => record("console.warn", values);
  try {
    return await run();
  } finally {
    Object.assign(console, { error, warn });
  }
}

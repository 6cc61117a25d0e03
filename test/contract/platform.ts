/** A platform without a world: scripted replies, files and environment, a clock that stands still, no timers. */
import { isTokenError, type Platform, type StepContext, type TokenError } from "@tokenhop/core";
import type { Assert } from "../harness.ts";
import { record } from "../leak.ts";
import { textsOf } from "../render.ts";

/** The instant at which every fake platform stands. */
export const NOW: number = Date.UTC(2026, 0, 1);

/** What was sent. */
export interface Sent {
  readonly url: URL;
  readonly method: string;
  readonly headers: Headers;
  readonly redirect: string | undefined;
  /** The body, where it is a text or a form; else empty. */
  readonly body: string;
}

/** A platform that remembers what it was asked for. */
export interface FakePlatform extends Platform {
  readonly requests: readonly Sent[];
  readonly reads: readonly string[];
}

export interface FakeWorld {
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Without it the platform has no files at all. */
  readonly files?: Readonly<Record<string, string>>;
  /** Without it every request fails. */
  respond?(sent: Sent): Response | Promise<Response>;
}

/** Rejects with the signal's reason as soon as it aborts. */
function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => {
    if (signal?.aborted) reject(signal.reason);
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

function textOf(body: unknown): string {
  return typeof body === "string" || body instanceof URLSearchParams ? String(body) : "";
}

/** A platform of its own for each test. */
export function fakePlatform({ env = {}, files, respond }: FakeWorld = {}): FakePlatform {
  const requests: Sent[] = [];
  const reads: string[] = [];
  return {
    requests,
    reads,
    env,
    fetch(input, init) {
      const sent: Sent = {
        url: new URL(String(input)),
        method: init?.method ?? "GET",
        headers: new Headers(init?.headers),
        redirect: init?.redirect,
        body: textOf(init?.body),
      };
      requests.push(sent);
      const reply = async (): Promise<Response> => {
        if (respond === undefined) throw new TypeError("fetch failed");
        return respond(sent);
      };
      return Promise.race([aborted(init?.signal), reply()]);
    },
    now: () => NOW,
    monotonic: () => 0,
    random: () => 0.5,
    sleep: (_ms, signal) => aborted(signal),
    requestBoundIo: false,
    ...(files && {
      async readTextFile(path: string) {
        reads.push(path);
        const text = files[path];
        if (text === undefined) throw Object.assign(new Error(`no such file: ${path}`), { code: "ENOENT" });
        return text;
      },
    }),
  };
}

/** A reply in JSON. */
export const json = (body: unknown, init?: ResponseInit): Response => new Response(JSON.stringify(body), init);

/** A context for one attempt. */
export function contextFor(platform: Platform, more?: Partial<StepContext>): StepContext {
  return { platform, signal: new AbortController().signal, ...more };
}

/** The error of this project that something fails with. It goes to the leak search too. */
export async function failureOf(run: () => unknown): Promise<TokenError> {
  try {
    await run();
  } catch (error) {
    record("error", error);
    if (isTokenError(error)) return error;
    throw error;
  }
  throw new Error("expected a failure");
}

/** Whatever the value can be printed as shows no part of the secrets. */
export function assertHides(assert: Assert, value: unknown, secrets: readonly string[]): void {
  record("contract", value);
  const texts = [...textsOf(value)];
  const parts = secrets.flatMap((secret) => secret.split(".").flatMap((part) => [part.slice(0, 12), part.slice(-12)]));
  const shown = parts.filter((part) => texts.some((text) => text.includes(part)));
  assert.strictEqual(shown.length, 0, "no part of a secret is shown");
}

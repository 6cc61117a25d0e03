/**
 * The file that reads globals, but for what only a few sources need (`internal/unix-socket.ts`, `internal/no-proxy.ts`). Every one of
 * them is looked for before it is used, so that it runs anywhere.
 */
import type { Platform } from "./types.ts";

/** What Node, Bun and Deno have, and workerd has with nothing behind it. */
interface Globals {
  readonly process?: {
    readonly env?: Platform["env"];
    getBuiltinModule?(id: string): { readFile?(path: string, encoding: "utf8"): Promise<string> } | undefined;
  };
  readonly navigator?: { readonly userAgent?: string };
}

/** One object for all, because providers with the same environment may share a cache. */
const NO_ENV: Platform["env"] = {};

/** Timers of every runtime overflow beyond it, and then fire at once. Whoever sleeps for longer looks again and sleeps on. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Resolves after `ms` of real time; rejects with the signal's reason. The timer goes with the signal, so nothing keeps a process up. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(
      () => {
        signal.removeEventListener("abort", stop);
        resolve();
      },
      // Node warns of a time that has gone by already.
      Math.max(0, Math.min(ms, LONGEST_TIMER_MS)),
    );
    if (signal.aborted) stop();
    // Once, or the runtime keeps every signal that was made of one that lives long.
    else signal.addEventListener("abort", stop, { once: true });
  });
}

/**
 * The runtime that this code runs on, as a {@link Platform}. `federate` uses it unless it is given another.
 * Nothing is read before the call.
 *
 * @example
 * ```ts
 * import { defaultPlatform, type Platform } from "@tokenhop/core";
 *
 * export const loud: Platform = {
 *   ...defaultPlatform(),
 *   fetch: (input, init) => {
 *     console.log("fetching", new Request(input, init).url);
 *     return fetch(input, init);
 *   },
 * };
 * ```
 */
export function defaultPlatform(): Platform {
  const { process, navigator } = globalThis as Globals;
  // What it gives is looked at, not whether it is there: workerd has the function and no files.
  const files = process?.getBuiltinModule?.("node:fs/promises");
  return {
    fetch: (input, init) => fetch(input, init),
    env: process?.env ?? NO_ENV,
    now: () => Date.now(),
    monotonic: () => performance.now(),
    random: () => Math.random(),
    sleep,
    requestBoundIo: navigator?.userAgent === "Cloudflare-Workers",
    ...(files?.readFile && { readTextFile: (path: string) => files.readFile?.(path, "utf8") as Promise<string> }),
  };
}

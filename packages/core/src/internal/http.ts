/** One HTTP request whose reply is read whole: bounded, never redirected, with failures as errors that hold no reply. */
import { type ErrorCode, type Recovery, TokenError } from "../errors.ts";
import type { Platform, StepContext } from "../types.ts";

/** A reply with its body read. */
export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const MAX_BYTES = 256 * 1024;
export const HOUR_MS = 3_600_000;

async function readCapped(response: Response): Promise<string | undefined> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const value = (await reader?.read())?.value;
    if (value === undefined) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) return void reader?.cancel().catch(() => undefined);
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * Sends one request and reads the reply, whatever its status.
 *
 * @throws {TokenError} `ERR_HTTP_NETWORK` when there is no reply, `ERR_HTTP_REDIRECT` for a redirect (a token is never sent
 * where a reply points), `ERR_HTTP_TOO_LARGE` above 256 KiB. The caller's own abort is rethrown as it is.
 */
export async function send(
  step: string,
  url: string | URL,
  init: RequestInit,
  { platform, signal }: StepContext,
): Promise<Reply> {
  const failure = (code: ErrorCode, why: string, recovery: Recovery): TokenError =>
    new TokenError(`Cannot reach ${step}: ${why}`, { code, recovery, step });
  let status: number;
  let headers: Headers;
  let text: string | undefined;
  try {
    const response = await platform.fetch(url, { ...init, redirect: "manual", signal });
    ({ status, headers } = response);
    text = await readCapped(response);
  } catch (error) {
    signal.throwIfAborted();
    throw failure("ERR_HTTP_NETWORK", `no answer (${(error as Error | undefined)?.name})`, "retry");
  }
  // A browser hides a redirect's status behind 0.
  if (status === 0 || (status >= 300 && status < 400))
    throw failure("ERR_HTTP_REDIRECT", "it answered with a redirect", "stop");
  if (text === undefined) throw failure("ERR_HTTP_TOO_LARGE", `its reply exceeds ${MAX_BYTES} bytes`, "retry");
  return { status, headers, text };
}

/** The text as JSON; undefined when it is not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `Retry-After` in ms, given as seconds or as a date (RFC 9110, 10.2.3); at most an hour. */
export function retryAfterMs(headers: Headers, platform: Platform): number | undefined {
  const value = headers.get("retry-after");
  if (!value) return undefined;
  const ms = Number(value) * 1000 || Date.parse(value) - serverNow(headers, platform);
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), HOUR_MS);
}

function serverNow(headers: Headers, platform: Platform): number {
  const date = Date.parse(headers.get("date") ?? "");
  return Number.isNaN(date) ? platform.now() : date;
}

/** An instant of the server's clock on ours, by the reply's `Date`: a wrong clock here must not shorten or stretch a lifetime. */
export function localTime(serverAt: number, headers: Headers, platform: Platform): number {
  return serverAt - serverNow(headers, platform) + platform.now();
}

/** Whether a status means "the same again, later". */
export function isTransient(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Waiting for what may never come. */
import type { Platform } from "@tokenhop/core";

/** How long is waited. */
export interface Patience {
  readonly platform: Pick<Platform, "sleep">;
  readonly timeoutMs: number;
  /** Ends the wait: then the signal's reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** What `work` comes to, or what `late` gives or throws once the time is over. What comes later is nobody's. */
export async function inTime<T, L>(
  work: Promise<T>,
  { platform, timeoutMs, signal }: Patience,
  late: () => L,
): Promise<T | L> {
  const done = new AbortController();
  const ends = signal ? AbortSignal.any([done.signal, signal]) : done.signal;
  try {
    return await Promise.race([work, platform.sleep(timeoutMs, ends).then(late)]);
  } finally {
    done.abort();
  }
}

/** What both demos share: telling what happens, playing the steps, and watching on afterwards. */
import type { Io } from "../io.ts";
import type { DemoEvent } from "./events.ts";
import { renderEvent } from "./render.ts";
import { pause, type Stage, type Step } from "./stage.ts";
import { printable } from "./text.ts";

const HINT_WAIT_MS = 100;

/** Where a demo prints. */
export interface Teller {
  /** Everything told so far, in order. */
  readonly told: readonly DemoEvent[];
  tell(event: DemoEvent): void;
  /** A line for a person; nothing where only events are wanted. */
  say(text: string): void;
}

/** Prints events as JSON or as lines for a person. */
export function createTeller(json: boolean, io: Io): Teller {
  const told: DemoEvent[] = [];
  return {
    told,
    tell(event) {
      told.push(event);
      io.out(json ? JSON.stringify(event) : renderEvent(event, Date.now()));
    },
    say(text) {
      if (!json) io.out(text);
    },
  };
}

/**
 * Plays every step, also after one that failed.
 *
 * @param hints What a developer would look for in logs when a step has failed.
 * @returns Whether all of them did what they should.
 */
export async function playAll<S extends Stage>(
  steps: readonly Step<S>[],
  stage: S,
  { tell, say }: Teller,
  hints: () => readonly (string | undefined)[],
): Promise<boolean> {
  let good = true;
  for (const { name, title, play } of steps) {
    say(`\n${title}`);
    try {
      const skipped = await play(stage);
      if (skipped !== undefined) tell({ event: "skipped", step: name, reason: skipped });
    } catch (error) {
      if (stage.signal.aborted) return false;
      good = false;
      const reason = error instanceof Error ? error.message : String(error);
      // What the app's process says of it may come a moment after its answer.
      await pause(HINT_WAIT_MS);
      tell({ event: "failed", step: name, reason: printable([reason, ...hints()].filter(Boolean).join("; ")) });
    }
  }
  if (good) tell({ event: "done" });
  return good;
}

/** Keeps looking at something of the app's, so that what changes is told. */
export async function watchOn(url: string, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await fetch(url, { signal }).then(
      (response) => response.body?.cancel(),
      () => undefined,
    );
    await new Promise<void>((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, everyMs);
      signal.addEventListener("abort", end);
      if (signal.aborted) end();
    });
  }
}

/** What a step of a demo is, and what it can do and see. */
import type { DemoEvent } from "./events.ts";

/** What every step can do and see. */
export interface Stage {
  /** The app's origin. */
  readonly app: string;
  /** Everything told so far, in order. */
  readonly told: readonly DemoEvent[];
  readonly signal: AbortSignal;
}

/** One step of a demo. */
export interface Step<S extends Stage> {
  readonly name: string;
  readonly title: string;
  /**
   * Plays it. Returns why it cannot be played here, if it cannot.
   *
   * @throws {Error} when the outcome is not what it should be
   */
  play(stage: S): Promise<string | undefined>;
}

/** An answer of the app's. */
export interface AppAnswer {
  readonly status: number;
  readonly body: string;
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks the app, whatever it answers. */
export async function look({ app, signal }: Stage, path: string, method = "GET"): Promise<AppAnswer> {
  const response = await fetch(new URL(path, app), { signal, method });
  return { status: response.status, body: await response.text() };
}

/** Asks the app. An answer other than the expected one fails the step, saying what came instead. */
export async function ask(stage: Stage, path: string, expected: number, method = "GET"): Promise<void> {
  const { status, body } = await look(stage, path, method);
  if (status !== expected)
    throw new Error(`${method} ${path} answered ${status} instead of ${expected}: ${body.slice(0, 300)}`);
}

/** The line of the app's process that says so may come a moment after its answer. */
export async function told(stage: Stage, what: string, happened: (event: DemoEvent) => boolean): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    if (stage.told.some(happened)) return;
    await pause(20);
  }
  throw new Error(`${what} was not told`);
}

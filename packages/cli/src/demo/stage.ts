/** What a step of a demo is, and what it can do and see. */
import { ANSWERED_BY, type DemoEvent } from "./events.ts";
import { errorCodeIn, readObject } from "./text.ts";

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
  /** Method and path. */
  readonly asked: string;
  /** Who gave it: a server that the app passed the request on to, or the app itself. */
  readonly by: string;
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
  const by = response.headers.get(ANSWERED_BY) ?? "the app";
  return { asked: `${method} ${path}`, by, status: response.status, body: await response.text() };
}

/**
 * Fails the step if an answer is another than the expected one. Of its body only an error's code is shown: whoever stands
 * between the app and Azure may have put anything there, the request's own token included.
 */
export function expectStatus({ asked, by, status, body }: AppAnswer, expected: number): void {
  if (status === expected) return;
  const code = errorCodeIn(body) ?? "no error code";
  throw new Error(`${asked}: ${by} answered ${status} instead of ${expected} (${code})`);
}

/** Asks the app, and fails the step if it answers with another status. */
export async function ask(stage: Stage, path: string, expected: number, method = "GET"): Promise<AppAnswer> {
  const answer = await look(stage, path, method);
  expectStatus(answer, expected);
  return answer;
}

/** Asks the app for a list. A page that says 200 and is none comes from somebody else than Azure. */
export async function askForList(stage: Stage, path: string): Promise<void> {
  const { asked, by, body } = await ask(stage, path, 200);
  if (!Array.isArray(readObject(body).value)) throw new Error(`${asked}: ${by} answered 200, and with no list`);
}

/** The line of the app's process that says so may come a moment after its answer. */
export async function told(stage: Stage, what: string, happened: (event: DemoEvent) => boolean): Promise<void> {
  for (let turn = 0; turn < 50; turn++) {
    if (stage.told.some(happened)) return;
    await pause(20);
  }
  throw new Error(`${what} was not told`);
}

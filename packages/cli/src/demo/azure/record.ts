/** Watches the app's requests to the real Azure: keeps what was asked and answered, and lets none go anywhere else. */
import type { Fetch } from "@tokenhop/core";

/** An answer, read. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A request, read, and its answer. It holds tokens, so it stays in memory and goes to nobody but the emulator. */
export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly answer: Answer;
}

/** A `fetch` that remembers. */
export interface Recorder {
  readonly fetch: Fetch;
  /** Everything so far, in order. From then on nothing is kept. */
  take(): readonly Exchange[];
}

/** Reads an answer, and leaves it to be read again. */
export async function readAnswer(response: Response): Promise<Answer> {
  const { status, headers } = response;
  return { status, headers: Object.fromEntries(headers), body: await response.clone().text() };
}

/**
 * Makes a recorder.
 *
 * @param origins The only ones that may be asked; not even a redirect leads beyond them.
 */
export function createRecorder(fetch: Fetch, origins: ReadonlySet<string>): Recorder {
  const kept: Exchange[] = [];
  let keeping = true;
  return {
    async fetch(input, init) {
      const request = new Request(input instanceof Request ? input.clone() : input, init);
      const url = new URL(request.url);
      if (!origins.has(url.origin)) throw new TypeError(`The demo asks nobody but Azure, and not ${url.origin}`);
      if (!keeping) return fetch(input, init);
      const { method, headers } = request;
      const body = await request.text();
      const response = await fetch(input, init);
      kept.push({ method, url, headers: Object.fromEntries(headers), body, answer: await readAnswer(response) });
      return response;
    },
    take() {
      keeping = false;
      return kept.splice(0);
    },
  };
}

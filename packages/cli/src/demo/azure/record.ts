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

/** As core reads: what is longer is refused there, and is not to be held in memory here. */
const MAX_BYTES = 256 * 1024;

/** Reads an answer, and leaves it to be read again; undefined for one that is too long. */
export async function readAnswer(response: Response): Promise<Answer | undefined> {
  const { status, headers } = response;
  const reader = response.clone().body?.getReader();
  const decoder = new TextDecoder();
  let body = "";
  let bytes = 0;
  for (;;) {
    const value = (await reader?.read())?.value;
    if (value === undefined) return { status, headers: Object.fromEntries(headers), body: body + decoder.decode() };
    bytes += value.byteLength;
    if (bytes > MAX_BYTES) {
      // Not waited for: it ends when the answer itself has been read.
      reader?.cancel().catch(() => undefined);
      return undefined;
    }
    body += decoder.decode(value, { stream: true });
  }
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
      const answer = await readAnswer(response);
      // Asked again: whoever took everything meanwhile will not come for this one, and it holds tokens.
      if (keeping && answer) kept.push({ method, url, headers: Object.fromEntries(headers), body, answer });
      return response;
    },
    take() {
      keeping = false;
      return kept.splice(0);
    },
  };
}

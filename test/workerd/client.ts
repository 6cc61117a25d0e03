/** A client that can go away: by a reset, as a browser that is closed or a proxy that gives up, or by a polite end. */
import { type ClientRequest, request as httpRequest } from "node:http";
import { record } from "../leak.ts";

/** How a request ended, as its client saw it. */
export interface Answer {
  readonly kind: "answered" | "gone" | "hung" | "broken";
  readonly status: number;
  readonly text: string;
  readonly ms: number;
}

/** A request on its way. */
export interface Sent {
  readonly answer: Promise<Answer>;
  /** Sends RST: workerd cancels what serves the request. */
  reset(): void;
  /** Sends FIN. */
  close(): void;
}

/** Longer than any answer may take. Who waits for this long waits for ever. */
const HUNG_MS = 9_000;

function textOf(request: ClientRequest): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    request.on("error", reject);
    request.on("response", (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
  });
}

/** Headers; several values are a line each. */
type HeaderLines = Readonly<Record<string, string | string[]>>;

/** Sends a request on a connection of its own: a GET, or a POST whose body begins so and does not end. */
export function send(url: string, headers: HeaderLines = {}, upload?: string): Sent {
  const startedAt = performance.now();
  const request = httpRequest(url, { method: upload === undefined ? "GET" : "POST", headers, agent: false });
  let gave: Answer["kind"] = "broken";
  const end = (kind: Answer["kind"], how: () => void): void => {
    gave = kind;
    how();
  };
  const reset = (): void => void (request.socket?.resetAndDestroy() ?? request.destroy());
  const timer = setTimeout(() => end("hung", reset), HUNG_MS);
  const msNow = (): number => Math.round(performance.now() - startedAt);
  const answer = textOf(request)
    .then(({ status, text }): Answer => {
      // A token is the right answer, and all that is not to be searched for tokens.
      if (status !== 200) record("answer", text);
      return { kind: "answered", status, text, ms: msNow() };
    })
    .catch((): Answer => ({ kind: gave, status: 0, text: "", ms: msNow() }))
    .finally(() => clearTimeout(timer));
  if (upload === undefined) request.end();
  else request.write(upload);
  return {
    answer,
    reset: () => end("gone", reset),
    close: () => end("gone", () => request.destroy()),
  };
}

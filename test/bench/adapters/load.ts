/** Requests over HTTP, as many as a server answers: a few connections that are kept, each with one request at a time. */
import { Agent, request } from "node:http";
import { ANSWER } from "./contestant.ts";

/** A server that is put under load. */
export interface Target {
  readonly port: number;
  readonly headers?: Readonly<Record<string, string>>;
}

const CONNECTIONS = 32;

function once({ port, headers = {} }: Target, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, headers, agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (part: string) => {
        text += part;
      });
      response.on("error", reject);
      response.on("end", () => {
        if (response.statusCode === 200 && text === ANSWER) resolve();
        else reject(new Error(`The server answered ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    sent.on("error", reject).end();
  });
}

/** Requests per second over so many milliseconds. */
export async function loadFor(target: Target, ms: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  let answered = 0;
  const started = performance.now();
  const work = async (): Promise<void> => {
    for (; performance.now() - started < ms; answered++) await once(target, agent);
  };
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, work));
    return (answered / (performance.now() - started)) * 1_000;
  } finally {
    agent.destroy();
  }
}

/** What the tests of Express' adapter share: apps that listen while they are asked. */
import type { Express } from "express";
import { type Answer, quietly, readAnswer } from "../contract/adapter/stage.ts";
import { listen } from "./express.ts";

/** Plays on an app that listens, and ends it. */
export async function on<T>(app: Express, play: (url: string) => Promise<T>): Promise<T> {
  const served = await listen(app);
  try {
    return await quietly(() => play(served.url));
  } finally {
    await served.close();
  }
}

/** One request to an app. */
export const asked = (app: Express, path = "/", init?: RequestInit): Promise<Answer> =>
  on(app, async (url) => readAnswer(await fetch(url + path, init)));

/** Status, media type and when to come again. */
export const kindOf = ({
  status,
  headers,
}: {
  readonly status: number;
  readonly headers: Headers;
}): readonly unknown[] => [status, headers.get("content-type")?.split(";")[0], headers.get("retry-after")];

/** What Express prints and shows with this NODE_ENV. */
export async function inEnvironment<T>(name: string, run: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_ENV;
  process.env.NODE_ENV = name;
  try {
    return await run();
  } finally {
    if (before === undefined) delete process.env.NODE_ENV;
    else process.env.NODE_ENV = before;
  }
}

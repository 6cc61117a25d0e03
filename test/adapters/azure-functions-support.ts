/** What the tests of the adapter of Azure Functions share. */
import type { HttpHandler } from "@azure/functions";
import { type Answer, readAnswer } from "../contract/adapter/stage.ts";
import { freshName, hostOf } from "./azure-functions.ts";

/** One request to a function, over HTTP. */
export async function asked(handler: HttpHandler, init?: RequestInit): Promise<Answer> {
  const { app, serve } = await hostOf("streams");
  const name = freshName();
  app.http(name, { methods: ["GET", "POST"], authLevel: "anonymous", handler });
  const { url, close } = await serve(name);
  try {
    return await readAnswer(await fetch(url, init));
  } finally {
    await close();
  }
}

/** What a function that is triggered so returns to the host. */
export async function triggered(
  kind: "timer" | "queue",
  handler: (input: never, context: never) => unknown,
  data: object = { json: '{"IsPastDue":true}' },
): Promise<unknown> {
  const { app, invoke } = await hostOf("streams");
  const name = freshName();
  if (kind === "timer") app.timer(name, { schedule: "0 0 * * * *", handler: handler as never });
  else app.storageQueue(name, { queueName: "q", connection: "c", handler: handler as never });
  return invoke(name, data);
}

/** A header, or nothing. */
export const textOf = (headers: Headers, name: string): string => headers.get(name) ?? "";

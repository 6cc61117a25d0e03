/** `tokenhop demo --azure`: the same app and the same scenario where they are meant for, the real Azure. */
import type { Io } from "../../io.ts";
import { type AppProcess, startApp } from "../app-process.ts";
import type { DemoOptions } from "../demo.ts";
import { createTeller, playAll, watchOn } from "../play.ts";
import { azureScenario } from "./scenario.ts";
import { readAzure } from "./settings.ts";

/** As often as the article's program: the real Azure counts how often it is asked. */
const WATCH_EVERY_MS = 60_000;

function invitation(app: string, group: string): string {
  return [
    "",
    `The app: ${app}`,
    "",
    "Try:",
    `  curl ${app}/api/resources/${group}`,
    `  curl -X POST ${app}/refresh`,
    "",
    "Ctrl+C ends it.",
  ].join("\n");
}

/**
 * Runs the demo against the real Azure.
 *
 * @param io Where it prints, its environment, and the signal that ends it.
 * @returns The exit code: 0 when every step that can be played here did what it should.
 * @throws {UsageError} when the environment lacks something.
 */
export async function azureDemo(options: Omit<DemoOptions, "fault">, io: Io): Promise<number> {
  const { once, json, runtime } = options;
  const { signal, env } = io;
  const settings = readAzure(env);
  const teller = createTeller(json, io);
  const group = settings.AZURE_RESOURCE_GROUP_NAME;
  let app: AppProcess | undefined;
  try {
    app = await startApp({ runtime, world: "azure", env }, teller.tell);
    const { url, trouble, complaint } = app;
    teller.say(`A Hono app on ${runtime} listens on ${url}. It calls the real Azure, and holds no secret.`);
    teller.say(`Its identity token comes from ${settings.source}. Times are UTC.`);
    const stage = { settings, app: url, told: teller.told, signal };
    const good = await playAll(azureScenario, stage, teller, () => [trouble(), complaint()]);
    if (once || signal.aborted) return good ? 0 : 1;
    teller.say(invitation(url, group));
    await watchOn(`${url}/api/resources/${encodeURIComponent(group)}`, WATCH_EVERY_MS, signal);
    return good ? 0 : 1;
  } finally {
    await app?.stop();
  }
}

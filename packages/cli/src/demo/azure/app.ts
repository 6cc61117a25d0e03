/** The app in the real world: the same app, on the runtime's own platform, with somebody who watches its requests. */
import { defaultPlatform, type Platform } from "@tokenhop/core";
import { EmulatorConfigError } from "@tokenhop/emulator";
import { createApp, type DemoApp } from "../app.ts";
import type { Tell } from "../events.ts";
import { createRecorder, type Exchange } from "./record.ts";
import { compareAll } from "./replay.ts";
import { originsOf, readAzure } from "./settings.ts";
import { worldOf } from "./world.ts";

/** Makes the app for an environment; see {@link readAzure} for what has to be in that. */
export function createAzureApp(env: Platform["env"], tell: Tell): DemoApp {
  const settings = readAzure(env);
  const real = defaultPlatform();
  const recorder = createRecorder(real.fetch, originsOf(env));
  const app = createApp(settings, { ...real, env, fetch: recorder.fetch }, tell);

  const compare = async (exchanges: readonly Exchange[]): Promise<void> => {
    const { answers, differences } = await compareAll(worldOf(settings, exchanges), exchanges);
    for (const difference of differences) tell({ event: "difference", ...difference });
    tell({ event: "compared", answers, differences: differences.length });
  };

  // At the end, because what the emulator has to be like shows only then.
  app.get("/comparison", async (c) => {
    try {
      await compare(recorder.take());
    } catch (error) {
      if (!(error instanceof EmulatorConfigError)) throw error;
      return c.text(`the emulator cannot play this world: ${error.message}`, 422);
    }
    return c.body(null, 200);
  });
  return app;
}

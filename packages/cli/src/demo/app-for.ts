/** The app of a demo's process, by the world that it is started for. */
import type { DemoApp } from "./app.ts";
import { createAzureApp } from "./azure/app.ts";
import { emulatedApp } from "./cloud/app.ts";
import { printLine } from "./events.ts";
import { readSettings } from "./settings.ts";

/** Whom the app calls: the emulator, or the real Azure. */
export type World = "emulator" | "azure";

/** Makes the app, which tells what happens on its standard output. */
export function appFor(world: string | undefined, env: Readonly<Record<string, string | undefined>>): DemoApp {
  if (world === "azure") return createAzureApp(env, printLine);
  return emulatedApp(readSettings(env), printLine);
}

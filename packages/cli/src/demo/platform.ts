/** The platform that leads every host to the emulator. */
import { defaultPlatform, type Platform } from "@tokenhop/core";
import type { DemoSettings } from "./settings.ts";

/** Whose hosts say what is asked for, so that the emulator, which goes by path, finds them at its beginning. */
const HOST_FIRST = /\.amazonaws\.com$/;

/** Real host names stay in the program; the emulator, which goes by path, answers for all of them. */
export function emulatedPlatform(settings: DemoSettings): Platform {
  const platform = defaultPlatform();
  return {
    ...platform,
    env: { ...settings },
    fetch(input, init) {
      const asked = new URL(input instanceof Request ? input.url : input);
      const host = HOST_FIRST.test(asked.hostname) ? `/${asked.hostname}` : "";
      const url = new URL(host + asked.pathname + asked.search, settings.EMULATOR);
      return platform.fetch(input instanceof Request ? new Request(url, input) : url, init);
    },
  };
}

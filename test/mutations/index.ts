/** One-line breaks, each of which must turn the suite red: `npm run test:mutations` applies them one by one. */
import { attachedBreaks } from "./attached.ts";
import { azureSdkBreaks } from "./azure-sdk.ts";
import type { Break } from "./break.ts";
import { emulatorBreaks } from "./emulator.ts";
import { engineBreaks } from "./engine.ts";
import { engineShellBreaks } from "./engine-shell.ts";
import { entraBreaks } from "./entra.ts";
import { opentelemetryBreaks } from "./opentelemetry.ts";
import { providerBreaks } from "./provider.ts";
import { sourceBreaks } from "./sources.ts";

export type { Break } from "./break.ts";

export const breaks: readonly Break[] = [
  {
    file: "test/leak.ts",
    find: "needles.get(text.slice(at, at + window))",
    replace: "needles.get(text)",
    why: "the leak search sees only texts that are a part of a token from end to end",
  },
  ...attachedBreaks,
  ...engineBreaks,
  ...engineShellBreaks,
  ...providerBreaks,
  ...sourceBreaks,
  ...emulatorBreaks,
  ...entraBreaks,
  ...azureSdkBreaks,
  ...opentelemetryBreaks,
];

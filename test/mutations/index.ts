/** One-line breaks, each of which must turn the suite red: `npm run test:mutations` applies them one by one. */
import { adaptersBreaks } from "./adapters.ts";
import { adaptersNodeBreaks } from "./adapters-node.ts";
import { attachedBreaks } from "./attached.ts";
import { azureSdkBreaks } from "./azure-sdk.ts";
import { bearerAuthBreaks } from "./bearer-auth.ts";
import type { Break } from "./break.ts";
import { cloudflareBreaks } from "./cloudflare.ts";
import { downstreamBreaks } from "./downstream.ts";
import { emulatorBreaks } from "./emulator.ts";
import { emulatorServicesBreaks } from "./emulator-services.ts";
import { engineBreaks } from "./engine.ts";
import { engineShellBreaks } from "./engine-shell.ts";
import { entraBreaks } from "./entra.ts";
import { entraOboBreaks } from "./entra-obo.ts";
import { interopBreaks } from "./interop.ts";
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
  ...downstreamBreaks,
  ...engineBreaks,
  ...engineShellBreaks,
  ...providerBreaks,
  ...sourceBreaks,
  ...emulatorBreaks,
  ...emulatorServicesBreaks,
  ...entraBreaks,
  ...entraOboBreaks,
  ...azureSdkBreaks,
  ...interopBreaks,
  ...opentelemetryBreaks,
  ...adaptersBreaks,
  ...adaptersNodeBreaks,
  ...bearerAuthBreaks,
  ...cloudflareBreaks,
];

/** One-line breaks, each of which must turn the suite red: `npm run test:mutations` applies them one by one. */
import { adaptersBreaks } from "./adapters.ts";
import { adaptersNodeBreaks } from "./adapters-node.ts";
import { attachedBreaks } from "./attached.ts";
import { azureSdkBreaks } from "./azure-sdk.ts";
import { bearerAuthBreaks } from "./bearer-auth.ts";
import type { Break } from "./break.ts";
import { brokerBreaks } from "./broker.ts";
import { brokeredBreaks } from "./brokered.ts";
import { cloudflareBreaks } from "./cloudflare.ts";
import { downstreamBreaks } from "./downstream.ts";
import { durableObjectsBreaks } from "./durable-objects.ts";
import { emulatorBreaks } from "./emulator.ts";
import { emulatorServicesBreaks } from "./emulator-services.ts";
import { engineBreaks } from "./engine.ts";
import { engineShellBreaks } from "./engine-shell.ts";
import { entraBreaks } from "./entra.ts";
import { entraOboBreaks } from "./entra-obo.ts";
import { interopBreaks } from "./interop.ts";
import { issuerBreaks } from "./issuer.ts";
import { issuerPublicBreaks } from "./issuer-public.ts";
import { opentelemetryBreaks } from "./opentelemetry.ts";
import { providerBreaks } from "./provider.ts";
import { selfIssuedBreaks } from "./self-issued.ts";
import { sourceBreaks } from "./sources.ts";
import { templatesBreaks } from "./templates.ts";

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
  ...selfIssuedBreaks,
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
  ...durableObjectsBreaks,
  ...issuerBreaks,
  ...issuerPublicBreaks,
  ...templatesBreaks,
  ...brokerBreaks,
  ...brokeredBreaks,
];

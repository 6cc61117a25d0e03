/** One-line breaks, each of which must turn the suite red: `npm run test:mutations` applies them one by one. */
import { adaptersBreaks } from "./adapters.ts";
import { adaptersNodeBreaks } from "./adapters-node.ts";
import { attachedBreaks } from "./attached.ts";
import { awsBreaks } from "./aws.ts";
import { awsKeptBreaks } from "./aws-kept.ts";
import { azureSdkBreaks } from "./azure-sdk.ts";
import { bearerAuthBreaks } from "./bearer-auth.ts";
import type { Break } from "./break.ts";
import { brokerBreaks } from "./broker.ts";
import { brokeredBreaks } from "./brokered.ts";
import { ciSourcesBreaks } from "./ci-sources.ts";
import { cloudSourcesBreaks } from "./cloud-sources.ts";
import { cloudflareBreaks } from "./cloudflare.ts";
import { downstreamBreaks } from "./downstream.ts";
import { durableObjectsBreaks } from "./durable-objects.ts";
import { edgeSourcesBreaks } from "./edge-sources.ts";
import { emulatorBreaks } from "./emulator.ts";
import { emulatorAwsBreaks } from "./emulator-aws.ts";
import { emulatorGcpBreaks } from "./emulator-gcp.ts";
import { emulatorKubernetesBreaks } from "./emulator-kubernetes.ts";
import { emulatorPlatformsBreaks } from "./emulator-platforms.ts";
import { emulatorServicesBreaks } from "./emulator-services.ts";
import { engineBreaks } from "./engine.ts";
import { engineShellBreaks } from "./engine-shell.ts";
import { entraBreaks } from "./entra.ts";
import { entraOboBreaks } from "./entra-obo.ts";
import { gcpBreaks } from "./gcp.ts";
import { interopBreaks } from "./interop.ts";
import { issuerBreaks } from "./issuer.ts";
import { issuerPublicBreaks } from "./issuer-public.ts";
import { opentelemetryBreaks } from "./opentelemetry.ts";
import { parityBreaks } from "./parity.ts";
import { providerBreaks } from "./provider.ts";
import { selfIssuedBreaks } from "./self-issued.ts";
import { sourceBreaks } from "./sources.ts";
import { templatesBreaks } from "./templates.ts";
import { tokenExchangeBreaks } from "./token-exchange.ts";

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
  ...cloudSourcesBreaks,
  ...ciSourcesBreaks,
  ...selfIssuedBreaks,
  ...edgeSourcesBreaks,
  ...emulatorBreaks,
  ...emulatorServicesBreaks,
  ...emulatorPlatformsBreaks,
  ...emulatorKubernetesBreaks,
  ...emulatorGcpBreaks,
  ...emulatorAwsBreaks,
  ...entraBreaks,
  ...entraOboBreaks,
  ...gcpBreaks,
  ...tokenExchangeBreaks,
  ...azureSdkBreaks,
  ...awsBreaks,
  ...awsKeptBreaks,
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
  ...parityBreaks,
];

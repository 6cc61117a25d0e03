/** `tokenhop demo`: a local Entra, an app that calls Azure without a secret, and the scenario that shows it. */
import {
  createDemoConfig,
  createEmulator,
  demoEnvironment,
  demoIds,
  type Emulator,
  type EmulatorConfig,
  type LifetimesConfig,
  type RouteName,
} from "@tokenhop/emulator";
import { serve } from "@tokenhop/emulator/serve";
import type { Io } from "../io.ts";
import { type AppProcess, startApp } from "./app-process.ts";
import type { Runtime } from "./binary.ts";
import type { CloudName } from "./cloud/app.ts";
import { cloudScenario } from "./cloud/scenario.ts";
import { createTeller, playAll, watchOn } from "./play.ts";
import { scenario } from "./scenario.ts";
import type { DemoSettings } from "./settings.ts";

/** What `tokenhop demo` was asked for. */
export interface DemoOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly runtime: Runtime;
  /** A step to break on purpose. */
  readonly fault?: "s1" | undefined;
  /** Another cloud to play in than Azure. */
  readonly cloud?: CloudName | undefined;
}

/** Short enough that refreshes can be watched. */
const DEMO_TOKEN_MS = 5_000;
/** Long enough that they do not fill the screen afterwards. */
const LATER_TOKEN_MS = 60_000;
const WATCH_EVERY_MS = 2_000;

function settingsFor(emulator: string): DemoSettings {
  return {
    EMULATOR: emulator,
    AZURE_TENANT_ID: demoIds.tenantId,
    AZURE_SUBSCRIPTION_ID: demoIds.subscriptionId,
    AZURE_CLIENT_ID: demoIds.uamiClientId,
    UAMI_CLIENT_ID: demoIds.uamiClientId,
    APP_CLIENT_ID: demoIds.appClientId,
    AWS_ROLE_ARN: demoIds.awsRoleArn,
    AWS_REGION: demoIds.awsRegion,
    AWS_BUCKET: demoIds.awsBucket,
    GCP_PROVIDER: demoIds.gcpProvider,
    GCP_SERVICE_ACCOUNT: demoIds.gcpServiceAccount,
    GCP_PROJECT: demoIds.gcpProjectId,
    ...demoEnvironment,
  };
}

/** What every cloud gives the app lasts so long. */
function lifetimesOf(ms: number): LifetimesConfig {
  return { appTokenMs: ms, federatedIdentityTokenMs: ms, awsSessionMs: ms, googleTokenMs: ms };
}

/** The demo's world with a typing mistake in the federated credential that S1 needs: the branch is called main. */
function withWrongSubject(config: EmulatorConfig): EmulatorConfig {
  const text = JSON.stringify(config).replaceAll(`"subject":"${demoIds.oidcSubject}","audiences"`, (match) =>
    match.replace("main", "master"),
  );
  return JSON.parse(text) as EmulatorConfig;
}

/** What to try by hand. */
function invitation(app: string, emulator: string, adminToken: string): string {
  const resource = JSON.stringify({
    subscriptionId: demoIds.subscriptionId,
    resourceGroup: demoIds.resourceGroup,
    type: "Microsoft.Web/sites",
    name: "my-site",
  });
  const admin = `curl -X PUT ${emulator}/admin/resources -H 'authorization: Bearer ${adminToken}' -H 'content-type: application/json' -d '${resource}'`;
  return [
    "",
    `The app:      ${app}`,
    `The emulator: ${emulator}`,
    "",
    "Try:",
    `  curl ${app}/api/resources/${demoIds.resourceGroup}`,
    `  curl ${app}/api/resources/${demoIds.forbiddenResourceGroup}`,
    `  curl ${app}/api/users`,
    `  curl ${app}/mistake`,
    `  curl ${app}/api/aws`,
    `  curl ${app}/api/gcp`,
    `  curl -X POST ${app}/refresh`,
    `  ${admin}`,
    `  ${admin.replace("-X PUT", "-X DELETE")}`,
    "",
    "Ctrl+C ends it.",
  ].join("\n");
}

/** Where identity tokens are exchanged. */
const EXCHANGES: readonly RouteName[] = ["token", "aws-sts", "gcp-sts", "gcp-iam-credentials"];

/** Why the emulator last said no: what a developer would look for in its log. */
function lastRefusal({ log }: Emulator): string | undefined {
  const refusal = log.filter(({ outcome, route }) => outcome !== "granted" && EXCHANGES.includes(route)).at(-1);
  return refusal && `the emulator's last refusal was ${refusal.code}: ${refusal.reason}`;
}

/**
 * Runs the demo.
 *
 * @param io Where it prints, and the signal that ends it.
 * @returns The exit code: 0 when every step did what it should.
 */
export async function demo(options: DemoOptions, io: Io): Promise<number> {
  const { once, json, runtime, fault, cloud } = options;
  const { signal } = io;
  const lifetimes = lifetimesOf(DEMO_TOKEN_MS);
  const config = createDemoConfig({ lifetimes });
  const emulator = createEmulator(fault === "s1" ? withWrongSubject(config) : config);
  const teller = createTeller(json, io);
  const served = await serve(emulator);
  let app: AppProcess | undefined;
  try {
    teller.say(`A local Entra listens on ${served.url}. Times are UTC.`);
    const env = { ...io.env, ...settingsFor(served.url) };
    app = await startApp({ runtime, world: "emulator", env }, teller.tell);
    const { url, complaint } = app;
    teller.say(`A Hono app on ${runtime} listens on ${url}. It holds no secret.`);
    const stage = { emulator, app: url, told: teller.told, signal };
    const good = await playAll(cloud ? cloudScenario(cloud) : scenario, stage, teller, () => [
      lastRefusal(emulator),
      complaint(),
    ]);
    if (once || signal.aborted) return good ? 0 : 1;
    emulator.setLifetimes(lifetimesOf(LATER_TOKEN_MS));
    teller.say(invitation(url, served.url, emulator.adminToken));
    await watchOn(`${url}/api/${cloud ?? `resources/${demoIds.resourceGroup}`}`, WATCH_EVERY_MS, signal);
    return good ? 0 : 1;
  } finally {
    await app?.stop();
    await served.close();
  }
}

/** What the app is told about the world it runs in, as environment variables. None of it is secret. */
import type { DemoEnvironment } from "@tokenhop/emulator";

/** Whom the app becomes, and where it looks. */
export interface AppSettings {
  readonly AZURE_TENANT_ID: string;
  readonly AZURE_SUBSCRIPTION_ID: string;
  /** S1: the managed identity or app registration that an identity token is exchanged for. */
  readonly AZURE_CLIENT_ID: string;
  /** S2: the managed identity that the platform gives. Without it, the one that the platform takes for the default. */
  readonly UAMI_CLIENT_ID?: string | undefined;
  /** S2: the app registration that trusts that managed identity. */
  readonly APP_CLIENT_ID?: string | undefined;
}

/** The settings of the emulated world: all of it is made up. */
export interface DemoSettings extends AppSettings, DemoEnvironment {
  /** Where every cloud of the demo is: the emulator's origin. */
  readonly EMULATOR: string;
  readonly UAMI_CLIENT_ID: string;
  readonly APP_CLIENT_ID: string;
  /** In AWS: the role that the identity token is exchanged for, its region, and a bucket of its account. */
  readonly AWS_ROLE_ARN: string;
  readonly AWS_REGION: string;
  readonly AWS_BUCKET: string;
  /** In Google Cloud: the provider of the workload identity pool, the service account, and its project. */
  readonly GCP_PROVIDER: string;
  readonly GCP_SERVICE_ACCOUNT: string;
  readonly GCP_PROJECT: string;
}

/** All variables of the emulated world. */
export const settingNames: readonly (keyof DemoSettings)[] = [
  "EMULATOR",
  "AZURE_TENANT_ID",
  "AZURE_SUBSCRIPTION_ID",
  "AZURE_CLIENT_ID",
  "UAMI_CLIENT_ID",
  "APP_CLIENT_ID",
  "AWS_ROLE_ARN",
  "AWS_REGION",
  "AWS_BUCKET",
  "GCP_PROVIDER",
  "GCP_SERVICE_ACCOUNT",
  "GCP_PROJECT",
  "ACTIONS_ID_TOKEN_REQUEST_URL",
  "ACTIONS_ID_TOKEN_REQUEST_TOKEN",
  "IDENTITY_ENDPOINT",
  "IDENTITY_HEADER",
];

/**
 * The settings, read from an environment.
 *
 * @throws {Error} naming every variable that is missing.
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): DemoSettings {
  const missing = settingNames.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The demo's app needs the variables ${missing.join(", ")}`);
  return Object.fromEntries(settingNames.map((name) => [name, env[name]])) as unknown as DemoSettings;
}

/** What the app is told about the world it runs in, as environment variables. All of it is made up, and none of it secret. */

import type { DemoEnvironment } from "@tokenhop/emulator";

/** The settings that the demo gives to its app. */
export interface DemoSettings extends DemoEnvironment {
  /** Where every cloud of the demo is: the emulator's origin. */
  readonly EMULATOR: string;
  readonly AZURE_TENANT_ID: string;
  readonly AZURE_SUBSCRIPTION_ID: string;
  /** The managed identity `demo-uami`. */
  readonly UAMI_CLIENT_ID: string;
  /** The app registration `demo-app`. */
  readonly APP_CLIENT_ID: string;
}

const NAMES: readonly (keyof DemoSettings)[] = [
  "EMULATOR",
  "AZURE_TENANT_ID",
  "AZURE_SUBSCRIPTION_ID",
  "UAMI_CLIENT_ID",
  "APP_CLIENT_ID",
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
  const missing = NAMES.filter((name) => !env[name]);
  if (missing.length > 0) throw new Error(`The demo's app needs the variables ${missing.join(", ")}`);
  return Object.fromEntries(NAMES.map((name) => [name, env[name]])) as unknown as DemoSettings;
}

/** Google's own client, set up to talk to an emulator on loopback. */
import { demoIds, type EmulatorConfig } from "@tokenhop/emulator";
import { IdentityPoolClient, type IdentityPoolClientOptions } from "google-auth-library";
import { cloudPlatform, gcpConfig, subjectToken, types } from "../../emulator/gcp-support.ts";
import { type Stage, withEmulator } from "./entra.ts";

/** Runs with an emulator whose Google Cloud is that of the emulator's own tests. */
export const withGoogle = (
  work: (stage: Stage) => Promise<void>,
  config: EmulatorConfig = gcpConfig(),
): Promise<void> => withEmulator(work, config);

export const impersonationUrl = ({ https }: Stage, account: string = demoIds.gcpServiceAccount): string =>
  `${https.url}/v1/projects/-/serviceAccounts/${account}:generateAccessToken`;

export const bucketsUrl = ({ https }: Stage): string => `${https.url}/storage/v1/b?project=${demoIds.gcpProjectId}`;

/** What the library calls an external account: here it gets the demo workload's token from a function. */
export function externalAccount(
  stage: Stage,
  changes: Partial<IdentityPoolClientOptions> = {},
): IdentityPoolClientOptions {
  return {
    type: "external_account",
    audience: demoIds.gcpProvider,
    subject_token_type: types.jwt,
    token_url: `${stage.https.url}/v1/token`,
    ...(changes.credential_source === undefined && {
      subject_token_supplier: { getSubjectToken: () => subjectToken(stage.emulator) },
    }),
    ...changes,
  };
}

/** A client of the workload, as itself or as a service account. */
export function poolClient(
  stage: Stage,
  changes: Partial<IdentityPoolClientOptions> = {},
  scopes: string | string[] = cloudPlatform,
): IdentityPoolClient {
  const client = new IdentityPoolClient(externalAccount(stage, changes));
  client.scopes = scopes;
  return client;
}

/** The same, as the demo's service account. */
export const accountClient = (
  stage: Stage,
  changes: Partial<IdentityPoolClientOptions> = {},
  scopes?: string | string[],
): IdentityPoolClient =>
  poolClient(stage, { service_account_impersonation_url: impersonationUrl(stage), ...changes }, scopes);

/** What a call of the library ends with. */
export async function thrownBy(call: Promise<unknown>): Promise<Error & { readonly status?: number }> {
  try {
    await call;
  } catch (error) {
    return error as Error;
  }
  throw new Error("There was no error");
}

/** Whether an instant is about another one: the emulator goes by the clock of the machine here. */
export const near = (at: number | null | undefined, expected: number): boolean =>
  Math.abs((at ?? 0) - expected) < 60_000;

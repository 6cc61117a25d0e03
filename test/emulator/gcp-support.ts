/** A project with everything in it that can go wrong, and short ways to ask for its tokens. */
import {
  createDemoConfig,
  demoIds,
  type Emulator,
  type EmulatorConfig,
  type EmulatorOptions,
  type GcpGrantConfig,
  type GcpRole,
  type ServiceAccountConfig,
  type WorkloadIdentityProviderConfig,
} from "@tokenhop/emulator";
import { SignJWT } from "jose";
import * as world from "./support.ts";

export const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";
export const types = {
  grant: "urn:ietf:params:oauth:grant-type:token-exchange",
  access: "urn:ietf:params:oauth:token-type:access_token",
  jwt: "urn:ietf:params:oauth:token-type:jwt",
  id: "urn:ietf:params:oauth:token-type:id_token",
} as const;
export const pool = `projects/${demoIds.gcpProjectNumber}/locations/global/workloadIdentityPools/demo-pool`;
export const principal = (subject: string): string => `principal://iam.googleapis.com/${pool}/subject/${subject}`;
export const principals = (set: string): string => `principalSet://iam.googleapis.com/${pool}/${set}`;
export const emailOf = (name: string): string => `${name}@${demoIds.gcpProjectId}.iam.gserviceaccount.com`;
/** The issuer of tokens that a test signs by itself; nothing hosts it but the injected fetch of a test. */
export const outsideIssuer = "https://outside.example";

/** The demo's Google Cloud, with another provider, or further grants and accounts. */
export function gcpConfig(
  provider: Partial<WorkloadIdentityProviderConfig> = {},
  more: Partial<NonNullable<EmulatorConfig["gcp"]>["projects"][number]> = {},
  rest: Partial<EmulatorConfig> = {},
): EmulatorConfig {
  const demo = createDemoConfig();
  const [project] = demo.gcp?.projects ?? [];
  if (!project) throw new Error("The demo has a project");
  const pools = [
    { id: "demo-pool", providers: [{ id: "demo-provider", issuer: demoIds.oidcIssuer, ...provider }] },
    { id: "closed-pool", disabled: true, providers: [{ id: "demo-provider", issuer: demoIds.oidcIssuer }] },
  ];
  return { ...demo, gcp: { projects: [{ ...project, workloadIdentityPools: pools, ...more }] }, ...rest };
}

export const makeGcp = (config: EmulatorConfig = gcpConfig(), options: EmulatorOptions = {}): Emulator =>
  world.makeEmulator(config, options);

/** A token of the demo's workload for the demo's provider, with something changed about it. */
export function subjectToken(emulator: Emulator, changes: Readonly<Record<string, unknown>> = {}): Promise<string> {
  return world.externalToken(emulator, { audience: `https:${demoIds.gcpProvider}`, ...changes });
}

type Fields = Readonly<Record<string, string | undefined>>;

/** The fields of an exchange; one of `undefined` is left out. */
export function exchangeFields(fields: Fields): Record<string, string> {
  const all: Fields = {
    grant_type: types.grant,
    audience: demoIds.gcpProvider,
    scope: cloudPlatform,
    requested_token_type: types.access,
    subject_token_type: types.jwt,
    ...fields,
  };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Exchanges a token: the workload's, unless the fields have another. */
export async function exchange(emulator: Emulator, fields: Fields = {}): Promise<world.Reply> {
  const subject_token = "subject_token" in fields ? fields.subject_token : await subjectToken(emulator);
  return world.ask(emulator, "https://sts.googleapis.com/v1/token", {
    method: "POST",
    body: new URLSearchParams(exchangeFields({ ...fields, subject_token })),
  });
}

/** An access token of the workload as it is. */
export async function federated(emulator: Emulator, fields: Fields = {}): Promise<string> {
  return String((await exchange(emulator, fields)).body.access_token);
}

/** Asks for a token of a service account. */
export function impersonate(
  emulator: Emulator,
  token: string | undefined,
  body: unknown,
  { account = demoIds.gcpServiceAccount, method = "generateAccessToken", project = "-" } = {},
): Promise<world.Reply> {
  return world.ask(
    emulator,
    `https://iamcredentials.googleapis.com/v1/projects/${project}/serviceAccounts/${account}:${method}`,
    {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", ...(token !== undefined && world.bearer(token).headers) },
    },
  );
}

/** An access token of the demo's service account. */
export async function accountToken(emulator: Emulator): Promise<string> {
  const { body } = await impersonate(emulator, await federated(emulator), { scope: [cloudPlatform] });
  return String(body.accessToken);
}

/** Lists the buckets of the demo's project. */
export function buckets(emulator: Emulator, token?: string, query = `?project=${demoIds.gcpProjectId}`) {
  const init = token === undefined ? {} : world.bearer(token);
  return world.ask(emulator, `https://storage.googleapis.com/storage/v1/b${query}`, init);
}

export const errorOf = ({ body }: world.Reply): world.Json => body.error as world.Json;

/** Signs claims with a key of a test's own. */
export function signOwn(
  key: CryptoKey,
  header: { readonly alg: string; readonly kid?: string },
  claims: Readonly<Record<string, unknown>>,
): Promise<string> {
  const now = world.startAt / 1000;
  const all = {
    iss: outsideIssuer,
    sub: "me",
    aud: demoIds.gcpProvider,
    iat: now - 10,
    exp: now + 300,
    ...claims,
  };
  const given = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
  return new SignJWT(given).setProtectedHeader(header).sign(key);
}

/** A grant of one role. */
export const to = (role: GcpRole, ...members: readonly string[]): readonly GcpGrantConfig[] => [{ role, members }];

/** A service account of the demo's project. */
export const account = (
  name: string,
  uniqueId: string,
  more: Partial<ServiceAccountConfig> = {},
): ServiceAccountConfig => ({
  name,
  uniqueId,
  ...more,
});

/** The error for who lacks a permission. */
export const denied = (permission: string) => ({
  code: 403,
  message: `Permission '${permission}' denied on resource (or it may not exist).`,
  status: "PERMISSION_DENIED",
  details: [
    {
      "@type": "type.googleapis.com/google.rpc.ErrorInfo",
      reason: "IAM_PERMISSION_DENIED",
      domain: "iam.googleapis.com",
      metadata: { permission },
    },
  ],
});

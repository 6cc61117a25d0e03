/** Runs a workload as its platform would: with the platform's environment, and nothing of ours. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { demoIds } from "@tokenhop/emulator";
import { runProcess } from "../../../tools/lib/process.ts";
import type { Stage } from "./entra.ts";

/** Which managed identity is meant: one of these. */
export interface Selector {
  readonly clientId?: string;
  readonly objectId?: string;
  readonly resourceId?: string;
}

/** A client, and what it is asked. */
export interface Step {
  readonly client:
    | "ManagedIdentityCredential"
    | "ManagedIdentityApplication"
    | "WorkloadIdentityCredential"
    | "DefaultAzureCredential"
    | "ClientAssertionCredential";
  readonly scope: string;
  /** Default: the only identity of the host. */
  readonly selector?: Selector | undefined;
  /** The application that trusts the managed identity; for `ClientAssertionCredential`. */
  readonly application?: { readonly tenantId: string; readonly clientId: string };
  /** How often the one instance is asked; the last answer counts. Default once. */
  readonly times?: number;
}

/** What became of it. */
export interface StepResult {
  readonly token?: string | undefined;
  /** Epoch ms. */
  readonly expiresAt?: number | undefined;
  readonly refreshAt?: number | undefined;
  readonly error?: string | undefined;
}

/** Variables that a platform sets. */
export type Variables = Readonly<Record<string, string>>;

const timeoutMs = 25_000;
const program = fileURLToPath(new URL("./workload.ts", import.meta.url));

/** What the machine that runs the tests may have set for itself. */
const ofThisMachine = (): readonly string[] =>
  Object.keys(process.env).filter((name) => /^(AZURE|IDENTITY|IMDS|MSI|MSAL)_/.test(name));

/** Runs the steps in one process. */
export async function runWorkload(variables: Variables, steps: readonly Step[]): Promise<readonly StepResult[]> {
  const cleared = Object.fromEntries(ofThisMachine().map((name) => [name, undefined]));
  const { code, stdout, output } = await runProcess(process.execPath, [program, JSON.stringify(steps)], {
    timeoutMs,
    env: { ...cleared, ...variables },
  });
  if (code !== 0 || output !== stdout) {
    // A warning is a failure too. What stdout says is not shown, because it holds tokens.
    throw new Error(`The workload ended with ${code}: ${output.replace(stdout, "")}`);
  }
  return JSON.parse(stdout) as readonly StepResult[];
}

/** A virtual machine, with its metadata service moved to the emulator. */
export const machine = ({ http, https }: Stage): Variables => ({
  AZURE_POD_IDENTITY_AUTHORITY_HOST: http.url,
  AZURE_AUTHORITY_HOST: https.url,
});

/** App Service, Functions or Container Apps. */
export const appService = ({ http, https }: Stage): Variables => ({
  IDENTITY_ENDPOINT: `${http.url}/msi/token`,
  IDENTITY_HEADER: demoIds.identityHeader,
  AZURE_AUTHORITY_HOST: https.url,
});

/** What the webhook of AKS sets for a pod, whose projected token is in a file while the work goes on. */
export async function withPod(
  { https }: Stage,
  token: string,
  work: (variables: Variables) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-pod-"));
  const file = join(folder, "azure-identity-token");
  writeFileSync(file, token, { mode: 0o600 });
  try {
    const variables = {
      AZURE_AUTHORITY_HOST: `${https.url}/`,
      AZURE_TENANT_ID: demoIds.tenantId,
      AZURE_CLIENT_ID: demoIds.uamiClientId,
      AZURE_FEDERATED_TOKEN_FILE: file,
    };
    await work(variables);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

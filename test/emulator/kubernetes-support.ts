/** A cluster with a few service accounts, and short ways to ask its API server. */
import { createDemoConfig, type Emulator, type EmulatorConfig, type KubernetesConfig } from "@tokenhop/emulator";
import * as world from "./support.ts";

export const issuer = "https://oidc.cluster.example/id/0123";
export const apiServer = "https://kubernetes.default.svc";
export const cluster: KubernetesConfig = {
  issuer,
  serviceAccounts: [
    { namespace: "apps", name: "broker", uid: "uid-broker", mayCreateTokensOf: ["apps/worker", "jobs/*"] },
    { namespace: "apps", name: "worker", uid: "uid-worker", mayCreateTokensOf: ["apps/worker"] },
    { namespace: "jobs", name: "nightly", uid: "uid-nightly" },
  ],
  pods: [
    { namespace: "apps", name: "worker-1", uid: "uid-worker-1", serviceAccount: "worker" },
    { namespace: "apps", name: "broker-1", uid: "uid-broker-1", serviceAccount: "broker" },
  ],
};

export const clusterConfig = (
  changes: Partial<KubernetesConfig> = {},
  more: Partial<EmulatorConfig> = {},
): EmulatorConfig => ({ ...createDemoConfig(), kubernetes: { ...cluster, ...changes }, ...more });

export const makeCluster = (changes: Partial<KubernetesConfig> = {}): Emulator =>
  world.makeEmulator(clusterConfig(changes));

/** A token of `apps/broker` for the API server, with something changed about it. */
export const brokerToken = (emulator: Emulator, changes: Readonly<Record<string, unknown>> = {}): Promise<string> =>
  emulator.issueServiceAccountToken({ namespace: "apps", name: "broker", ...changes });

/** Asks for a token of a service account, as the broker unless another token is given. */
export async function request(
  emulator: Emulator,
  spec: unknown = {},
  { account = "apps/worker", token, body, type = "application/json" }: RequestChanges = {},
): Promise<world.Reply> {
  const [namespace, name] = account.split("/");
  const shown = token === undefined ? await brokerToken(emulator) : token;
  return world.ask(emulator, `${apiServer}/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, {
    method: "POST",
    headers: { "content-type": type, ...(shown !== "" && world.bearer(shown).headers) },
    body: body ?? JSON.stringify({ apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec }),
  });
}

export interface RequestChanges {
  /** `namespace/name`. */
  readonly account?: string;
  /** An empty one is left out. */
  readonly token?: string;
  readonly body?: string;
  readonly type?: string;
}

export const statusOf = ({ body }: world.Reply): world.Json => body.status as world.Json;

/** A Status that says no. */
export const failure = (code: number, reason: string, message: string, details?: object): object => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  ...(details && { details }),
  code,
});

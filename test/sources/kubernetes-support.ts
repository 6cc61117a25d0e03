/** What the tests of the TokenRequest API share. */
import { type KubernetesTokenRequest, kubernetes } from "@tokenhop/core/sources/kubernetes";
import { contextFor, type FakePlatform, fakePlatform, json, NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import { canary } from "../leak.ts";

export const seconds = NOW / 1000;
export const path = "/var/run/secrets/kubernetes.io/serviceaccount/token";
export const env = { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" };
/** What a pod has for the API server. */
export const own: string = canary("token-of-the-pod-0b9a4f6d2c81");
export const files = { [path]: own };
export const orders: KubernetesTokenRequest = { namespace: "shop", serviceAccount: "orders" };

export const granted = (token: unknown, expirationTimestamp: unknown = "2026-01-01T00:05:00Z") => ({
  kind: "TokenRequest",
  apiVersion: "authentication.k8s.io/v1",
  spec: { audiences: [AUDIENCE], expirationSeconds: 3_600 },
  status: { token, expirationTimestamp },
});
export const statusOf = (code: number, reason: string, message: string) => ({
  kind: "Status",
  apiVersion: "v1",
  metadata: {},
  status: "Failure",
  message,
  reason,
  code,
});

export const ask = (platform: FakePlatform, more: Partial<KubernetesTokenRequest> = {}, tokenFile?: string) =>
  kubernetes({ tokenFile, tokenRequest: { ...orders, ...more } }).getToken(
    { audience: AUDIENCE },
    contextFor(platform),
  );
export const answering = (body: unknown, init: ResponseInit = { status: 201 }, world = env): FakePlatform =>
  fakePlatform({ env: world, files, respond: () => json(body, init) });

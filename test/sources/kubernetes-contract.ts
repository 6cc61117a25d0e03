/** The source of Kubernetes with `tokenRequest` fulfils the contract, and refuses what cannot be asked for. */
import { kubernetes } from "@tokenhop/core/sources/kubernetes";
import { sourceContract } from "../contract/source.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { env, files, granted, orders, own, path } from "./kubernetes-support.ts";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "kubernetes",
    variant: "the TokenRequest API",
    provenance: "external",
    create: () => kubernetes({ tokenRequest: orders }),
    unavailable: [
      {
        where: "outside of a cluster",
        names: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT", "a runtime that can read files"],
      },
      { where: "without a port", env: { KUBERNETES_SERVICE_HOST: "::1" }, files, names: ["KUBERNETES_SERVICE_PORT"] },
      {
        where: "with the federated token file of AKS alone",
        env: { AZURE_FEDERATED_TOKEN_FILE: path },
        files,
        names: ["KUBERNETES_SERVICE_HOST", "KUBERNETES_SERVICE_PORT"],
      },
      ...["a b", "user:pw@host", "x/../y:1"].map((host) => ({
        where: `with the host ${host}`,
        env: { ...env, KUBERNETES_SERVICE_HOST: host },
        files,
        names: ["KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT with a host and a port"],
      })),
    ],
    mistakes: [
      {
        what: "everything wrong",
        make: () =>
          kubernetes({
            tokenRequest: {
              namespace: "a/../b",
              serviceAccount: "../../secrets",
              lifetimeMs: 600,
              boundObjectRef: { kind: "ConfigMap", name: "" },
              server: "https://k8s.example/?x=1",
              fetch: true,
              audience: "x",
            },
          } as never),
        problems: [
          "tokenRequest.namespace: expected the name of a namespace",
          "tokenRequest.serviceAccount: expected the name of a service account",
          "tokenRequest.lifetimeMs: expected 1000 to 4294967296000 ms",
          "tokenRequest.boundObjectRef.kind: expected Pod, Secret or Node",
          "tokenRequest.boundObjectRef.name: expected a text that is not empty",
          "tokenRequest.server: expected an https URL (http: loopback only, with allowHttpLoopback)",
          "tokenRequest.fetch: expected a function",
          "tokenRequest.audience: unknown option",
        ],
      },
      {
        what: "a plain server without allowHttpLoopback",
        make: () => kubernetes({ tokenRequest: { ...orders, server: "http://127.0.0.1:8001" } }),
        problems: ["tokenRequest.server: expected an https URL (http: loopback only, with allowHttpLoopback)"],
      },
      ...["", "Shop", "-shop", "shop-", "a.b", "a".repeat(64)].map((namespace) => ({
        what: `the namespace ${namespace}`,
        make: () => kubernetes({ tokenRequest: { ...orders, namespace } }),
        problems: ["tokenRequest.namespace: expected the name of a namespace"],
      })),
      ...["", "Orders", ".a", "a/b", "a%2fb", "a".repeat(254)].map((serviceAccount) => ({
        what: `the service account ${serviceAccount}`,
        make: () => kubernetes({ tokenRequest: { ...orders, serviceAccount } }),
        problems: ["tokenRequest.serviceAccount: expected the name of a service account"],
      })),
    ],
    wire: {
      env,
      files,
      method: "POST",
      body: (token) => granted(token),
      statuses: [201],
      audienceOf: ({ body }) => (JSON.parse(body) as ReturnType<typeof granted>).spec.audiences.join(),
      secret: own,
      notFound: "stop",
    },
  });
};

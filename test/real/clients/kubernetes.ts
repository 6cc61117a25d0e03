/** `@kubernetes/client-node` against the emulator's TokenRequest API: what it sends, what it reads, and what it throws. */
import { ApiException, CoreV1Api, KubeConfig, type V1Status } from "@kubernetes/client-node";
import type { KubernetesConfig } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import { brokerToken, clusterConfig, issuer } from "../../emulator/kubernetes-support.ts";
import type { Suite } from "../../harness.ts";
import { canary, record } from "../../leak.ts";
import { type Stage, withEmulator } from "./entra.ts";

const path = "/api/v1/namespaces/apps/serviceaccounts/worker/token";

/** A client with a token, as a program in the cluster has one. */
function apiFor({ https }: Stage, token: string): CoreV1Api {
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [{ name: "c", server: https.url, caData: Buffer.from(https.ca ?? "").toString("base64") }],
    users: [{ name: "u", token }],
    contexts: [{ name: "x", cluster: "c", user: "u" }],
    currentContext: "x",
  });
  return config.makeApiClient(CoreV1Api);
}

interface Scene {
  readonly stage: Stage;
  readonly api: CoreV1Api;
  ask(spec: object, name?: string): ReturnType<CoreV1Api["createNamespacedServiceAccountToken"]>;
}

/** Runs with an emulator and a client of its cluster's broker. */
function withCluster(
  work: (scene: Scene) => Promise<void>,
  changes: Partial<KubernetesConfig> = {},
  token?: (stage: Stage) => Promise<string>,
): Promise<void> {
  return withEmulator(async (stage) => {
    const shown = canary(await (token?.(stage) ?? brokerToken(stage.emulator)));
    const api = apiFor(stage, shown);
    await work({
      stage,
      api,
      ask: (spec, name = "worker") =>
        api.createNamespacedServiceAccountToken({
          namespace: "apps",
          name,
          body: { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec: spec as { audiences: string[] } },
        }),
    });
    record("log", stage.emulator.log);
  }, clusterConfig(changes));
}

/** The Status in what the client throws. */
async function statusOf(call: Promise<unknown>): Promise<V1Status & { readonly http: number }> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ApiException)) throw error;
    const body = typeof error.body === "string" ? (JSON.parse(error.body) as V1Status) : (error.body as V1Status);
    return { ...body, http: error.code };
  }
  throw new Error("There was no error");
}

export const suite: Suite = (QUnit) => {
  QUnit.module("kubernetes client: TokenRequest", () => {
    QUnit.test("gives a token, its end, and the audience in it", (assert) =>
      withCluster(async ({ stage, ask }) => {
        const { status, spec } = await ask({ audiences: ["sts.amazonaws.com"], expirationSeconds: 900 });
        const claims = decodeJwt(canary(status?.token ?? ""));
        assert.deepEqual([claims.aud, claims.iss, spec?.expirationSeconds], [["sts.amazonaws.com"], issuer, 900]);
        assert.strictEqual(status?.expirationTimestamp?.getTime(), (claims.exp ?? 0) * 1000);
        const [asked] = stage.asked();
        assert.strictEqual(asked?.line, `POST ${path}`);
        assert.ok(asked?.headers.get("content-type")?.startsWith("application/json"));
      }),
    );

    QUnit.test("gives less than was asked for where the server has a limit", (assert) =>
      withCluster(
        async ({ ask }) => {
          const { status, spec } = await ask({ audiences: ["vault"], expirationSeconds: 86_400 });
          const { exp = 0, iat = 0 } = decodeJwt(canary(status?.token ?? ""));
          assert.deepEqual([exp - iat, spec?.expirationSeconds], [3600, 3600]);
        },
        { maxTokenMs: 3_600_000 },
      ),
    );

    QUnit.test("binds a token to a pod", (assert) =>
      withCluster(async ({ ask }) => {
        const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "worker-1", uid: "uid-worker-1" };
        const { status } = await ask({ audiences: ["vault"], boundObjectRef });
        const { pod } = decodeJwt(canary(status?.token ?? ""))["kubernetes.io"] as { readonly pod: object };
        assert.deepEqual(pod, { name: "worker-1", uid: "uid-worker-1" });
      }),
    );

    const refusals: readonly (readonly [string, number, string, object, string?])[] = [
      ["the lifetime is too short", 422, "Invalid", { audiences: ["a"], expirationSeconds: 599 }],
      ["the account is not allowed", 403, "Forbidden", { audiences: ["a"] }, "broker"],
      [
        "the pod is another's",
        400,
        "BadRequest",
        { audiences: ["a"], boundObjectRef: { kind: "Pod", name: "broker-1" } },
      ],
      ["the pod is gone", 404, "NotFound", { audiences: ["a"], boundObjectRef: { kind: "Pod", name: "worker-9" } }],
    ];
    for (const [when, code, reason, spec, name] of refusals) {
      QUnit.test(`throws a Status when ${when}`, (assert) =>
        withCluster(async ({ ask }) => {
          const status = await statusOf(ask(spec, name));
          assert.deepEqual([status.http, status.code, status.reason, status.kind], [code, code, reason, "Status"]);
        }),
      );
    }

    QUnit.test("throws for a token that is for a cloud", (assert) =>
      withCluster(
        async ({ ask }) => {
          // Of this one answer it leaves the body out.
          const error = await ask({ audiences: ["a"] }).catch((thrown: unknown) => thrown);
          assert.strictEqual(error instanceof ApiException && error.code, 401);
        },
        {},
        ({ emulator }) => brokerToken(emulator, { audience: "sts.amazonaws.com" }),
      ),
    );
  });
};

/** Where the cluster's keys are, who trusts them, and what a config may say of a cluster. */
import { demoIds, type EmulatorConfigError, type KubernetesConfig, parseConfig } from "@tokenhop/emulator";
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import * as k8s from "./kubernetes-support.ts";
import * as world from "./support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the cluster's issuer", () => {
    QUnit.test("publishes the keys, below its own URL and at the API server", async (assert) => {
      const emulator = k8s.makeCluster();
      const token = await k8s.brokerToken(emulator, { audience: "vault" });
      for (const base of [k8s.issuer, k8s.apiServer, "http://127.0.0.1:6443"]) {
        const discovery = await world.ask(emulator, `${base}/.well-known/openid-configuration`);
        assert.deepEqual([discovery.body.issuer, discovery.body.jwks_uri], [k8s.issuer, `${base}/openid/v1/jwks`]);
        const jwks = await world.ask(emulator, String(discovery.body.jwks_uri));
        const options = { issuer: k8s.issuer, audience: "vault", currentDate: new Date(world.startAt) };
        await jwtVerify(token, createLocalJWKSet(jwks.body as unknown as JSONWebKeySet), options);
      }
    });

    QUnit.test("keeps them for the cluster's accounts where they are not public", async (assert) => {
      const emulator = k8s.makeCluster({ publicKeys: false });
      const token = await k8s.brokerToken(emulator);
      for (const path of ["/.well-known/openid-configuration", "/openid/v1/jwks"]) {
        const text = `forbidden: User "system:anonymous" cannot get path "${path}"`;
        assert.deepEqual((await world.ask(emulator, k8s.apiServer + path)).body, k8s.failure(403, "Forbidden", text));
        assert.strictEqual((await world.ask(emulator, k8s.apiServer + path, world.bearer(token))).status, 200);
      }
    });

    QUnit.test("is trusted by Entra and by Google when they can read its keys", async (assert) => {
      const subject = "system:serviceaccount:apps:worker";
      const trust = { name: "cluster", issuer: k8s.issuer, subject, audiences: [world.exchange] };
      const config = (publicKeys: boolean) => {
        const { tenants, gcp, ...rest } = k8s.clusterConfig({ publicKeys });
        const [project] = gcp?.projects ?? [];
        if (!project) throw new Error("The demo has a project");
        const pools = [{ id: "demo-pool", providers: [{ id: "demo-provider", issuer: k8s.issuer }] }];
        const trusting = tenants.map((tenant) => ({
          ...tenant,
          managedIdentities: (tenant.managedIdentities ?? []).map((one) => ({ ...one, federatedCredentials: [trust] })),
        }));
        return { ...rest, tenants: trusting, gcp: { projects: [{ ...project, workloadIdentityPools: pools }] } };
      };
      for (const [publicKeys, status] of [
        [true, 200],
        [false, 400],
      ] as const) {
        const emulator = world.makeEmulator(config(publicKeys));
        const token = (audience: string) =>
          emulator.issueServiceAccountToken({ namespace: "apps", name: "worker", audience });
        const client_assertion = await token(world.exchange);
        const entra = await world.postToken(emulator, { client_id: demoIds.uamiClientId, client_assertion });
        const google = await world.ask(emulator, "https://sts.googleapis.com/v1/token", {
          method: "POST",
          body: new URLSearchParams({
            grant_type: "urn:ietf:params:oauth:grant-type:token-exchange",
            audience: demoIds.gcpProvider,
            scope: "https://www.googleapis.com/auth/cloud-platform",
            requested_token_type: "urn:ietf:params:oauth:token-type:access_token",
            subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
            subject_token: await token(demoIds.gcpProvider),
          }),
        });
        assert.deepEqual([entra.status, google.status], [status, status]);
      }
    });

    QUnit.test("is not there without a cluster", async (assert) => {
      const emulator = world.makeEmulator();
      for (const path of ["/.well-known/openid-configuration", "/openid/v1/jwks"]) {
        assert.strictEqual((await world.ask(emulator, k8s.apiServer + path)).status, 404);
      }
      assert.strictEqual((await k8s.request(emulator, {}, { token: "abc" })).status, 401);
      await assert.rejects(k8s.brokerToken(emulator), (error) => String(error).includes('"apps/broker"'));
    });
  });

  QUnit.module("emulator: a cluster in a config", () => {
    const problemsOf = (changes: Partial<KubernetesConfig>): readonly string[] => {
      try {
        parseConfig(k8s.clusterConfig(changes));
        return [];
      } catch (error) {
        return (error as EmulatorConfigError).problems;
      }
    };
    const [first] = k8s.cluster.serviceAccounts;
    if (!first) throw new Error("The cluster has an account");
    const bad: readonly (readonly [string, Partial<KubernetesConfig>, number])[] = [
      ["an issuer on plain http", { issuer: "http://cluster.example" }, 1],
      ["an issuer with a query", { issuer: "https://cluster.example/?a" }, 1],
      ["no audience of its own", { apiAudiences: [] }, 1],
      ["less than an hour at most", { maxTokenMs: 600_000 }, 1],
      ["an account twice", { serviceAccounts: [first, first], pods: [] }, 2],
      ["a name with capitals", { serviceAccounts: [{ ...first, name: "Broker" }], pods: [] }, 1],
      ["a rule for everything", { serviceAccounts: [{ ...first, mayCreateTokensOf: ["*"] }], pods: [] }, 1],
      ["a pod of nobody", { pods: [{ namespace: "jobs", name: "p", uid: "u", serviceAccount: "worker" }] }, 1],
    ];
    for (const [what, changes, count] of bad) {
      QUnit.test(`${what} is refused`, (assert) => {
        const problems = problemsOf(changes);
        assert.strictEqual(problems.length, count, problems.join("\n"));
      });
    }
  });
};

/** The TokenRequest API of the cluster. */
import type { Emulator } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import * as k8s from "./kubernetes-support.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;
const unauthorized = k8s.failure(401, "Unauthorized", "Unauthorized");

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: TokenRequest", () => {
    QUnit.test("gives a token for the audience that was asked for", async (assert) => {
      const emulator = k8s.makeCluster();
      const reply = await k8s.request(emulator, { audiences: ["sts.amazonaws.com"], expirationSeconds: 1200 });
      const { token, ...status } = k8s.statusOf(reply);
      assert.deepEqual(
        [reply.status, reply.body.kind, reply.body.apiVersion],
        [201, "TokenRequest", "authentication.k8s.io/v1"],
      );
      assert.deepEqual(status, { expirationTimestamp: "2026-01-15T12:20:00Z" });
      const { jti, ...claims } = decodeJwt(String(token));
      assert.strictEqual(typeof jti, "string");
      assert.deepEqual(claims, {
        aud: ["sts.amazonaws.com"],
        exp: now + 1200,
        iat: now,
        iss: k8s.issuer,
        "kubernetes.io": { namespace: "apps", serviceaccount: { name: "worker", uid: "uid-worker" } },
        nbf: now,
        sub: "system:serviceaccount:apps:worker",
      });
    });

    QUnit.test("without audience and lifetime it is for the API server, for an hour", async (assert) => {
      const emulator = k8s.makeCluster();
      const reply = await k8s.request(emulator, undefined, { account: "jobs/nightly", body: "{}" });
      const claims = decodeJwt(String(k8s.statusOf(reply).token));
      assert.deepEqual([claims.aud, claims.exp], [[k8s.issuer], now + 3600]);
      const itself = await k8s.request(emulator, {}, { token: String(k8s.statusOf(reply).token) });
      assert.strictEqual(itself.status, 403);
      const empty = await k8s.request(emulator, { audiences: [], expirationSeconds: null, boundObjectRef: null });
      assert.deepEqual(decodeJwt(String(k8s.statusOf(empty).token)).aud, [k8s.issuer]);
    });

    QUnit.test("an account with the right renews itself, and one for a cloud cannot", async (assert) => {
      const emulator = k8s.makeCluster();
      const worker = await emulator.issueServiceAccountToken({ namespace: "apps", name: "worker", pod: "worker-1" });
      assert.strictEqual((await k8s.request(emulator, {}, { token: worker })).status, 201);
      const cloud = await k8s.brokerToken(emulator, { audience: "sts.amazonaws.com" });
      const reply = await k8s.request(emulator, {}, { token: cloud });
      assert.deepEqual([reply.status, reply.body], [401, unauthorized]);
    });

    QUnit.test("the server gives less than was asked for, and says so", async (assert) => {
      const emulator = k8s.makeCluster({ maxTokenMs: 3_600_000 });
      const reply = await k8s.request(emulator, { expirationSeconds: 7200 });
      assert.strictEqual(k8s.statusOf(reply).expirationTimestamp, "2026-01-15T13:00:00Z");
      assert.strictEqual((reply.body.spec as world.Json).expirationSeconds, 3600);
      assert.strictEqual(
        reply.headers.get("warning"),
        '299 - "requested expiration of 7200 seconds shortened to 3600 seconds"',
      );
      assert.strictEqual((await k8s.request(emulator, { expirationSeconds: 3600 })).headers.get("warning"), null);
    });

    const callers: readonly (readonly [string, (emulator: Emulator) => Promise<string>])[] = [
      ["nothing", async () => ""],
      ["no token", async () => "abc"],
      ["a token of another issuer", (emulator) => world.externalToken(emulator, { audience: k8s.issuer })],
      ["a token that ended", (emulator) => k8s.brokerToken(emulator, { lifetimeMs: -1000 })],
      ["a token for something else", (emulator) => k8s.brokerToken(emulator, { audience: "vault" })],
      ["a token with another signature", async (emulator) => changed(await k8s.brokerToken(emulator))],
    ];
    for (const [what, make] of callers) {
      QUnit.test(`whoever shows ${what} is nobody`, async (assert) => {
        const emulator = k8s.makeCluster();
        const reply = await k8s.request(emulator, {}, { token: await make(emulator) });
        assert.deepEqual([reply.status, reply.body], [401, unauthorized]);
      });
    }

    QUnit.test("who may not create tokens of an account learns nothing of it", async (assert) => {
      const emulator = k8s.makeCluster();
      for (const name of ["broker", "missing"]) {
        const reply = await k8s.request(emulator, {}, { account: `apps/${name}` });
        const text = `serviceaccounts "${name}" is forbidden: User "system:serviceaccount:apps:broker" cannot create resource "serviceaccounts/token" in API group "" in the namespace "apps"`;
        assert.deepEqual(reply.body, k8s.failure(403, "Forbidden", text, { name, kind: "serviceaccounts" }));
      }
      const missing = await k8s.request(emulator, {}, { account: "jobs/missing" });
      assert.deepEqual(
        [missing.status, missing.body],
        [
          404,
          k8s.failure(404, "NotFound", 'serviceaccounts "missing" not found', {
            name: "missing",
            kind: "serviceaccounts",
          }),
        ],
      );
    });

    const lifetimes: readonly (readonly [number, string?])[] = [
      [600],
      [599, "may not specify a duration less than 10 minutes"],
      [0, "may not specify a duration less than 10 minutes"],
      [-1, "may not specify a duration less than 10 minutes"],
      [2 ** 32],
      [2 ** 32 + 1, "may not specify a duration larger than 2^32 seconds"],
    ];
    for (const [expirationSeconds, problem] of lifetimes) {
      QUnit.test(`${expirationSeconds} seconds are ${problem === undefined ? "taken" : "refused"}`, async (assert) => {
        const { status, body } = await k8s.request(k8s.makeCluster(), { expirationSeconds });
        assert.strictEqual(status, problem === undefined ? 201 : 422);
        if (problem === undefined) return;
        const field = "spec.expirationSeconds";
        const message = `Invalid value: ${expirationSeconds}: ${problem}`;
        const causes = [{ reason: "FieldValueInvalid", message, field }];
        assert.deepEqual(
          body,
          k8s.failure(422, "Invalid", `TokenRequest.authentication.k8s.io "" is invalid: ${field}: ${message}`, {
            group: "authentication.k8s.io",
            kind: "TokenRequest",
            causes,
          }),
        );
      });
    }

    const bodies: readonly (readonly [string, number, string, k8s.RequestChanges])[] = [
      ["no JSON", 400, "BadRequest", { body: "audiences: [x]" }],
      ["another kind", 400, "BadRequest", { body: '{"kind":"TokenReview"}' }],
      ["another version", 400, "BadRequest", { body: '{"apiVersion":"authentication.k8s.io/v2"}' }],
      ["a text as audiences", 400, "BadRequest", { body: '{"spec":{"audiences":"x"}}' }],
      ["a part of a second", 400, "BadRequest", { body: '{"spec":{"expirationSeconds":600.5}}' }],
      ["another account's name", 400, "BadRequest", { body: '{"metadata":{"name":"broker"}}' }],
      ["another namespace", 400, "BadRequest", { body: '{"metadata":{"namespace":"jobs"}}' }],
      ["a form", 415, "UnsupportedMediaType", { body: "a=b", type: "application/x-www-form-urlencoded" }],
    ];
    for (const [what, status, reason, changes] of bodies) {
      QUnit.test(`refuses ${what}`, async (assert) => {
        const reply = await k8s.request(k8s.makeCluster(), {}, changes);
        assert.deepEqual(
          [reply.status, reply.body.kind, reply.body.reason, reply.body.code],
          [status, "Status", reason, status],
        );
      });
    }

    const references: readonly (readonly [string, number, string, object])[] = [
      ["of no kind", 400, "cannot bind token to object of type v1, Kind=", { apiVersion: "v1", name: "worker-1" }],
      [
        "that is a config map",
        400,
        "cannot bind token to object of type v1, Kind=ConfigMap",
        { apiVersion: "v1", kind: "ConfigMap" },
      ],
      ["that does not exist", 404, 'pods "worker-2" not found', { kind: "Pod", name: "worker-2" }],
      [
        "of another account",
        400,
        'cannot bind token for serviceaccount "worker" to pod running with different serviceaccount name.',
        { kind: "Pod", name: "broker-1" },
      ],
      [
        "that was made again",
        409,
        'Operation cannot be fulfilled on Pod "worker-1": the UID in the bound object reference (old) does not match the UID in record. The object might have been deleted and then recreated',
        { apiVersion: "v1", kind: "Pod", name: "worker-1", uid: "old" },
      ],
    ];
    for (const [what, status, message, boundObjectRef] of references) {
      QUnit.test(`binds no token to an object ${what}`, async (assert) => {
        const reply = await k8s.request(k8s.makeCluster(), { boundObjectRef });
        assert.deepEqual([reply.status, reply.body.message], [status, message]);
      });
    }

    QUnit.test("binds a token to a pod of the account, by name and by uid", async (assert) => {
      const emulator = k8s.makeCluster();
      for (const uid of [undefined, "uid-worker-1"]) {
        const boundObjectRef = { apiVersion: "v1", kind: "Pod", name: "worker-1", uid };
        const reply = await k8s.request(emulator, { boundObjectRef });
        const claims = decodeJwt(String(k8s.statusOf(reply).token))["kubernetes.io"] as world.Json;
        assert.deepEqual(claims.pod, { name: "worker-1", uid: "uid-worker-1" });
      }
    });

    QUnit.test("keeps tokens out of the log", async (assert) => {
      const emulator = k8s.makeCluster();
      const token = canary(await k8s.brokerToken(emulator));
      canary(String(k8s.statusOf(await k8s.request(emulator, {}, { token })).token));
      await k8s.request(emulator, { audiences: [token] }, { token });
      record("log", emulator.log);
      assert.strictEqual(emulator.log.filter(({ route }) => route === "kubernetes-token").length, 2);
    });
  });
};

/** A token whose signature is another. */
function changed(token: string): string {
  const at = token.lastIndexOf(".") + 10;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}

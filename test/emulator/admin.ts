/** The admin routes, and the check of the host in front of everything. */
import { createDemoConfig, createEmulator, demoIds, type Emulator } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import * as world from "./support.ts";

const origin = "http://127.0.0.1:8080";

function admin(
  emulator: Emulator,
  method: string,
  path: string,
  body?: unknown,
  token = "the-admin-token",
): Promise<world.Reply> {
  return world.ask(emulator, `${origin}/admin${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

const routes: readonly (readonly [string, string])[] = [
  ["GET", "/clock"],
  ["POST", "/clock"],
  ["GET", "/lifetimes"],
  ["PATCH", "/lifetimes"],
  ["GET", "/faults"],
  ["POST", "/faults"],
  ["DELETE", "/faults"],
  ["PUT", "/resources"],
  ["DELETE", "/resources"],
  ["POST", "/tokens/external"],
  ["POST", "/tokens/user"],
  ["POST", "/keys/rotate"],
  ["GET", "/access-policies"],
  ["PUT", "/access-policies"],
  ["POST", "/sessions/revoke"],
  ["GET", "/log"],
  ["DELETE", "/log"],
  ["GET", "/nothing"],
];

const resource = {
  subscriptionId: demoIds.subscriptionId,
  resourceGroup: "DEMO-rg",
  type: "Microsoft.Storage/storageAccounts",
  name: "fresh",
};

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: admin routes", () => {
    for (const [method, path] of routes) {
      QUnit.test(`${method} ${path} wants the admin token`, async (assert) => {
        const emulator = world.makeEmulator();
        const without = await world.ask(emulator, `${origin}/admin${path}`, { method });
        const wrong = await admin(emulator, method, path, undefined, "the-admin-tokex");
        assert.deepEqual([without.status, wrong.status], [401, 401]);
        assert.strictEqual(without.headers.get("www-authenticate"), "Bearer");
      });
    }

    QUnit.test("admin token is random unless given, and stays the same", async (assert) => {
      const [a, b] = [createEmulator(createDemoConfig()), createEmulator(createDemoConfig())];
      assert.strictEqual(a.adminToken, a.adminToken);
      assert.notStrictEqual(a.adminToken, b.adminToken);
      assert.ok(a.adminToken.length >= 22);
      assert.strictEqual((await admin(a, "GET", "/clock", undefined, a.adminToken)).status, 200);
      assert.strictEqual((await admin(a, "GET", "/clock", undefined, "")).status, 401);
    });

    QUnit.test("stay closed when the admin token is empty", async (assert) => {
      const emulator = world.makeEmulator(world.testConfig(), { adminToken: "" });
      const statuses = [
        (await world.ask(emulator, `${origin}/admin/clock`)).status,
        (await admin(emulator, "GET", "/clock", undefined, "")).status,
      ];
      assert.deepEqual(statuses, [401, 401]);
    });

    QUnit.test("move and set the clock", async (assert) => {
      const emulator = world.makeEmulator();
      await admin(emulator, "POST", "/clock", { advanceMs: 1000 });
      assert.strictEqual(emulator.now(), world.startAt + 1000);
      await admin(emulator, "POST", "/clock", { setAt: 5 });
      assert.strictEqual((await admin(emulator, "GET", "/clock")).body.now, 5);
      for (const body of [{}, { advanceMs: "1" }, { advanceMs: 1, setAt: 1 }, []]) {
        assert.strictEqual((await admin(emulator, "POST", "/clock", body)).status, 400);
      }
    });

    QUnit.test("change lifetimes of tokens from then on", async (assert) => {
      const emulator = world.makeEmulator();
      const { body } = await admin(emulator, "PATCH", "/lifetimes", { federatedIdentityTokenMs: 5000 });
      assert.deepEqual([body.federatedIdentityTokenMs, body.appTokenMs], [5000, 3_600_000]);
      const { exp } = decodeJwt(await world.federatedToken(emulator, demoIds.uamiClientId));
      assert.strictEqual(exp, world.startAt / 1000 + 5);
      const wrong = await admin(emulator, "PATCH", "/lifetimes", { appTokenMs: 1, other: 1 });
      assert.deepEqual(wrong.body.problems, ["appTokenMs: must be at least 1000 ms", "other: is not an option"]);
    });

    QUnit.test("create and remove resources", async (assert) => {
      const emulator = world.makeEmulator();
      const created = await admin(emulator, "PUT", "/resources", resource);
      assert.deepEqual([created.status, created.body.location], [201, "westeurope"]);
      assert.ok(String(created.body.id).includes("/resourceGroups/demo-rg/"), "with the group's own spelling");
      assert.strictEqual((await admin(emulator, "DELETE", "/resources", resource)).body.removed, true);
      assert.strictEqual((await admin(emulator, "DELETE", "/resources", resource)).body.removed, false);
      assert.strictEqual(
        (await admin(emulator, "PUT", "/resources", { ...resource, resourceGroup: "none" })).status,
        404,
      );
      assert.strictEqual((await admin(emulator, "PUT", "/resources", { ...resource, name: "a/b" })).status, 400);
    });

    QUnit.test("sign external tokens for any subject", async (assert) => {
      const emulator = world.makeEmulator();
      const request = {
        provider: demoIds.oidcProvider,
        subject: "anyone",
        audience: ["a", "b"],
        lifetimeMs: 1000,
        claims: { x: 1 },
      };
      const { body } = await admin(emulator, "POST", "/tokens/external", request);
      const { iss, sub, aud, x, exp } = decodeJwt(String(body.value));
      assert.deepEqual(
        [iss, sub, aud, x, exp],
        [demoIds.oidcIssuer, "anyone", ["a", "b"], 1, world.startAt / 1000 + 1],
      );
      assert.strictEqual(
        (await admin(emulator, "POST", "/tokens/external", { ...request, provider: "none" })).status,
        404,
      );
    });

    QUnit.test("sign user tokens", async (assert) => {
      const emulator = world.makeEmulator();
      const request = { user: demoIds.user, clientId: world.ids.bareApp, audience: world.apiUri, scopes: ["a", "b"] };
      const { body } = await admin(emulator, "POST", "/tokens/user", request);
      const claims = decodeJwt(String(body.value));
      assert.deepEqual(
        [claims.aud, claims.iss, claims.scp, claims.azp, claims.azpacr, claims.preferred_username, claims.idtyp],
        [world.ids.api, world.entraIssuer(demoIds.tenantId), "a b", world.ids.bareApp, "0", demoIds.user, "user"],
      );
      assert.notStrictEqual(claims.sub, claims.oid, "the subject is pairwise");
      for (const change of [{ user: "nobody" }, { audience: "api://none" }, { tenant: "none.example" }]) {
        assert.strictEqual((await admin(emulator, "POST", "/tokens/user", { ...request, ...change })).status, 404);
      }
    });

    QUnit.test("rotate keys", async (assert) => {
      const emulator = world.makeEmulator();
      const count = async () =>
        ((await world.ask(emulator, `${origin}/common/discovery/v2.0/keys`)).body.keys as unknown[]).length;
      assert.strictEqual(await count(), 1);
      assert.strictEqual((await admin(emulator, "POST", "/keys/rotate", { issuer: "entra" })).status, 204);
      assert.strictEqual(await count(), 2);
      await Promise.all([emulator.rotateKeys("entra"), emulator.rotateKeys("entra")]);
      assert.strictEqual(await count(), 4, "two rotations at once lose no key");
      assert.strictEqual((await admin(emulator, "POST", "/keys/rotate", { issuer: "none" })).status, 404);
    });

    QUnit.test("read what is new in the log, and clear it", async (assert) => {
      const emulator = world.makeEmulator();
      await world.federatedToken(emulator, demoIds.uamiClientId);
      const read = async (query = "") =>
        (await admin(emulator, "GET", `/log${query}`)).body as unknown as { sequence: number }[];
      assert.deepEqual(
        (await read()).map(({ sequence }) => sequence),
        [1, 2, 3],
      );
      assert.deepEqual(
        (await read("?after=2")).map(({ sequence }) => sequence),
        [3],
      );
      await admin(emulator, "DELETE", "/log");
      assert.deepEqual([(await read()).length, emulator.log.length], [0, 0]);
    });

    QUnit.test("name every problem of a body", async (assert) => {
      const emulator = world.makeEmulator();
      const problems = async (body: unknown) => (await admin(emulator, "POST", "/faults", body)).body.problems;
      assert.deepEqual(await problems({ route: "token", kind: "respond", status: 99, skip: -1, delay: 1 }), [
        "skip: must not be negative",
        "status: must be 200 to 599",
        "delay: is not an option",
      ]);
      assert.strictEqual(((await problems({ route: "none", kind: "drop" })) as unknown[]).length, 1);
      const { status, body } = await world.ask(emulator, `${origin}/admin/faults`, {
        method: "POST",
        body: "no json",
        headers: { authorization: "Bearer the-admin-token" },
      });
      assert.deepEqual([status, body.problems], [400, ["The body is not JSON"]]);
    });
  });

  QUnit.module("emulator: hosts", () => {
    const path = `/${demoIds.tenantId}/discovery/v2.0/keys`;
    const hosts: readonly (readonly [string, number])[] = [
      ["http://localhost:1", 200],
      ["http://127.0.0.1", 200],
      ["https://[::1]:8443", 200],
      ["https://login.microsoftonline.com", 200],
      ["http://169.254.169.254", 200],
      ["https://oidc.emulator.test", 200],
      ["https://more.example", 200],
      ["https://evil.example", 421],
      ["https://more.example.evil.example", 421],
      ["https://localhost.evil.example", 421],
      ["https://evil.example:8080", 421],
      ["https://login.microsoftonline.com:8080", 200],
      ["https://login.microsoftonline.com.evil.example", 421],
      ["https://127.0.0.2", 421],
    ];
    for (const [host, status] of hosts) {
      QUnit.test(`${host} gets ${status}`, async (assert) => {
        const emulator = world.makeEmulator(world.testConfig(), { allowedHosts: ["More.example"] });
        assert.strictEqual((await world.ask(emulator, host + path)).status, status);
        const admin = await world.ask(emulator, `${host}/admin/clock`, world.bearer("the-admin-token"));
        assert.strictEqual(admin.status, status);
      });
    }

    QUnit.test("an unknown path gets 404 and changes nothing", async (assert) => {
      const emulator = world.makeEmulator();
      const response = await emulator.fetch("https://localhost/unknown");
      assert.strictEqual(response.status, 404);
      assert.strictEqual(emulator.log.length, 0);
    });
  });
};

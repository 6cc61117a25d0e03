/** Tokens of service accounts for whoever may act as them. */
import { demoIds, type GcpRole } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as gcp from "./gcp-support.ts";
import type * as world from "./support.ts";

const { gcpServiceAccount, oidcSubject } = demoIds;
const scope = [gcp.cloudPlatform];
const workload = gcp.principal(oidcSubject);

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Google's service accounts", () => {
    QUnit.test("gives an access token that opens what the workload's own does not", async (assert) => {
      const emulator = gcp.makeGcp();
      const own = await gcp.federated(emulator);
      const reply = await gcp.impersonate(emulator, own, { scope, lifetime: "1200s" });
      const { accessToken, ...rest } = reply.body;
      assert.deepEqual([reply.status, rest], [200, { expireTime: "2026-01-15T12:20:00Z" }]);
      assert.ok(/^ya29\.c\.[\w-]{60,}$/.test(String(accessToken)));
      const list = await gcp.buckets(emulator, String(accessToken));
      assert.deepEqual([list.status, list.body.kind], [200, "storage#buckets"]);
      assert.deepEqual(
        (list.body.items as readonly world.Json[]).map(({ name }) => name),
        [demoIds.gcpBucket],
      );
      assert.strictEqual((await gcp.buckets(emulator, own)).status, 403);
      emulator.advanceClock(1_199_000);
      assert.strictEqual((await gcp.buckets(emulator, String(accessToken))).status, 200);
      emulator.advanceClock(1000);
      assert.strictEqual((await gcp.buckets(emulator, String(accessToken))).status, 401);
    });

    QUnit.test("finds an account by its unique id and by an encoded email", async (assert) => {
      const emulator = gcp.makeGcp();
      const token = await gcp.federated(emulator);
      for (const name of ["100000000000000000001", encodeURIComponent(gcpServiceAccount)]) {
        assert.strictEqual((await gcp.impersonate(emulator, token, { scope }, { account: name })).status, 200, name);
      }
    });

    const callers: readonly (readonly [string, number, string, string, (token: string) => string | undefined])[] = [
      ["no token", 401, "UNAUTHENTICATED", "CREDENTIALS_MISSING", () => undefined],
      ["a token of nobody's", 401, "UNAUTHENTICATED", "ACCESS_TOKEN_TYPE_UNSUPPORTED", (token) => `${token}x`],
      [
        "the token from outside",
        401,
        "UNAUTHENTICATED",
        "ACCESS_TOKEN_TYPE_UNSUPPORTED",
        () => "eyJhbGciOiJSUzI1NiJ9.e30.x",
      ],
    ];
    for (const [what, status, name, reason, change] of callers) {
      QUnit.test(`refuses a caller with ${what}`, async (assert) => {
        const emulator = gcp.makeGcp();
        const reply = await gcp.impersonate(emulator, change(await gcp.federated(emulator)), { scope });
        const error = gcp.errorOf(reply);
        assert.deepEqual([reply.status, error.code, error.status], [status, status, name]);
        assert.strictEqual((error.details as readonly world.Json[])[0]?.reason, reason);
        assert.ok(reply.headers.get("www-authenticate")?.startsWith("Bearer"));
      });
    }

    QUnit.test("refuses a token that ended, and one without the scope for it", async (assert) => {
      const emulator = gcp.makeGcp();
      const ended = await gcp.federated(emulator);
      const narrow = await gcp.federated(emulator, { scope: "https://www.googleapis.com/auth/devstorage.read_only" });
      const iam = await gcp.federated(emulator, { scope: "https://www.googleapis.com/auth/iam" });
      const reasonOf = async (token: string) => {
        const { status, body } = await gcp.impersonate(emulator, token, { scope });
        const { details } = (body.error ?? {}) as { readonly details?: readonly world.Json[] };
        return [status, details?.[0]?.reason];
      };
      assert.deepEqual(await reasonOf(narrow), [403, "ACCESS_TOKEN_SCOPE_INSUFFICIENT"]);
      assert.deepEqual(await reasonOf(iam), [200, undefined]);
      emulator.advanceClock(3_600_000);
      assert.deepEqual(await reasonOf(ended), [401, "ACCESS_TOKEN_EXPIRED"]);
    });

    const bodies: readonly (readonly [string, unknown])[] = [
      ["no JSON", "scope=x"],
      ["a list", []],
      ["no scope", {}],
      ["an empty list of scopes", { scope: [] }],
      ["a text as scope", { scope: gcp.cloudPlatform }],
      ["a lifetime without its unit", { scope, lifetime: "3600" }],
      ["a lifetime as a number", { scope, lifetime: 3600 }],
      ["a lifetime of nothing", { scope, lifetime: "0s" }],
      ["a negative lifetime", { scope, lifetime: "-5s" }],
      ["more than an hour", { scope, lifetime: "3601s" }],
      ["delegates that are no list", { scope, delegates: gcpServiceAccount }],
      ["a delegate without its prefix", { scope, delegates: [gcpServiceAccount] }],
    ];
    for (const [what, body] of bodies) {
      QUnit.test(`refuses ${what}`, async (assert) => {
        const emulator = gcp.makeGcp();
        const reply = await gcp.impersonate(emulator, await gcp.federated(emulator), body);
        const { code, status } = gcp.errorOf(reply);
        assert.deepEqual([reply.status, code, status], [400, 400, "INVALID_ARGUMENT"]);
      });
    }

    QUnit.test("wants the wildcard as project, and names an account that it does not find", async (assert) => {
      const emulator = gcp.makeGcp();
      const token = await gcp.federated(emulator);
      const project = await gcp.impersonate(emulator, token, { scope }, { project: demoIds.gcpProjectId });
      assert.deepEqual([project.status, gcp.errorOf(project).status], [400, "INVALID_ARGUMENT"]);
      const missing = await gcp.impersonate(emulator, token, { scope }, { account: gcp.emailOf("nobody-here") });
      assert.deepEqual(
        [missing.status, gcp.errorOf(missing)],
        [
          404,
          {
            code: 404,
            message: `Not found; Gaia id not found for email ${gcp.emailOf("nobody-here")}`,
            status: "NOT_FOUND",
          },
        ],
      );
    });

    QUnit.test("lets a token live for twelve hours only where the organization does", async (assert) => {
      const grants = gcp.to("roles/iam.workloadIdentityUser", workload);
      const serviceAccounts = [gcp.account("long-lived", "1", { grants, extendedLifetime: true })];
      const emulator = gcp.makeGcp(gcp.gcpConfig({}, { serviceAccounts }));
      const ask = async (lifetime: string) =>
        gcp.impersonate(
          emulator,
          await gcp.federated(emulator),
          { scope, lifetime },
          { account: gcp.emailOf("long-lived") },
        );
      assert.strictEqual((await ask("43200s")).body.expireTime, "2026-01-16T00:00:00Z");
      assert.strictEqual((await ask("43201s")).status, 400);
    });

    const roles: readonly (readonly [GcpRole, number, number])[] = [
      ["roles/iam.workloadIdentityUser", 200, 200],
      ["roles/iam.serviceAccountTokenCreator", 200, 200],
      ["roles/iam.serviceAccountOpenIdTokenCreator", 403, 200],
      ["roles/viewer", 403, 403],
    ];
    for (const [role, access, id] of roles) {
      QUnit.test(`${role} gives ${access} for access tokens and ${id} for ID tokens`, async (assert) => {
        for (const place of ["account", "project"] as const) {
          const grants = gcp.to(role, workload);
          const serviceAccounts = [gcp.account("demo-runner", "1", place === "account" ? { grants } : {})];
          const more = { serviceAccounts, grants: place === "project" ? grants : [] };
          const emulator = gcp.makeGcp(gcp.gcpConfig({}, more));
          const token = await gcp.federated(emulator);
          const first = await gcp.impersonate(emulator, token, { scope });
          const second = await gcp.impersonate(emulator, token, { audience: "a" }, { method: "generateIdToken" });
          assert.deepEqual([first.status, second.status], [access, id], place);
          if (access === 403) assert.deepEqual(gcp.errorOf(first), gcp.denied("iam.serviceAccounts.getAccessToken"));
          if (id === 403) assert.deepEqual(gcp.errorOf(second), gcp.denied("iam.serviceAccounts.getOpenIdToken"));
        }
      });
    }
  });
};

/** The metadata server of Google's machines, and the buckets that a token opens. */
import { createDemoConfig, demoIds, type Emulator } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import * as gcp from "./gcp-support.ts";
import type * as world from "./support.ts";

const { gcpServiceAccount, gcpProjectId, gcpProjectNumber } = demoIds;
const base = "http://metadata.google.internal/computeMetadata/v1";
const accounts = `${base}/instance/service-accounts`;
const flavor = { "metadata-flavor": "Google" };

async function text(emulator: Emulator, url: string, headers: Record<string, string> = flavor) {
  const response = await emulator.fetch(url, { headers });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Google's metadata server", () => {
    QUnit.test("gives an ID token as the whole body", async (assert) => {
      const emulator = gcp.makeGcp();
      const audience = "https://api.example/?a=b&c";
      const url = `${accounts}/default/identity?audience=${encodeURIComponent(audience)}`;
      const plain = await text(emulator, url);
      assert.deepEqual([plain.status, plain.headers.get("metadata-flavor")], [200, "Google"]);
      const { aud, email, sub } = decodeJwt(plain.text);
      assert.deepEqual([aud, email, sub], [audience, undefined, "100000000000000000001"]);
      const full = decodeJwt((await text(emulator, `${url}&format=full`)).text);
      assert.deepEqual([full.email, full.email_verified], [gcpServiceAccount, true]);
    });

    QUnit.test("gives an access token that opens the project's buckets", async (assert) => {
      const emulator = gcp.makeGcp();
      const { text: body } = await text(emulator, `${accounts}/${gcpServiceAccount}/token`);
      const { access_token, ...rest } = JSON.parse(body) as Record<string, unknown>;
      assert.deepEqual(rest, { expires_in: 3600, token_type: "Bearer" });
      assert.strictEqual((await gcp.buckets(emulator, String(access_token))).status, 200);
      const narrow = await text(emulator, `${accounts}/default/token?scopes=https://www.googleapis.com/auth/iam`);
      const { access_token: iam } = JSON.parse(narrow.text) as Record<string, unknown>;
      assert.strictEqual((await gcp.buckets(emulator, String(iam))).status, 403);
    });

    const entries: readonly (readonly [string, string])[] = [
      ["http://metadata.google.internal", "v1/\n"],
      ["http://metadata.google.internal/", "v1/\n"],
      ["http://169.254.169.254/", "v1/\n"],
      ["http://169.254.169.254/computeMetadata/v1/instance", "service-accounts/\n"],
      [`${base}/`, "instance/\nproject/\n"],
      [`${base}/project/project-id`, gcpProjectId],
      [`${base}/project/numeric-project-id`, gcpProjectNumber],
      [`${accounts}/default/email`, gcpServiceAccount],
    ];
    for (const [url, content] of entries) {
      QUnit.test(`answers at ${url}, to who says Metadata-Flavor`, async (assert) => {
        const emulator = gcp.makeGcp();
        const { status, headers, text: body } = await text(emulator, url);
        assert.deepEqual([status, body, headers.get("metadata-flavor")], [200, content, "Google"]);
        const without = await text(emulator, url, {});
        assert.deepEqual([without.status, without.text], [403, "Missing Metadata-Flavor:Google header."]);
        assert.strictEqual((await text(emulator, url, { ...flavor, "x-forwarded-for": "1.2.3.4" })).status, 403);
      });
    }

    QUnit.test("refuses an identity without an audience, another account, and what is not there", async (assert) => {
      const emulator = gcp.makeGcp();
      const missing = await text(emulator, `${accounts}/default/identity?format=full`);
      assert.deepEqual([missing.status, missing.text], [400, "non-empty audience parameter required"]);
      assert.strictEqual((await text(emulator, `${accounts}/other@x.iam.gserviceaccount.com/token`)).status, 404);
      assert.strictEqual((await text(emulator, `${accounts}/default/keys`)).status, 404);
      const bare = gcp.makeGcp({ ...createDemoConfig(), gcp: undefined });
      assert.strictEqual((await text(bare, `${accounts}/default/token`)).status, 404);
    });
  });

  QUnit.module("emulator: Cloud Storage", () => {
    QUnit.test("lists to who may, a federated principal as it is too", async (assert) => {
      const grants = [{ role: "roles/viewer" as const, members: [gcp.principal(demoIds.oidcSubject)] }];
      const emulator = gcp.makeGcp(gcp.gcpConfig({}, { grants, buckets: [] }));
      const { status, body } = await gcp.buckets(
        emulator,
        await gcp.federated(emulator),
        `?project=${gcpProjectNumber}`,
      );
      assert.deepEqual([status, body], [200, { kind: "storage#buckets" }]);
    });

    QUnit.test("refuses in a form of its own", async (assert) => {
      const emulator = gcp.makeGcp();
      const error = async (token?: string, query?: string) => (await gcp.buckets(emulator, token, query)).body.error;
      const message = "Invalid Credentials";
      const unauthorized = {
        code: 401,
        message,
        errors: [{ message, domain: "global", reason: "authError", locationType: "header", location: "Authorization" }],
      };
      assert.deepEqual(await error(), unauthorized);
      assert.deepEqual(await error("ya29.x"), unauthorized);
      const token = await gcp.federated(emulator);
      const name = gcp.principal(demoIds.oidcSubject);
      const forbidden = `${name} does not have storage.buckets.list access to the Google Cloud project. Permission 'storage.buckets.list' denied on resource (or it may not exist).`;
      const denial = {
        code: 403,
        message: forbidden,
        errors: [{ message: forbidden, domain: "global", reason: "forbidden" }],
      };
      assert.deepEqual(await error(token), denial);
      assert.deepEqual(await error(token, "?project=no-such-project"), denial);
      assert.strictEqual(((await error(token, "")) as world.Json).code, 400);
    });

    QUnit.test("is for a token with a scope for it", async (assert) => {
      const emulator = gcp.makeGcp();
      const token = await gcp.federated(emulator);
      const scoped = async (name: string) => {
        const scope = [`https://www.googleapis.com/auth/${name}`];
        const { body } = await gcp.impersonate(emulator, token, { scope });
        return (await gcp.buckets(emulator, String(body.accessToken))).status;
      };
      assert.deepEqual(
        await Promise.all(["devstorage.read_only", "cloud-platform", "compute"].map(scoped)),
        [200, 200, 403],
      );
    });
  });
};

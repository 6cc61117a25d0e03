/** `google-auth-library` as a client of the emulator's token service: what it sends, what it makes of answers and refusals. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demoIds, type EmulatorConfig } from "@tokenhop/emulator";
import * as gcp from "../../emulator/gcp-support.ts";
import { clusterConfig, issuer } from "../../emulator/kubernetes-support.ts";
import type { Suite } from "../../harness.ts";
import { canary, record } from "../../leak.ts";
import * as google from "./google-stage.ts";

const { gcpProvider, gcpBucket, oidcSubject } = demoIds;
const hourMs = 3_600_000;
const stsLine = "POST /v1/token";

/** Refusals of the token service, and what the library makes of each: written by hand. */
const refusals: readonly (readonly [when: string, message: string, config: EmulatorConfig, scopes?: string[]])[] = [
  [
    "the audience is another",
    `Error code invalid_grant: The audience in ID Token [https:${gcpProvider}] does not match the expected audience api://mine.`,
    gcp.gcpConfig({ allowedAudiences: ["api://mine"] }),
  ],
  [
    "the condition is not met",
    "Error code unauthorized_client: The given credential is rejected by the attribute condition.",
    gcp.gcpConfig({ attributeCondition: "assertion.sub == 'somebody'" }),
  ],
  [
    "the provider is disabled",
    'Error code invalid_target: The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.',
    gcp.gcpConfig({ disabled: true }),
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("google-auth-library: a federated token", () => {
    QUnit.test("is asked for with the fields that Google's page names, and opens what it may", (assert) =>
      google.withGoogle(
        async (stage) => {
          const client = google.poolClient(stage);
          const { token } = await client.getAccessToken();
          canary(token ?? "");
          const [asked] = stage.asked();
          assert.strictEqual(asked?.line, stsLine);
          const { subject_token, ...form } = Object.fromEntries(asked?.form ?? []);
          canary(subject_token ?? "");
          assert.deepEqual(form, {
            audience: gcpProvider,
            grant_type: gcp.types.grant,
            requested_token_type: gcp.types.access,
            scope: gcp.cloudPlatform,
            subject_token_type: gcp.types.jwt,
          });
          assert.strictEqual(asked?.headers.get("authorization"), null);
          assert.ok(google.near(client.credentials.expiry_date, Date.now() + hourMs));
          const { status, data } = await client.request<{ readonly items: readonly { readonly name: string }[] }>({
            url: google.bucketsUrl(stage),
          });
          assert.deepEqual([status, data.items.map(({ name }) => name)], [200, [gcpBucket]]);
          record("log", stage.emulator.log);
        },
        gcp.gcpConfig({}, { grants: [{ role: "roles/viewer", members: [gcp.principal(oidcSubject)] }] }),
      ),
    );

    for (const [when, message, config] of refusals) {
      QUnit.test(`is not given when ${when}`, (assert) =>
        google.withGoogle(async (stage) => {
          const error = await google.thrownBy(google.poolClient(stage).getAccessToken());
          assert.strictEqual(error.message, message);
        }, config),
      );
    }

    QUnit.test("without expires_in is held without an end", (assert) =>
      google.withGoogle(async (stage) => {
        stage.emulator.setFault({ route: "gcp-sts", kind: "edit", remove: ["expires_in"] });
        const client = google.poolClient(stage);
        const { token } = await client.getAccessToken();
        stage.emulator.advanceClock(2 * hourMs);
        assert.strictEqual((await client.getAccessToken()).token, token);
        assert.strictEqual(client.credentials.expiry_date, undefined);
      }),
    );

    QUnit.test("that has less than five minutes is asked for again each time", (assert) =>
      google.withGoogle(async (stage) => {
        const client = google.poolClient(stage);
        stage.emulator.setLifetimes({ googleTokenMs: 310_000 });
        await client.getAccessToken();
        await client.getAccessToken();
        assert.deepEqual(stage.lines(), [stsLine]);
        stage.emulator.setLifetimes({ googleTokenMs: 290_000 });
        const other = google.poolClient(stage);
        await other.getAccessToken();
        await other.getAccessToken();
        assert.deepEqual(stage.lines(), [stsLine, stsLine]);
      }),
    );

    QUnit.test("is asked for again when the first answer is 503", (assert) =>
      google.withGoogle(async (stage) => {
        stage.emulator.setFault({ route: "gcp-sts", kind: "respond", status: 503 });
        assert.ok((await google.poolClient(stage).getAccessToken()).token);
        assert.deepEqual(stage.lines(), [stsLine, stsLine]);
      }),
    );

    QUnit.test("comes from a job's URL, as in GitHub Actions", (assert) =>
      google.withGoogle(async (stage) => {
        const { http } = stage;
        const client = google.poolClient(stage, {
          credential_source: {
            url: `${http.url}/oidc/${demoIds.oidcProvider}/token?api-version=2.0&audience=${encodeURIComponent(gcpProvider)}`,
            headers: { Authorization: `Bearer ${demoIds.oidcRequestToken}` },
            format: { type: "json", subject_token_field_name: "value" },
          },
        });
        assert.ok((await client.getAccessToken()).token);
        assert.deepEqual(stage.lines(), [`GET /oidc/${demoIds.oidcProvider}/token`, stsLine]);
      }),
    );

    QUnit.test("comes from the file of a Kubernetes pod", (assert) => {
      const demo = clusterConfig();
      const { gcp: cloud } = gcp.gcpConfig({ issuer });
      return google.withGoogle(
        async (stage) => {
          const folder = mkdtempSync(join(tmpdir(), "tokenhop-pod-"));
          const file = join(folder, "token");
          const account = { namespace: "apps", name: "worker", pod: "worker-1", audience: gcpProvider };
          writeFileSync(file, await stage.emulator.issueServiceAccountToken(account), { mode: 0o600 });
          try {
            const client = google.poolClient(stage, { credential_source: { file } });
            assert.ok((await client.getAccessToken()).token);
            assert.strictEqual(
              stage.emulator.log.filter(({ route }) => route === "gcp-sts").at(-1)?.subject,
              "system:serviceaccount:apps:worker",
            );
          } finally {
            rmSync(folder, { recursive: true, force: true });
          }
        },
        { ...demo, gcp: cloud },
      );
    });
  });
};

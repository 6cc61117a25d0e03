/** `google-auth-library` and the emulator's service accounts: impersonation, delegates, ID tokens, the metadata server. */
import { createPublicKey } from "node:crypto";
import { demoIds, type EmulatorConfig } from "@tokenhop/emulator";
import { Compute, Impersonated, OAuth2Client } from "google-auth-library";
import type { JWK } from "jose";
import * as gcp from "../../emulator/gcp-support.ts";
import type { Suite } from "../../harness.ts";
import { canary } from "../../leak.ts";
import { withVariables } from "./aws-stage.ts";
import * as google from "./google-stage.ts";

const { gcpServiceAccount, oidcSubject } = demoIds;
const hourMs = 3_600_000;
const stsLine = "POST /v1/token";
const impersonationLine = `POST /v1/projects/-/serviceAccounts/${gcpServiceAccount}:generateAccessToken`;

export const suite: Suite = (QUnit) => {
  QUnit.module("google-auth-library: a service account", () => {
    QUnit.test("is impersonated, with the scopes and the lifetime that were asked for", (assert) =>
      google.withGoogle(async (stage) => {
        const lifetime = { service_account_impersonation: { token_lifetime_seconds: 1800 } };
        const scopes = ["https://www.googleapis.com/auth/devstorage.read_only"];
        const client = google.accountClient(stage, lifetime, scopes);
        const { status } = await client.request({ url: google.bucketsUrl(stage) });
        assert.strictEqual(status, 200);
        const [sts, impersonation] = stage.asked();
        assert.deepEqual([sts?.line, impersonation?.line], [stsLine, impersonationLine]);
        assert.strictEqual(sts?.form.get("scope"), gcp.cloudPlatform);
        assert.ok(google.near(client.credentials.expiry_date, Date.now() + hourMs / 2));
        assert.strictEqual(client.getServiceAccountEmail(), gcpServiceAccount);
      }),
    );

    const denials: readonly (readonly [string, number, string, EmulatorConfig, Record<string, unknown>?])[] = [
      [
        "the workload may not act as it",
        403,
        "Permission 'iam.serviceAccounts.getAccessToken' denied on resource (or it may not exist).",
        gcp.gcpConfig({}, { serviceAccounts: [{ name: "demo-runner", uniqueId: "1" }] }),
      ],
      [
        "it is not there",
        404,
        `Not found; Gaia id not found for email ${gcpServiceAccount}`,
        gcp.gcpConfig({}, { serviceAccounts: [] }),
      ],
      [
        "the token shall live too long",
        400,
        "The requested lifetime is longer than 3600s.",
        gcp.gcpConfig(),
        { service_account_impersonation: { token_lifetime_seconds: 7200 } },
      ],
    ];
    for (const [when, status, message, config, changes] of denials) {
      QUnit.test(`is not impersonated when ${when}`, (assert) =>
        google.withGoogle(async (stage) => {
          const error = await google.thrownBy(google.accountClient(stage, changes).getAccessToken());
          assert.deepEqual([error.status, error.message], [status, message]);
        }, config),
      );
    }

    QUnit.test("is reached through delegates, and gives ID tokens that Google's own code verifies", (assert) => {
      const creator = (...members: readonly string[]) => gcp.to("roles/iam.serviceAccountTokenCreator", ...members);
      const serviceAccounts = [
        gcp.account("first-hop", "11", { grants: creator(gcp.principal(oidcSubject)) }),
        gcp.account("the-target", "12", { grants: creator(`serviceAccount:${gcp.emailOf("first-hop")}`) }),
      ];
      return google.withGoogle(
        async (stage) => {
          const target = (delegates: readonly string[]): Impersonated =>
            new Impersonated({
              sourceClient: google.poolClient(stage),
              targetPrincipal: gcp.emailOf("the-target"),
              targetScopes: [gcp.cloudPlatform],
              delegates: [...delegates],
              endpoint: stage.https.url,
              lifetime: 600,
            });
          const client = target([`projects/-/serviceAccounts/${gcp.emailOf("first-hop")}`]);
          assert.ok((await client.getAccessToken()).token);
          assert.ok(google.near(client.credentials.expiry_date, Date.now() + 600_000));
          const error = await google.thrownBy(target([]).getAccessToken());
          assert.ok(error.message.includes("iam.serviceAccounts.getAccessToken"), error.message);

          const idToken = canary(await client.fetchIdToken("https://api.example", { includeEmail: true }));
          const keys = await (await fetch(`${stage.https.url}/www.googleapis.com/oauth2/v3/certs`)).json();
          const certs = (keys as { readonly keys: readonly (JWK & { readonly kid: string })[] }).keys.map((key) => [
            key.kid,
            String(createPublicKey({ key, format: "jwk" }).export({ type: "spki", format: "pem" })),
          ]);
          const ticket = await new OAuth2Client().verifySignedJwtWithCertsAsync(
            idToken,
            Object.fromEntries(certs),
            "https://api.example",
            ["https://accounts.google.com"],
          );
          const { sub, email } = ticket.getPayload() ?? {};
          assert.deepEqual([sub, email], ["12", gcp.emailOf("the-target")]);
        },
        gcp.gcpConfig({}, { serviceAccounts }),
      );
    });
  });

  QUnit.module("google-auth-library: a machine of Google's", () => {
    QUnit.test("gives access tokens and ID tokens by its metadata server", (assert) =>
      google.withGoogle((stage) =>
        withVariables({ GCE_METADATA_HOST: new URL(stage.http.url).host }, async () => {
          const client = new Compute({ scopes: [gcp.cloudPlatform] });
          assert.ok((await client.getAccessToken()).token);
          const { status } = await client.request({ url: google.bucketsUrl(stage) });
          assert.strictEqual(status, 200);
          const payload = (await client.fetchIdToken("https://api.example")).split(".")[1] ?? "";
          const { aud, email } = JSON.parse(Buffer.from(payload, "base64url").toString());
          assert.deepEqual([aud, email], ["https://api.example", gcpServiceAccount]);
          assert.ok(
            stage
              .asked()
              .every(
                ({ headers, line }) => !line.includes("computeMetadata") || headers.get("metadata-flavor") === "Google",
              ),
          );
        }),
      ),
    );
  });
};

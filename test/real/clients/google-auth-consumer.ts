/** `google-auth-library` with our tokens: its own client, which gets them from a provider, and its own exchange of our identity. */
import { type BearerToken, type CredentialProvider, federate, isTokenError } from "@tokenhop/core";
import { googleAuth } from "@tokenhop/core/interop/google-auth";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { type GcpStsOptions, type GcpStsParams, gcpSts } from "@tokenhop/core/targets/gcp-sts";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { demoIds } from "@tokenhop/emulator";
import { GoogleAuth, OAuth2Client } from "google-auth-library";
import * as gcp from "../../emulator/gcp-support.ts";
import type { Suite } from "../../harness.ts";
import { canary, record } from "../../leak.ts";
import type { Stage } from "./entra.ts";
import * as google from "./google-stage.ts";

const { gcpBucket, gcpProjectId, gcpProvider, gcpServiceAccount } = demoIds;

interface Buckets {
  readonly items: readonly { readonly name: string }[];
}

/** Our provider at the emulator, as the demo's service account. */
function providerAt(stage: Stage, options: Partial<GcpStsOptions> = {}): CredentialProvider<BearerToken, GcpStsParams> {
  const { url } = stage.https;
  return federate({
    from: fromFunction(() => gcp.subjectToken(stage.emulator)),
    to: gcpSts({
      audience: gcpProvider,
      serviceAccount: gcpServiceAccount,
      stsEndpoint: url,
      iamEndpoint: url,
      ...options,
    }),
    limits: { attempts: 1 },
  });
}

const clientOf = (provider: CredentialProvider<BearerToken, GcpStsParams>): OAuth2Client =>
  Object.assign(new OAuth2Client(), { refreshHandler: googleAuth(provider) });

export const suite: Suite = (QUnit) => {
  QUnit.module("google-auth-library: a consumer of our token", () => {
    QUnit.test("its own client calls with it, by GoogleAuth and by itself, and asks once", (assert) =>
      google.withGoogle(async (stage) => {
        const provider = providerAt(stage);
        const authClient = clientOf(provider);
        const auth = new GoogleAuth({ authClient, projectId: gcpProjectId });
        const { data } = await auth.request<Buckets>({ url: google.bucketsUrl(stage) });
        assert.deepEqual(
          data.items.map(({ name }) => name),
          [gcpBucket],
        );
        assert.strictEqual((await authClient.request({ url: google.bucketsUrl(stage) })).status, 200);
        const token = canary((await provider.get()).token.reveal());
        assert.ok((await auth.getAccessToken()) === token);
        const headers = await (await auth.getClient()).getRequestHeaders("https://storage.googleapis.com/");
        assert.ok(headers.get("authorization") === `Bearer ${token}`);
        assert.ok(google.near(authClient.credentials.expiry_date, Date.now() + 3_600_000));
        const exchanges = stage.asked().filter(({ line }) => line.startsWith("POST"));
        assert.strictEqual(exchanges.length, 2, "the token service, and the service account");
        record("log", stage.emulator.log);
      }),
    );

    QUnit.test("a refusal of ours reaches the caller as it is", (assert) =>
      google.withGoogle(
        async (stage) => {
          const client = clientOf(providerAt(stage));
          for (const call of [client.request({ url: google.bucketsUrl(stage) }), client.getAccessToken()]) {
            const error = await google.thrownBy(call);
            record("error", error);
            assert.ok(isTokenError(error) && error.code === "ERR_EXCHANGE_REFUSED" && error.error === "invalid_target");
          }
        },
        gcp.gcpConfig({ disabled: true }),
      ),
    );

    QUnit.test("does the exchange by itself with an identity token of ours", (assert) =>
      google.withGoogle(async (stage) => {
        const identity = federate({
          from: fromFunction(() => gcp.subjectToken(stage.emulator)),
          to: passThrough({ audience: `https:${gcpProvider}` }),
        });
        const getSubjectToken = async (): Promise<string> => (await identity.get()).token.reveal();
        const client = google.accountClient(stage, { subject_token_supplier: { getSubjectToken } });
        const { data } = await client.request<Buckets>({ url: google.bucketsUrl(stage) });
        assert.deepEqual(
          data.items.map(({ name }) => name),
          [gcpBucket],
        );
      }),
    );
  });
};

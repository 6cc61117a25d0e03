import { type AzurePipelinesOptions, azurePipelines } from "@tokenhop/core/sources/azure-pipelines";
import { contextFor, failureOf, fakePlatform, json, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { audienceRows } from "./ci-support.ts";

const bearer = canary("job-access-3b2a1f0e9d8c");
const serviceConnectionId = "0f8fad5b-d9cb-469f-a165-70867728950e";
const mapping = "SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the env of the step";
const SYSTEM_ACCESSTOKEN = bearer;
const ofConnection = {
  SYSTEM_OIDCREQUESTURI:
    "https://dev.azure.example/contoso/1/_apis/distributedtask/hubs/build/plans/2/jobs/3/oidctoken",
  SYSTEM_ACCESSTOKEN,
};
const ofPipeline = {
  SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: "https://dev.azure.example/contoso/",
  SYSTEM_TEAMPROJECTID: "11111111-1111-4111-8111-111111111111",
  SYSTEM_HOSTTYPE: "build",
  SYSTEM_PLANID: "22222222-2222-4222-8222-222222222222",
  SYSTEM_JOBID: "33333333-3333-4333-8333-333333333333",
  SYSTEM_ACCESSTOKEN,
};
const wrongUrls = [
  "http://dev.azure.example/contoso/",
  "http://127.0.0.1:8080/",
  "dev.azure.example",
  "https://a:b@dev.azure.example/",
];
/** Entra's own number for the exchange audience. */
const AUDIENCE_ID = "fb60f99c-7a34-4190-8149-302f77469936";

const variants: readonly {
  readonly variant: string;
  readonly options: AzurePipelinesOptions;
  readonly env: Readonly<Record<string, string>>;
  readonly urlVariable: string;
  readonly href: string;
}[] = [
  {
    variant: "of a service connection",
    options: { serviceConnectionId },
    env: ofConnection,
    urlVariable: "SYSTEM_OIDCREQUESTURI",
    href: `${ofConnection.SYSTEM_OIDCREQUESTURI}?api-version=7.1&serviceConnectionId=${serviceConnectionId}`,
  },
  {
    variant: "of the pipeline",
    options: {},
    env: ofPipeline,
    urlVariable: "SYSTEM_TEAMFOUNDATIONCOLLECTIONURI",
    href: "https://dev.azure.example/contoso/11111111-1111-4111-8111-111111111111/_apis/distributedtask/hubs/build/plans/22222222-2222-4222-8222-222222222222/jobs/33333333-3333-4333-8333-333333333333/oidctoken?api-version=7.2-preview.1",
  },
];

export const suite: Suite = (QUnit: QUnitLike) => {
  for (const { variant, options, env, urlVariable, href } of variants) {
    const variables = Object.keys(env).filter((name) => name !== "SYSTEM_ACCESSTOKEN");
    sourceContract(QUnit, {
      name: "azure-pipelines",
      variant,
      provenance: "external",
      create: () => azurePipelines(options),
      unavailable: [
        { where: "outside a job", names: [...variables, mapping] },
        { where: "with TF_BUILD alone", env: { TF_BUILD: "True" }, names: [...variables, mapping] },
        {
          where: "without the mapping of the access token",
          env: { ...env, SYSTEM_ACCESSTOKEN: "" },
          names: [mapping],
        },
        ...variables.map((absent) => ({
          where: `without ${absent}`,
          env: { ...env, [absent]: "" },
          names: [absent],
        })),
        ...wrongUrls.map((url) => ({
          where: `with the URL ${url}`,
          env: { ...env, [urlVariable]: url },
          names: [`${urlVariable} with an https URL`],
        })),
      ],
      mistakes: [
        {
          what: "a name in the place of the id, and an unknown option",
          make: () =>
            azurePipelines({ serviceConnectionId: "my-connection", allowHttpLoopback: 1, audience: "x" } as never),
          problems: [
            "serviceConnectionId: expected a GUID",
            "allowHttpLoopback: expected true or false",
            "audience: unknown option",
          ],
        },
        {
          what: "an empty id",
          make: () => azurePipelines({ serviceConnectionId: "" }),
          problems: ["serviceConnectionId: expected a GUID"],
        },
      ],
      wire: {
        env,
        method: "POST",
        body: (oidcToken) => ({ oidcToken }),
        secret: bearer,
        notFound: "stop",
      },
    });

    QUnit.module(`source azure-pipelines, its own (${variant})`, () => {
      const give = (token: string, audience: string) =>
        azurePipelines(options).getToken(
          { audience },
          contextFor(fakePlatform({ env, respond: () => json({ oidcToken: token }) })),
        );

      for (const slash of ["", "/"]) {
        QUnit.test(
          `asks where the job's variables say, ${slash ? "with" : "without"} a slash at the end`,
          async (assert) => {
            const world = { ...env, [urlVariable]: env[urlVariable]?.replace(/\/?$/, slash) };
            const platform = fakePlatform({ env: world, respond: () => json({ oidcToken: freshToken() }) });
            await azurePipelines(options).getToken({ audience: AUDIENCE }, contextFor(platform));
            const [sent] = platform.requests;
            assert.deepEqual([sent?.method, sent?.url.href, sent?.body], ["POST", href, ""]);
            assert.ok(sent?.headers.get("authorization") === `Bearer ${bearer}`);
            assert.strictEqual(sent?.headers.get("x-tfs-fedauthredirect"), "Suppress");
            assert.strictEqual(sent?.headers.get("content-type"), "application/json");
            assert.strictEqual(sent?.headers.get("accept"), "application/json");
          },
        );
      }

      for (const [url, found] of [
        ["http://127.0.0.1:8080/", true],
        ["https://dev.azure.example/", true],
        ["http://localhost.example/", false],
      ] as const) {
        QUnit.test(`with allowHttpLoopback ${found ? "takes" : "refuses"} ${url}`, (assert) => {
          const source = azurePipelines({ ...options, allowHttpLoopback: true });
          assert.strictEqual(source.detect(fakePlatform({ env: { ...env, [urlVariable]: url } })).found, found);
        });
      }

      QUnit.test("takes the exchange audience as Entra writes it", async (assert) => {
        const token = canaryToken({ aud: AUDIENCE_ID, exp: NOW / 1000 + 60 });
        assert.ok((await give(token, AUDIENCE)).token.reveal() === token);
        assert.ok((await give(token, AUDIENCE_ID)).token.reveal() === token);
        const error = await failureOf(() => give(token, "api://AzureADTokenExchangeChina"));
        assert.ok(error.message.includes(`has the audience ${AUDIENCE_ID}, wanted is api://AzureADTokenExchangeChina`));
      });

      for (const { aud, told } of audienceRows) {
        QUnit.test(`refuses a token for ${told}`, async (assert) => {
          const error = await failureOf(() => give(canaryToken({ aud, exp: NOW / 1000 + 60 }), AUDIENCE));
          assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
          assert.ok(
            error.message.startsWith(
              `Cannot get a token from azure-pipelines: the token in the reply has the audience ${told}, wanted is ${AUDIENCE}; ` +
                "Azure Pipelines gives no other, so let the target ask for that one and trust it (ERR_",
            ),
            error.message,
          );
        });
      }

      for (const { headers, correlationId, traceId } of [
        { headers: { "x-vss-e2eid": "e2e-1", "x-msedge-ref": "edge-1" }, correlationId: "e2e-1", traceId: "edge-1" },
        { headers: { "x-vss-e2eid": "e2e-1" }, correlationId: "e2e-1", traceId: undefined },
        { headers: { "x-msedge-ref": "edge-1" }, correlationId: "edge-1", traceId: "edge-1" },
        { headers: { "x-vss-e2eid": "" }, correlationId: "of-the-body", traceId: undefined },
        { headers: { "x-vss-e2eid": `a ${bearer} b` }, correlationId: "a [redacted] b", traceId: undefined },
      ]) {
        QUnit.test(
          `brings ${JSON.stringify(Object.keys(headers))} into the error (${correlationId})`,
          async (assert) => {
            const body = { $id: "1", message: "TF400813: not authorized", correlationId: "of-the-body" };
            const platform = fakePlatform({ env, respond: () => json(body, { status: 401, headers }) });
            const error = await failureOf(() =>
              azurePipelines(options).getToken({ audience: AUDIENCE }, contextFor(platform)),
            );
            assert.deepEqual([error.status, error.correlationId, error.traceId], [401, correlationId, traceId]);
            assert.ok(
              error.message.startsWith(
                "Cannot get a token from azure-pipelines: HTTP 401 TF400813: not authorized (ERR_",
              ),
              error.message,
            );
          },
        );
      }

      QUnit.test("takes no page to sign in for an answer", async (assert) => {
        const platform = fakePlatform({ env, respond: () => new Response("<html>Sign in</html>", { status: 203 }) });
        const error = await failureOf(() =>
          azurePipelines(options).getToken({ audience: AUDIENCE }, contextFor(platform)),
        );
        assert.deepEqual([error.code, error.status, error.recovery], ["ERR_SOURCE_FAILED", 203, "stop"]);
      });
    });
  }

  QUnit.module("source azure-pipelines, its identities", () => {
    QUnit.test("a connection is one identity, the pipeline another", (assert) => {
      assert.deepEqual(azurePipelines({ serviceConnectionId }).identity, ["azure-pipelines", serviceConnectionId]);
      assert.deepEqual(azurePipelines().identity, ["azure-pipelines", undefined]);
      assert.deepEqual(azurePipelines({ serviceConnectionId: undefined }).identity, azurePipelines().identity);
    });

    QUnit.test("a part of the URL is never more than a part", async (assert) => {
      const env = { ...ofPipeline, SYSTEM_HOSTTYPE: "build/../../x?y#z" };
      const platform = fakePlatform({ env, respond: () => json({ oidcToken: freshToken() }) });
      await azurePipelines().getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.ok(platform.requests[0]?.url.pathname.includes("/hubs/build%2F..%2F..%2Fx%3Fy%23z/plans/"));
    });
  });
};

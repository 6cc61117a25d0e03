/** Where jobs of CI platforms get their tokens. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as on from "./platform-support.ts";
import * as world from "./support.ts";

const { guid, requestToken, issuers } = on;
const now = world.startAt / 1000;
const plan = `_apis/distributedtask/hubs/build/plans/${guid("3")}/jobs/${guid("4")}/oidctoken`;
const pipeline = `https://dev.azure.com/octo/${guid("2")}/${plan}`;
const suppress = { ...world.bearer(requestToken).headers, "x-tfs-fedauthredirect": "Suppress" };
const azure = (emulator: Emulator, query = "api-version=7.1", headers = suppress, url = pipeline) =>
  on.post(emulator, `${url}?${query}`, "", headers);

const jobUrl = "https://agent-edge.buildkite.com/v3/jobs/job-id/oidc/tokens";
const agent = { authorization: `Token ${requestToken}` };
const buildkite = (emulator: Emulator, body: unknown = {}, headers: Record<string, string> = agent, url = jobUrl) =>
  on.post(emulator, url, body, headers);

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: GitHub Actions", () => {
    const url = `https://localhost/oidc/github-actions/token?api-version=2.0`;

    QUnit.test("gives the owner's URL as audience unless another is asked for", async (assert) => {
      const emulator = on.onPlatform("github-actions", { immutableSubject: true });
      const usual = await world.ask(emulator, url, world.bearer(requestToken));
      const own = await world.ask(emulator, `${url}&audience=a%20b`, world.bearer(requestToken));
      const claims = [usual, own].map(({ body }) => on.claimsOf(body.value));
      assert.deepEqual(
        claims.map(({ aud, nbf }) => [aud, nbf]),
        [
          ["https://github.com/octo-org", now - 600],
          ["a b", now - 600],
        ],
      );
      assert.strictEqual(claims[0]?.sub, "repo:octo-org@65/octo-repo@74:ref:refs/heads/main");
    });

    QUnit.test("is the only platform at this route", async (assert) => {
      const emulator = on.onPlatform("buildkite");
      const reply = await world.ask(emulator, url.replace("github-actions", "buildkite"), world.bearer(requestToken));
      assert.strictEqual(reply.status, 401);
    });
  });

  QUnit.module("emulator: Azure Pipelines", () => {
    const cases: readonly (readonly [string, string, string, string, string])[] = [
      ["of the job itself", "api-version=7.2-preview.1", pipeline, issuers["azure-pipelines"], "p://octo/web/deploy"],
      [
        "of a service connection",
        `api-version=7.1&serviceConnectionId=${guid("5")}`,
        pipeline.replace(guid("2"), "web"),
        issuers["azure-pipelines"],
        "sc://octo/web/to-azure",
      ],
      [
        "of a newer connection",
        `api-version=7.1&serviceConnectionId=${guid("6")}`,
        pipeline,
        world.entraIssuer(demoIds.tenantId),
        `/eid1/c/pub/t/x/a/y/sc/${guid("1")}/${guid("6")}`,
      ],
    ];
    for (const [what, query, url, iss, sub] of cases) {
      QUnit.test(`gives the token ${what}, for Entra alone`, async (assert) => {
        const emulator = on.onPlatform("azure-pipelines");
        const { status, body } = await azure(emulator, `${query}&audience=other`, suppress, url);
        assert.deepEqual([status, Object.keys(body)], [200, ["oidcToken"]]);
        const claims = on.claimsOf(body.oidcToken);
        const { aud, exp } = claims;
        assert.deepEqual([claims.iss, claims.sub, aud, exp], [iss, sub, world.exchange, now + 600]);
        const keysOf = iss.startsWith("https://login") ? `${iss.replace(/v2\.0$/, "discovery/v2.0/keys")}` : undefined;
        if (keysOf === undefined) return;
        assert.strictEqual((await world.ask(emulator, keysOf)).status, 200);
      });
    }

    QUnit.test("sends who is not signed in to a page, unless they say not to", async (assert) => {
      const emulator = on.onPlatform("azure-pipelines");
      const wrong = world.bearer(`${requestToken}x`).headers;
      const response = await emulator.fetch(`${pipeline}?api-version=7.1`, { method: "POST", headers: wrong });
      assert.strictEqual(response.status, 302);
      assert.ok(response.headers.get("location")?.startsWith("https://spsprodweu1.vssps.visualstudio.com/_signin"));
      assert.ok(response.headers.get("content-type")?.startsWith("text/html"));
      const suppressed = await azure(emulator, "api-version=7.1", { ...wrong, "x-tfs-fedauthredirect": "Suppress" });
      assert.strictEqual(suppressed.status, 401);
      assert.ok(String(suppressed.body.message).startsWith("TF400813"));
      assert.ok(suppressed.headers.has("x-vss-e2eid"));
      const signedIn = await azure(emulator, "api-version=7.1", world.bearer(requestToken).headers as typeof suppress);
      assert.strictEqual(signedIn.status, 200);
    });

    const refusals: readonly (readonly [string, number, string, string])[] = [
      ["without a version", 400, "", pipeline],
      ["of another version", 400, "api-version=5.0", pipeline],
      ["of an unknown connection", 404, `api-version=7.1&serviceConnectionId=${guid("9")}`, pipeline],
      ["of an empty connection", 404, "api-version=7.1&serviceConnectionId=", pipeline],
      ["for another job", 404, "api-version=7.1", pipeline.replace(guid("4"), guid("9"))],
      ["for another plan", 404, "api-version=7.1", pipeline.replace(guid("3"), guid("9"))],
      ["in another project", 404, "api-version=7.1", pipeline.replace(guid("2"), guid("9"))],
      ["in another organization", 404, "api-version=7.1", pipeline.replace("/octo/", "/other/")],
    ];
    for (const [what, status, query, url] of refusals) {
      QUnit.test(`refuses a request ${what}`, async (assert) => {
        const reply = await azure(on.onPlatform("azure-pipelines"), query, suppress, url);
        assert.deepEqual([reply.status, typeof reply.body.message], [status, "string"]);
      });
    }
  });

  QUnit.module("emulator: Buildkite", () => {
    QUnit.test("takes everything in the body as optional", async (assert) => {
      const emulator = on.onPlatform("buildkite");
      for (const body of ["", "{}", { lifetime: 0, claims: [], aws_session_tags: [] }]) {
        const reply = await buildkite(emulator, body);
        const { aud, exp } = on.claimsOf(reply.body.token);
        assert.deepEqual([reply.status, aud, exp], [200, "https://buildkite.com/octo", now + 300]);
      }
    });

    QUnit.test("gives audience, lifetime, claims, tags and subject that were asked for", async (assert) => {
      const body = {
        audience: "api://AzureADTokenExchange",
        lifetime: 60,
        claims: ["pipeline_id", "build_id"],
        aws_session_tags: ["organization_slug", "organization_id"],
        subject_claim: "pipeline_id",
      };
      const claims = on.claimsOf((await buildkite(on.onPlatform("buildkite"), body)).body.token);
      assert.deepEqual(
        [claims.aud, claims.exp, claims.sub, claims.pipeline_id, claims.build_id, claims.cluster_id],
        ["api://AzureADTokenExchange", now + 60, "pipeline-id", "pipeline-id", "build-id", undefined],
      );
      assert.deepEqual(claims["https://aws.amazon.com/tags"], {
        principal_tags: { organization_slug: ["octo"], organization_id: ["org-id"] },
      });
    });

    const refusals: readonly (readonly [string, number, unknown, Record<string, string>, string?])[] = [
      ["no token", 401, {}, {}],
      ["another token", 401, {}, { authorization: "Token other" }],
      ["the right token under Bearer", 401, {}, world.bearer(requestToken).headers],
      ["another job", 404, {}, agent, jobUrl.replace("job-id", "job-2")],
      ["no JSON", 400, "audience=a", agent],
      ["a lifetime as a text", 400, { lifetime: "60" }, agent],
      ["a negative lifetime", 400, { lifetime: -1 }, agent],
      ["a subject that changes", 422, { subject_claim: "build_commit" }, agent],
      ["a subject that is no claim", 422, { subject_claim: "constructor" }, agent],
      ["a claim that is none", 422, { claims: ["password"] }, agent],
      ["a tag that is none", 422, { aws_session_tags: ["toString"] }, agent],
    ];
    for (const [what, status, body, headers, url] of refusals) {
      QUnit.test(`refuses ${what}`, async (assert) => {
        const reply = await buildkite(on.onPlatform("buildkite"), body, headers, url);
        assert.deepEqual([reply.status, Object.keys(reply.body)], [status, ["message"]]);
      });
    }
  });
};

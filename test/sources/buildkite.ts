import { buildkite } from "@tokenhop/core/sources/buildkite";
import { contextFor, failureOf, fakePlatform, json } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";

const bearer = canary("agent-session-4f3e2d1c0b9a");
const env = {
  BUILDKITE_AGENT_ENDPOINT: "https://agent-edge.buildkite.example/v3",
  BUILDKITE_AGENT_ACCESS_TOKEN: bearer,
  BUILDKITE_JOB_ID: "0184990a-477b-4fa8-9968-496074483cee",
};
const withUrl = (url: string): typeof env => ({ ...env, BUILDKITE_AGENT_ENDPOINT: url });
const SECONDS = "expected ms, whole seconds";
const SUBJECT = "expected one of organization_id, pipeline_id, cluster_id, queue_id, build_id, job_id, agent_id";

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "buildkite",
    provenance: "external",
    create: () => buildkite(),
    unavailable: [
      {
        where: "outside a job",
        names: ["BUILDKITE_AGENT_ENDPOINT", "BUILDKITE_AGENT_ACCESS_TOKEN", "BUILDKITE_JOB_ID"],
      },
      {
        where: "with BUILDKITE and the job alone",
        env: { BUILDKITE: "true", BUILDKITE_JOB_ID: env.BUILDKITE_JOB_ID },
        names: ["BUILDKITE_AGENT_ENDPOINT", "BUILDKITE_AGENT_ACCESS_TOKEN"],
      },
      { where: "with an empty endpoint", env: withUrl(""), names: ["BUILDKITE_AGENT_ENDPOINT"] },
      ...[
        "http://agent.buildkite.example/v3",
        "http://127.0.0.1:8080/v3",
        "unix:///var/run/buildkite.sock",
        "agent.buildkite.example",
        "https://a:b@agent.buildkite.example/v3",
      ].map((url) => ({
        where: `with the endpoint ${url}`,
        env: withUrl(url),
        names: ["BUILDKITE_AGENT_ENDPOINT with an https URL"],
      })),
      {
        where: "with a wrong endpoint and without the rest",
        env: { BUILDKITE_AGENT_ENDPOINT: "http://agent.buildkite.example/v3" },
        names: ["BUILDKITE_AGENT_ACCESS_TOKEN", "BUILDKITE_JOB_ID", "BUILDKITE_AGENT_ENDPOINT with an https URL"],
      },
    ],
    mistakes: [
      {
        what: "wrong options of every kind",
        make: () =>
          buildkite({
            lifetimeMs: 1_500,
            claims: "organization_id",
            awsSessionTags: ["organization_id", ""],
            subjectClaim: "pipeline_slug",
            allowHttpLoopback: 1,
            audience: "x",
          } as never),
        problems: [
          `lifetimeMs: ${SECONDS}`,
          "claims: expected Array",
          "awsSessionTags.1: expected a text that is not empty",
          `subjectClaim: ${SUBJECT}`,
          "allowHttpLoopback: expected true or false",
          "audience: unknown option",
        ],
      },
      ...[0, -1_000, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 60, "5000", [5_000]].map((lifetimeMs) => ({
        what: `the lifetime ${JSON.stringify(lifetimeMs)} (${typeof lifetimeMs} ${lifetimeMs})`,
        make: () => buildkite({ lifetimeMs } as never),
        problems: [`lifetimeMs: ${SECONDS}`],
      })),
    ],
    wire: {
      env,
      method: "POST",
      body: (token) => ({ token }),
      audienceOf: ({ body }) => JSON.parse(body).audience,
      secret: bearer,
      notFound: "stop",
    },
  });

  QUnit.module("source buildkite, its own", () => {
    const rows = {
      "nothing but the audience": { options: {}, body: { audience: AUDIENCE } },
      "all there is": {
        options: {
          lifetimeMs: 600_000,
          claims: ["organization_id", "agent_tag:queue"],
          awsSessionTags: ["pipeline_slug"],
          subjectClaim: "pipeline_id",
        },
        body: {
          audience: AUDIENCE,
          lifetime: 600,
          claims: ["organization_id", "agent_tag:queue"],
          aws_session_tags: ["pipeline_slug"],
          subject_claim: "pipeline_id",
        },
      },
    } as const;
    for (const [what, { options, body }] of Object.entries(rows)) {
      QUnit.test(`asks the agent's endpoint for ${what}`, async (assert) => {
        const platform = fakePlatform({ env, respond: () => json({ token: freshToken() }) });
        await buildkite(options).getToken({ audience: AUDIENCE }, contextFor(platform));
        const [sent] = platform.requests;
        assert.strictEqual(
          sent?.url.href,
          "https://agent-edge.buildkite.example/v3/jobs/0184990a-477b-4fa8-9968-496074483cee/oidc/tokens",
        );
        assert.ok(sent?.headers.get("authorization") === `Token ${bearer}`, "the scheme is Token");
        assert.deepEqual(
          [sent?.headers.get("content-type"), sent?.headers.get("accept")],
          ["application/json", "application/json"],
        );
        assert.deepEqual(JSON.parse(sent?.body ?? ""), body);
      });
    }

    for (const [given, asked] of [
      ["https://agent.buildkite.example/v3/", "https://agent.buildkite.example/v3/jobs/a%2Fb%3Fc/oidc/tokens"],
      ["https://agent.buildkite.example", "https://agent.buildkite.example/jobs/a%2Fb%3Fc/oidc/tokens"],
    ] as const) {
      QUnit.test(`puts the job behind ${given}`, async (assert) => {
        const world = { ...withUrl(given), BUILDKITE_JOB_ID: "a/b?c" };
        const platform = fakePlatform({ env: world, respond: () => json({ token: freshToken() }) });
        await buildkite().getToken({ audience: AUDIENCE }, contextFor(platform));
        assert.strictEqual(platform.requests[0]?.url.href, asked);
      });
    }

    for (const [url, found] of [
      ["http://127.0.0.1:8080/v3", true],
      ["http://localhost:8080/v3", true],
      ["https://agent.buildkite.example/v3", true],
      ["http://169.254.169.254/v3", false],
      ["http://localhost.example/v3", false],
    ] as const) {
      QUnit.test(`with allowHttpLoopback ${found ? "takes" : "refuses"} ${url}`, (assert) => {
        const source = buildkite({ allowHttpLoopback: true });
        assert.strictEqual(source.detect(fakePlatform({ env: withUrl(url) })).found, found);
      });
    }

    QUnit.test("whatever changes the token is a part of the identity, and nothing else", (assert) => {
      const identities = [
        {},
        { lifetimeMs: 600_000 },
        { claims: ["organization_id"] },
        { awsSessionTags: ["organization_id"] },
        { subjectClaim: "organization_id" as const },
      ].map((options) => JSON.stringify(buildkite(options).identity));
      assert.strictEqual(new Set(identities).size, identities.length);
      assert.strictEqual(JSON.stringify(buildkite({ allowHttpLoopback: true }).identity), identities[0]);
    });

    QUnit.test("a list that is changed later changes nothing", async (assert) => {
      const claims = ["organization_id"];
      const source = buildkite({ claims });
      claims.push("cluster_id");
      const platform = fakePlatform({ env, respond: () => json({ token: freshToken() }) });
      await source.getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.deepEqual(JSON.parse(platform.requests[0]?.body ?? "").claims, ["organization_id"]);
    });

    QUnit.test("shows what Buildkite says", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json({ message: "Job is not running" }, { status: 422 }) });
      const error = await failureOf(() => buildkite().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.ok(
        error.message.startsWith("Cannot get a token from buildkite: HTTP 422 Job is not running (ERR_"),
        error.message,
      );
    });

    QUnit.test("says what to look at where the token may not do this", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json({ message: `No ${bearer}` }, { status: 403 }) });
      const error = await failureOf(() => buildkite().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.deepEqual([error.code, error.recovery, error.status], ["ERR_SOURCE_FAILED", "stop", 403]);
      assert.ok(error.message.includes("HTTP 403 No [redacted]; does the job still run, and are"), error.message);
    });

    QUnit.test("a token without exp is used once", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json({ token: canaryToken() }) });
      const { expiresAt } = await buildkite().getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.strictEqual(expiresAt, undefined);
    });
  });
};

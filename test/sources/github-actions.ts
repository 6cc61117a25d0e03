import { githubActions } from "@tokenhop/core/sources/github-actions";
import { contextFor, failureOf, fakePlatform, json } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";

const bearer = canary("runner-bearer-9f8e7d6c5b4a");
const permission = "permissions: id-token: write";
const env = {
  ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example/idtoken/1?api-version=2.0&a=b%2Fc",
  ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer,
};
const withUrl = (url: string): typeof env => ({ ...env, ACTIONS_ID_TOKEN_REQUEST_URL: url });

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "github-actions",
    provenance: "external",
    create: () => githubActions(),
    unavailable: [
      {
        where: "outside a job",
        names: ["ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN", permission],
      },
      {
        where: "with GITHUB_ACTIONS and the URL alone",
        env: { GITHUB_ACTIONS: "true", ACTIONS_ID_TOKEN_REQUEST_URL: env.ACTIONS_ID_TOKEN_REQUEST_URL },
        names: ["ACTIONS_ID_TOKEN_REQUEST_TOKEN", permission],
      },
      {
        where: "with an empty URL",
        env: withUrl(""),
        names: ["ACTIONS_ID_TOKEN_REQUEST_URL", permission],
      },
      ...[
        "http://runner.example/?x=1",
        "http://127.0.0.1:8080/",
        "ftp://runner.example/",
        "runner.example",
        "https://a:b@runner.example/",
      ].map((url) => ({
        where: `with the URL ${url}`,
        env: withUrl(url),
        names: ["ACTIONS_ID_TOKEN_REQUEST_URL with an https URL"],
      })),
    ],
    mistakes: [
      {
        what: "a wrong and an unknown option",
        make: () => githubActions({ allowHttpLoopback: "yes", audience: "x" } as never),
        problems: ["allowHttpLoopback: expected true or false", "audience: unknown option"],
      },
    ],
    wire: {
      env,
      body: (value) => ({ count: 1, value }),
      audienceParameter: "audience",
      secret: bearer,
      notFound: "stop",
    },
  });

  QUnit.module("source github-actions, its own", () => {
    QUnit.test("appends the audience to the runner's query and shows its bearer token", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json({ value: freshToken() }) });
      await githubActions().getToken({ audience: AUDIENCE }, contextFor(platform));
      const [sent] = platform.requests;
      assert.strictEqual(
        sent?.url.href,
        "https://runner.example/idtoken/1?api-version=2.0&a=b%2Fc&audience=api%3A%2F%2FAzureADTokenExchange",
      );
      assert.ok(sent?.headers.get("authorization") === `Bearer ${bearer}`);
      assert.strictEqual(sent?.headers.get("accept"), "application/json");
    });

    for (const [url, found] of [
      ["http://127.0.0.1:8080/", true],
      ["http://localhost:8080/", true],
      ["http://[::1]:8080/", true],
      ["https://runner.example/", true],
      ["http://169.254.169.254/", false],
      ["http://localhost.example/", false],
      ["http://127.0.0.1.example/", false],
    ] as const) {
      QUnit.test(`with allowHttpLoopback ${found ? "takes" : "refuses"} ${url}`, (assert) => {
        const source = githubActions({ allowHttpLoopback: true });
        assert.strictEqual(source.detect(fakePlatform({ env: withUrl(url) })).found, found);
      });
    }

    QUnit.test("shows what the runner's service says", async (assert) => {
      const body = { $id: "1", message: "The job is over.", typeName: "JobOverException" };
      const platform = fakePlatform({ env, respond: () => json(body, { status: 400 }) });
      const error = await failureOf(() => githubActions().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.ok(
        error.message.startsWith("Cannot get a token from github-actions: HTTP 400 The job is over. (ERR_"),
        error.message,
      );
    });

    QUnit.test("a token without exp is used once", async (assert) => {
      const platform = fakePlatform({ env, respond: () => json({ value: canaryToken() }) });
      const { expiresAt } = await githubActions().getToken({ audience: AUDIENCE }, contextFor(platform));
      assert.strictEqual(expiresAt, undefined);
    });
  });
};

/** Which identity `auto` takes where, written by hand from what the platforms document. */
import { federate, firstOf, type IdentitySource } from "@tokenhop/core";
import { auto } from "@tokenhop/core/auto";
import { fly } from "@tokenhop/core/sources/fly";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { contextFor, failureOf, fakePlatform, json } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";

/** What each platform sets. */
const platforms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "github-actions": {
    GITHUB_ACTIONS: "true",
    ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example/?x=1",
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t",
  },
  "gitlab-ci": { GITLAB_CI: "true", TOKENHOP_ID_TOKEN: "a.b.c" },
  "azure-pipelines": {
    TF_BUILD: "True",
    SYSTEM_OIDCREQUESTURI: "https://dev.azure.example/oidctoken",
    SYSTEM_ACCESSTOKEN: "t",
    SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: "https://dev.azure.example/org/",
    SYSTEM_TEAMPROJECTID: "p",
    SYSTEM_HOSTTYPE: "build",
    SYSTEM_PLANID: "p",
    SYSTEM_JOBID: "j",
  },
  circleci: { CIRCLECI: "true", CIRCLE_OIDC_TOKEN: "a.b.c", CIRCLE_OIDC_TOKEN_V2: "a.b.c" },
  "bitbucket-pipelines": { BITBUCKET_COMMIT: "c", BITBUCKET_STEP_OIDC_TOKEN: "a.b.c" },
  buildkite: {
    BUILDKITE: "true",
    BUILDKITE_JOB_ID: "j",
    BUILDKITE_AGENT_ACCESS_TOKEN: "t",
    BUILDKITE_AGENT_ENDPOINT: "https://agent.buildkite.example/v3",
  },
  "terraform-cloud": { TFC_WORKLOAD_IDENTITY_TOKEN: "a.b.c" },
  vercel: { VERCEL: "1", VERCEL_OIDC_TOKEN: "a.b.c" },
  kubernetes: { AZURE_FEDERATED_TOKEN_FILE: "/absent", AZURE_CLIENT_ID: "c", AZURE_TENANT_ID: "t" },
  "aws-web-identity": { AWS_WEB_IDENTITY_TOKEN_FILE: "/absent", AWS_ROLE_ARN: "arn:aws:iam::1:role/r" },
  "managed-identity": { IDENTITY_ENDPOINT: "http://169.254.131.2:8081/msi/token", IDENTITY_HEADER: "h" },
  "azure-ml": { MSI_ENDPOINT: "http://127.0.0.1:46808/MSI/auth", MSI_SECRET: "s" },
  "cloud-shell": { MSI_ENDPOINT: "http://localhost:50342/oauth2/token" },
  "azure-arc": { IDENTITY_ENDPOINT: "http://localhost:40342/token", IMDS_ENDPOINT: "http://localhost:40342" },
  "gcp-metadata": { K_SERVICE: "s", K_REVISION: "s-1", PORT: "8080" },
};
const job = platforms["github-actions"] as Record<string, string>;
const appService = platforms["managed-identity"] as Record<string, string>;
const file = platforms["aws-web-identity"] as Record<string, string>;
const fabric = { ...appService, IDENTITY_SERVER_THUMBPRINT: "00" };

/** Two platforms at once, and who is taken. */
const conflicts: Readonly<Record<string, readonly [string, Readonly<Record<string, string | undefined>>]>> = {
  "a GitHub job on a runner in App Service": ["github-actions", { ...appService, ...job }],
  "a GitHub job in a pod of AKS": ["github-actions", { ...platforms.kubernetes, ...job }],
  "a GitHub job in a pod of EKS": ["github-actions", { ...file, ...job }],
  "a GitLab job on Cloud Run": ["gitlab-ci", { ...platforms["gitlab-ci"], ...platforms["gcp-metadata"] }],
  "an agent of Buildkite on an Arc server": ["buildkite", { ...platforms.buildkite, ...platforms["azure-arc"] }],
  "a pod that may go to Azure and to AWS": ["kubernetes", { ...platforms.kubernetes, ...file }],
  "Knative on AKS": ["kubernetes", { ...platforms.kubernetes, K_SERVICE: "s" }],
  "App Service with its old variables": ["managed-identity", { ...appService, ...platforms["azure-ml"] }],
  "Machine Learning on a Cloud Run name": ["azure-ml", { ...platforms["azure-ml"], K_SERVICE: "s" }],
  "all of them": ["github-actions", Object.assign({}, ...Object.values(platforms)) as Record<string, string>],
};

/** What names itself in the error of a world in which nothing works. */
async function chosen(
  source: IdentitySource,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const platform = fakePlatform({ env, files: {}, respond: () => json({}, { status: 400 }) });
  return (await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)))).step;
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("auto", () => {
    for (const [name, env] of Object.entries(platforms)) {
      QUnit.test(`takes ${name} by its variables, and nothing else`, async (assert) => {
        assert.deepEqual(auto().detect(fakePlatform({ env, files: {} })), { found: true });
        assert.strictEqual(await chosen(auto(), env), name);
        assert.strictEqual(await chosen(auto({ allowProbes: true }), env), name);
      });
    }

    for (const [what, [name, env]] of Object.entries(conflicts)) {
      QUnit.test(`takes ${name} in ${what}`, async (assert) => {
        assert.strictEqual(await chosen(auto(), env), name);
      });
    }

    QUnit.test("a job with its token is not held up by the variables of another", async (assert) => {
      assert.strictEqual(await chosen(auto(), { ...platforms.buildkite, GITHUB_ACTIONS: "true" }), "buildkite");
    });

    QUnit.test("shows a request to no source that shares what it gets", async (assert) => {
      const platform = fakePlatform({ env: { VERCEL: "1" } });
      const from = firstOf(
        auto(),
        fromRequest(() => undefined),
      );
      const provider = federate({ from, to: passThrough({ audience: AUDIENCE }), platform });
      for (const token of [freshToken(), freshToken()]) {
        const request = new Request("https://app.example/", { headers: { "x-vercel-oidc-token": token } });
        const error = await failureOf(() => provider.get({ request }));
        assert.deepEqual([error.code, error.step], ["ERR_SOURCE_UNAVAILABLE", "vercel"]);
        const alone = auto().getToken({ audience: AUDIENCE }, contextFor(platform, { request }));
        assert.strictEqual((await failureOf(() => alone)).step, "vercel");
      }
    });

    QUnit.test("takes fly where its socket can be reached, before the file that it writes for AWS", async (assert) => {
      const env = { FLY_APP_NAME: "a", FLY_MACHINE_ID: "m", ...file };
      const reached = fly().detect(fakePlatform({ env })).found;
      assert.strictEqual(await chosen(auto(), env), reached ? "fly" : "aws-web-identity");
    });

    QUnit.test("says for each source what is missing, and asks nothing", async (assert) => {
      const platform = fakePlatform({ files: {} });
      const error = await failureOf(() => auto().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", "auto"]);
      const detection = auto().detect(platform);
      const missing = detection.found ? [] : detection.missing;
      assert.deepEqual(
        missing.map((text) => text.split(":")[0]),
        [
          ...["github-actions", "gitlab-ci", "azure-pipelines", "circleci", "bitbucket-pipelines", "buildkite"],
          ...["terraform-cloud", "vercel", "fly", "kubernetes", "aws-web-identity", "managed-identity", "azure-ml"],
          ...["cloud-shell", "azure-arc", "gcp-metadata", "virtual machines"],
        ],
      );
      for (const text of [...missing, "allowProbes: true, to ask metadata services"]) {
        assert.ok(error.message.includes(text), text);
      }
      assert.deepEqual([platform.requests.length, platform.reads.length], [0, 0]);
    });

    QUnit.test("takes nothing for Service Fabric, which needs a fetch, and says so", async (assert) => {
      const platform = fakePlatform({ env: fabric, files: {} });
      const error = await failureOf(() => auto().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.strictEqual(error.step, "auto");
      assert.ok(error.message.includes("no IDENTITY_SERVER_THUMBPRINT (here it is Service Fabric's)"), error.message);
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("an error of the chosen identity leads to no other, and the choice stays", async (assert) => {
      const variables: Record<string, string> = { ...appService };
      const platform = fakePlatform({ env: variables, files: {}, respond: () => json({}, { status: 400 }) });
      const source = auto({ allowProbes: true });
      for (let round = 1; round <= 2; round++) {
        const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
        assert.deepEqual([error.code, error.step], ["ERR_SOURCE_FAILED", "managed-identity"]);
        assert.strictEqual(platform.requests.length, round);
        Object.assign(variables, job);
      }
    });

    QUnit.test("looks again where nothing was found", async (assert) => {
      const variables: Record<string, string> = {};
      const platform = fakePlatform({
        env: variables,
        files: {},
        respond: () => json({ access_token: freshToken(), expires_in: 300 }),
      });
      const source = auto();
      await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
      Object.assign(variables, appService);
      assert.ok((await source.getToken({ audience: AUDIENCE }, contextFor(platform))).expiresAt);
    });

    QUnit.test("says what it is", (assert) => {
      const source = auto();
      assert.deepEqual([source.name, source.identity[0], source.provenance], ["auto", "auto", "unknown"]);
      assert.deepEqual([source.partition, source.perRequest], [undefined, undefined], "and keeps no requests apart");
      const identities = [auto(), auto({ allowProbes: true }), auto({ perRequest: true })].map(({ identity }) =>
        JSON.stringify(identity),
      );
      assert.strictEqual(new Set(identities.slice(0, 2)).size, 2);
      assert.deepEqual(auto().identity, auto({ probeTimeoutMs: 5 }).identity);
    });

    QUnit.test("takes Vercel's token from the request only where it is told to", async (assert) => {
      const [ofRequest, ofBuild] = [freshToken(), freshToken()];
      const headers = { "x-vercel-oidc-token": ofRequest };
      const request = new Request("https://app.example/", { headers });
      const platform = fakePlatform({ env: { VERCEL: "1", VERCEL_OIDC_TOKEN: ofBuild } });
      for (const [perRequest, token] of [
        [true, ofRequest],
        [false, ofBuild],
      ] as const) {
        const provider = federate({ from: auto({ perRequest }), to: passThrough({ audience: AUDIENCE }), platform });
        assert.ok((await provider.get({ request })).token.reveal() === token);
        assert.strictEqual(provider.partition !== undefined, perRequest);
      }
    });

    QUnit.test("does nothing for a caller who has gone", async (assert) => {
      const reason = new Error("gone");
      const platform = fakePlatform({ env: appService });
      const context = contextFor(platform, { signal: AbortSignal.abort(reason) });
      await assert.rejects(
        auto({ allowProbes: true }).getToken({ audience: AUDIENCE }, context),
        (error) => error === reason,
      );
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("refuses wrong options at once", async (assert) => {
      const wrong = { allowProbes: "yes", probeTimeoutMs: 0, perRequest: 1, sources: [] };
      assert.deepEqual((await failureOf(() => auto(wrong as never))).problems, [
        "allowProbes: expected true or false",
        "probeTimeoutMs: expected ms, 1 to 4000",
        "perRequest: expected true or false",
        "sources: unknown option",
      ]);
      assert.deepEqual((await failureOf(() => auto({ probeTimeoutMs: 4_001 }))).problems, [
        "probeTimeoutMs: expected ms, 1 to 4000",
      ]);
      assert.deepEqual((await failureOf(() => auto(null as never))).problems, ["expected Object"]);
    });
  });
};

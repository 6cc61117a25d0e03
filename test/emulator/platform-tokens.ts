/** The tokens of every platform: issuer, subject, audience, claims and times in the platform's own form. */
import { type EmulatorConfig, EmulatorControlError, type PlatformName } from "@tokenhop/emulator";
import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import * as on from "./platform-support.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;
const { guid, issuers } = on;
const times = (minutes: number, earlier = 0): JWTPayload => ({
  iat: now,
  nbf: now - earlier * 60,
  exp: now + minutes * 60,
});

/** What the platform says of the workload of `platform-support.ts` when it is asked for the audience `own`, or for none. */
const expected: Readonly<Record<PlatformName, JWTPayload>> = {
  "github-actions": {
    ...times(5, 10),
    iss: issuers["github-actions"],
    aud: "https://github.com/octo-org",
    sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
    repository: "octo-org/octo-repo",
    repository_id: "74",
    repository_owner: "octo-org",
    repository_owner_id: "65",
    ref: "refs/heads/main",
    ref_type: "branch",
    event_name: "push",
    runner_environment: "github-hosted",
  },
  "gitlab-ci": {
    ...times(5),
    iss: issuers["gitlab-ci"],
    aud: "own",
    sub: "project_path:team/sub/app:ref_type:branch:ref:main",
    namespace_path: "team/sub",
    project_path: "team/sub/app",
    project_id: "20",
    ref: "main",
    ref_type: "branch",
  },
  "azure-pipelines": {
    ...times(10),
    iss: issuers["azure-pipelines"],
    aud: "api://AzureADTokenExchange",
    sub: "p://octo/web/deploy",
    org_id: guid("1"),
    prj_id: guid("2"),
  },
  circleci: {
    ...times(60),
    iss: issuers.circleci,
    aud: guid("1"),
    sub: `org/${guid("1")}/project/${guid("2")}/user/${guid("3")}`,
    "oidc.circleci.com/project-id": guid("2"),
  },
  "bitbucket-pipelines": {
    ...times(60),
    iss: issuers["bitbucket-pipelines"],
    aud: `ari:cloud:bitbucket::workspace/${guid("1")}`,
    sub: `{${guid("2")}}:{${guid("4")}}`,
    workspaceUuid: `{${guid("1")}}`,
    repositoryUuid: `{${guid("2")}}`,
    pipelineUuid: `{${guid("3")}}`,
    stepUuid: `{${guid("4")}}`,
    branchName: "main",
  },
  buildkite: {
    ...times(5),
    iss: issuers.buildkite,
    aud: "https://buildkite.com/octo",
    sub: "organization:octo:pipeline:web:ref:refs/heads/main:commit:0123abc:step:deploy",
    organization_slug: "octo",
    pipeline_slug: "web",
    build_branch: "main",
    build_commit: "0123abc",
    step_key: "deploy",
    job_id: "job-id",
    agent_id: "agent-id",
  },
  "terraform-cloud": {
    ...times(5),
    iss: issuers["terraform-cloud"],
    aud: "own",
    sub: "organization:octo:project:Default Project:workspace:prod:run_phase:apply",
    terraform_organization_name: "octo",
    terraform_project_name: "Default Project",
    terraform_workspace_name: "prod",
    terraform_workspace_id: "ws-1",
    terraform_run_id: "run-1",
    terraform_run_phase: "apply",
  },
  vercel: {
    ...times(60),
    iss: issuers.vercel,
    aud: "https://vercel.com/octo",
    sub: "owner:octo:project:web:environment:production",
    scope: "owner:octo:project:web:environment:production",
    owner: "octo",
    owner_id: "team_1",
    project: "web",
    project_id: "prj_1",
    environment: "production",
  },
  "deno-deploy": {
    ...times(5, 1),
    iss: issuers["deno-deploy"],
    aud: "own",
    sub: "deployment:octo/web/production",
    org_id: "org-id",
    org_slug: "octo",
    app_id: "app-id",
    app_slug: "web",
    context_name: "production",
    revision_id: "rev-1",
  },
  fly: {
    ...times(10),
    iss: issuers.fly,
    aud: "https://fly.io/octo",
    sub: "octo:web:quiet-sea-1",
    app_name: "web",
    machine_id: "m-1",
    machine_name: "quiet-sea-1",
    org_name: "octo",
    region: "ams",
  },
};
const names = Object.keys(expected) as readonly PlatformName[];
/** Platforms that put one audience into every token, and those that have none of their own. */
const fixed: readonly PlatformName[] = ["azure-pipelines", "circleci", "vercel"];
const without: readonly PlatformName[] = ["gitlab-ci", "terraform-cloud", "deno-deploy"];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: tokens of platforms", () => {
    for (const name of names) {
      QUnit.test(`${name} says who the workload is, and its keys verify it`, async (assert) => {
        const emulator = on.onPlatform(name);
        const audience = without.includes(name) ? "own" : undefined;
        const token = await emulator.issuePlatformToken({ provider: name, audience });
        assert.deepEqual(on.claimsOf(token), expected[name]);
        const discovery = await world.ask(emulator, `${issuers[name]}/.well-known/openid-configuration`);
        assert.strictEqual(discovery.body.issuer, issuers[name]);
        const jwks = await world.ask(emulator, String(discovery.body.jwks_uri));
        const options = { currentDate: new Date(world.startAt) };
        const { protectedHeader } = await jwtVerify(
          token,
          createLocalJWKSet(jwks.body as unknown as JSONWebKeySet),
          options,
        );
        assert.strictEqual(protectedHeader.alg, "RS256");
      });

      QUnit.test(
        `${name} ${fixed.includes(name) ? "lets nobody choose" : "takes"} another audience`,
        async (assert) => {
          const ask = (audience?: string) => on.onPlatform(name).issuePlatformToken({ provider: name, audience });
          const isRefusal = (error: unknown): boolean =>
            error instanceof EmulatorControlError && error.message.includes(name) && error.message.includes("audience");
          if (fixed.includes(name)) await assert.rejects(ask("other"), isRefusal);
          else assert.strictEqual(on.claimsOf(await ask("other")).aud, "other");
          if (without.includes(name)) await assert.rejects(ask(), isRefusal);
        },
      );
    }

    const subjects: readonly (readonly [string, string, () => EmulatorConfig])[] = [
      [
        "an environment, with its colon encoded",
        "repo:octo-org/octo-repo:environment:prod%3Aeu",
        () => on.platformConfig("github-actions", { environment: "prod:eu", event: "pull_request" }),
      ],
      [
        "a pull request",
        "repo:octo-org/octo-repo:pull_request",
        () => on.platformConfig("github-actions", { event: "pull_request" }),
      ],
      [
        "a tag",
        "repo:octo-org/octo-repo:ref:refs/tags/v1",
        () => on.platformConfig("github-actions", { ref: "refs/tags/v1" }),
      ],
      [
        "a repository since July 2026",
        "repo:octo-org@65/octo-repo@74:ref:refs/heads/main",
        () => on.platformConfig("github-actions", { immutableSubject: true }),
      ],
      [
        "an environment of such a repository",
        "repo:octo-org@65/octo-repo@74:environment:prod",
        () => on.platformConfig("github-actions", { immutableSubject: true, environment: "prod" }),
      ],
      [
        "the second token of CircleCI",
        `org/${guid("1")}/project/${guid("2")}/user/${guid("3")}/vcs-origin/github.com/octo/web/vcs-ref/refs/heads/main`,
        () => on.platformConfig("circleci", { vcs: { origin: "github.com/octo/web", ref: "refs/heads/main" } }),
      ],
    ];
    for (const [what, subject, config] of subjects) {
      QUnit.test(`the subject of ${what}`, async (assert) => {
        const all = config();
        const emulator = world.makeEmulator(all);
        const provider = all.oidcProviders?.[0]?.name ?? "";
        assert.strictEqual(on.claimsOf(await emulator.issuePlatformToken({ provider })).sub, subject);
      });
    }

    QUnit.test("more claims go into them, and none in place of a registered one", async (assert) => {
      const emulator = on.onPlatform("fly", {}, { claims: { sub: "root", iss: "https://evil.example", extra: 1 } });
      const claims = on.claimsOf(await emulator.issuePlatformToken({ provider: "fly", lifetimeMs: 1000 }));
      assert.deepEqual([claims.sub, claims.iss, claims.extra, claims.exp], [expected.fly.sub, issuers.fly, 1, now + 1]);
    });

    QUnit.test("there are none for who is on no platform, and not there", async (assert) => {
      const emulator = world.makeEmulator();
      const isControl = (error: unknown): boolean => error instanceof EmulatorControlError;
      await assert.rejects(emulator.issuePlatformToken({ provider: "workload" }), isControl);
      await assert.rejects(emulator.issuePlatformToken({ provider: "other" }), isControl);
      await assert.rejects(on.onPlatform("fly").issuePlatformToken({ provider: "fly", workload: 1 }), isControl);
    });

    QUnit.test("are made by the admin routes too", async (assert) => {
      const emulator = on.onPlatform("gitlab-ci");
      const admin = world.bearer(emulator.adminToken).headers;
      const url = "http://localhost/admin/tokens/platform";
      const { status, body } = await on.post(emulator, url, { provider: "gitlab-ci", audience: "a" }, admin);
      assert.deepEqual([status, on.claimsOf(body.value).aud], [200, "a"]);
      assert.strictEqual((await on.post(emulator, url, { provider: "gitlab-ci" }, admin)).status, 404);
      assert.strictEqual((await on.post(emulator, url, { provider: "gitlab-ci", subject: "x" }, admin)).status, 400);
      assert.strictEqual((await on.post(emulator, url, { provider: "gitlab-ci", audience: "a" })).status, 401);
    });
  });
};

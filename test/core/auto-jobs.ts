/** A CI job without its token is never taken for the machine that it runs on. */
import { auto } from "@tokenhop/core/auto";
import { contextFor, failureOf, fakePlatform } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";

/** Jobs without their token, on machines with identities of their own; and what they are told. */
const tokenless: Readonly<Record<string, readonly [Readonly<Record<string, string>>, string]>> = {
  "GitHub's without the permission": [
    { GITHUB_ACTIONS: "true" },
    "github-actions (GITHUB_ACTIONS is set): ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN, permissions: id-token: write",
  ],
  "GitHub's with a URL of no TLS": [
    { ACTIONS_ID_TOKEN_REQUEST_TOKEN: "t", ACTIONS_ID_TOKEN_REQUEST_URL: "http://runner.example/" },
    "github-actions (ACTIONS_ID_TOKEN_REQUEST_URL is set): ",
  ],
  "GitLab's": [{ GITLAB_CI: "true" }, "gitlab-ci (GITLAB_CI is set): TOKENHOP_ID_TOKEN"],
  "Azure Pipelines'": [{ TF_BUILD: "True" }, "SYSTEM_ACCESSTOKEN: $(System.AccessToken) in the env of the step"],
  "CircleCI's": [{ CIRCLECI: "true" }, "circleci (CIRCLECI is set): "],
  "Bitbucket's": [{ BITBUCKET_BUILD_NUMBER: "5" }, "BITBUCKET_STEP_OIDC_TOKEN, oidc: true on the step"],
  "Buildkite's": [{ BUILDKITE: "true" }, "buildkite (BUILDKITE is set): BUILDKITE_AGENT_ENDPOINT"],
  "HCP Terraform's": [{ TFC_RUN_ID: "run-1" }, "TFC_WORKLOAD_IDENTITY_TOKEN"],
};

const machines: readonly Readonly<Record<string, string>>[] = [
  {},
  { AZURE_FEDERATED_TOKEN_FILE: "/absent", AZURE_CLIENT_ID: "c", AZURE_TENANT_ID: "t" },
  { IDENTITY_ENDPOINT: "http://169.254.131.2:8081/msi/token", IDENTITY_HEADER: "h" },
  { K_SERVICE: "s" },
  { AWS_WEB_IDENTITY_TOKEN_FILE: "/absent", AWS_ROLE_ARN: "arn:aws:iam::1:role/r" },
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("auto, jobs", () => {
    for (const [whose, [variables, says]] of Object.entries(tokenless)) {
      for (const allowProbes of [false, true]) {
        QUnit.test(`a job of ${whose} is never its machine, with${allowProbes ? "" : "out"} probes`, async (assert) => {
          for (const machine of machines) {
            const platform = fakePlatform({ env: { ...machine, ...variables }, files: {} });
            const source = auto({ allowProbes });
            assert.notOk(source.detect(platform).found);
            const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
            assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", "auto"]);
            assert.ok(error.message.includes(says), error.message);
            assert.notOk(/virtual machines|aws-web-identity/.test(error.message), error.message);
            assert.deepEqual([platform.requests.length, platform.reads.length], [0, 0]);
          }
        });
      }
    }
  });
};

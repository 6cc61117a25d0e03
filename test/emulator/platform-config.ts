/** What a config may say of workloads on a platform. */
import { type EmulatorConfig, type EmulatorConfigError, type PlatformName, parseConfig } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as on from "./platform-support.ts";

const names = Object.keys(on.jobs) as readonly PlatformName[];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: platforms in a config", () => {
    const problemsOf = (config: EmulatorConfig): readonly string[] => {
      try {
        parseConfig(config);
        return [];
      } catch (error) {
        return (error as EmulatorConfigError).problems;
      }
    };

    for (const name of names) {
      const shows = ["github-actions", "azure-pipelines", "buildkite"].includes(name);
      QUnit.test(`a job of ${name} ${shows ? "needs" : "needs no"} request token`, (assert) => {
        assert.deepEqual(problemsOf(on.platformConfig(name)), []);
        const problems = problemsOf(on.platformConfig(name, {}, { requestToken: undefined }));
        const expectedProblems = shows ? ["oidcProviders.0.workloads.0: must have a requestToken"] : [];
        assert.deepEqual(problems, expectedProblems);
      });
    }

    QUnit.test("a workload has a subject or a job, and a job the members of its platform", (assert) => {
      const both = "oidcProviders.0.workloads.0: must have a subject or a job";
      assert.deepEqual(problemsOf(on.platformConfig("fly", {}, { subject: "me" })), [both]);
      assert.deepEqual(problemsOf(on.platformConfig("fly", {}, { job: undefined })), [both]);
      assert.strictEqual(problemsOf(on.platformConfig("fly", { app: "" })).length, 1);
      assert.strictEqual(problemsOf(on.platformConfig("gitlab-ci", { project: "app" })).length, 1);
      const strange = { ...on.jobs.fly, owner: "x" } as typeof on.jobs.fly;
      assert.strictEqual(problemsOf(on.platformConfig("fly", {}, { job: strange })).length, 1);
    });
  });
};

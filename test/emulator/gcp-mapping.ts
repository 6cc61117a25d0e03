/** Attribute mappings and conditions, and who a mapped principal is to a service account. */
import { demoIds, type EmulatorConfigError, type GcpGrantConfig, parseConfig } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as gcp from "./gcp-support.ts";

const { oidcSubject } = demoIds;
const bound = (...members: readonly string[]): readonly GcpGrantConfig[] => [
  { role: "roles/iam.workloadIdentityUser", members },
];
const claims = { repository: "tokenhop/demo", groups: ["ops", "dev"], nested: { "a/b": "deep" }, admin: true };

/** The description of a refusal, or nothing. */
async function outcome(provider: Parameters<typeof gcp.gcpConfig>[0], changes = {}): Promise<readonly unknown[]> {
  const emulator = gcp.makeGcp(gcp.gcpConfig(provider));
  const subject_token = await gcp.subjectToken(emulator, { claims, ...changes });
  const { body } = await gcp.exchange(emulator, { subject_token });
  return [body.error, body.error_description];
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Google's attribute mapping", () => {
    const conditions: readonly (readonly [string, boolean])[] = [
      ["assertion.repository == 'tokenhop/demo'", true],
      ['assertion.repository=="tokenhop/other"', false],
      ["assertion.repository != 'tokenhop/other' && assertion.admin", true],
      ["assertion.repository == 'x' || assertion['nested']['a/b'] == 'deep'", true],
      ["assertion.repository == 'x' || assertion.nested['a/b'] == 'x'", false],
      ["!(assertion.repository == 'x') && !assertion.missing", false],
      ["assertion.repository.startsWith('tokenhop/')", true],
      ["assertion.repository.endsWith('/demo') && assertion.repository.contains('hop')", true],
      ["assertion.repository.startsWith('okenhop/')", false],
      ["assertion.admin == true", false],
      ["assertion.repository", false],
      ["assertion.missing == 'x'", false],
      ["assertion.toString == 'x'", false],
      ["assertion.admin || assertion.missing", true],
      ["assertion.repository == 'x' && assertion.missing == 'x' || assertion.admin", true],
      [`google.subject == '${oidcSubject}'`, true],
      ["attribute.repo == 'tokenhop/demo'", true],
      ["attribute.repo + '!' == 'tokenhop/demo!'", true],
      ["'it\\'s' == \"it's\"", true],
    ];
    for (const [attributeCondition, isMet] of conditions) {
      QUnit.test(`condition ${attributeCondition}`, async (assert) => {
        const attributeMapping = { "google.subject": "assertion.sub", "attribute.repo": "assertion.repository" };
        const rejected = ["unauthorized_client", "The given credential is rejected by the attribute condition."];
        assert.deepEqual(
          await outcome({ attributeCondition, attributeMapping }),
          isMet ? [undefined, undefined] : rejected,
        );
      });
    }

    QUnit.test("the subject is what the mapping makes of the claims", async (assert) => {
      const attributeMapping = { "google.subject": "'gh::' + assertion.repository + '::' + assertion.sub" };
      const grants = bound(gcp.principal(`gh::tokenhop/demo::${oidcSubject}`));
      const serviceAccounts = [{ name: "demo-runner", uniqueId: "1", grants }];
      const emulator = gcp.makeGcp(gcp.gcpConfig({ attributeMapping }, { serviceAccounts }));
      const token = await gcp.federated(emulator, { subject_token: await gcp.subjectToken(emulator, { claims }) });
      assert.strictEqual((await gcp.impersonate(emulator, token, { scope: [gcp.cloudPlatform] })).status, 200);
    });

    QUnit.test("a subject of 127 bytes is taken, and one of 128 is not", async (assert) => {
      const limit =
        "The size of mapped attribute google.subject exceeds the 127 bytes limit. Either modify your attribute mapping or the incoming assertion to produce a mapped attribute that is less than 127 bytes.";
      assert.deepEqual(await outcome({}, { subject: "s".repeat(127) }), [undefined, undefined]);
      assert.deepEqual(await outcome({}, { subject: "s".repeat(128) }), ["invalid_request", limit]);
      assert.deepEqual(await outcome({}, { subject: "é".repeat(64) }), ["invalid_request", limit]);
    });

    QUnit.test("a claim that is missing, or no text, cannot be mapped", async (assert) => {
      const map = (source: string) => outcome({ attributeMapping: { "google.subject": source } });
      assert.deepEqual(await map("assertion.missing"), [
        "invalid_request",
        "The attribute google.subject cannot be mapped: There is no missing.",
      ]);
      assert.deepEqual(await map("assertion.groups"), [
        "invalid_request",
        "The mapped attribute google.subject must be a non-empty text.",
      ]);
      assert.deepEqual((await map("assertion.sub + assertion.admin"))[0], "invalid_request");
    });

    const attributeMapping = {
      "google.subject": "assertion.sub",
      "google.groups": "assertion.groups",
      "attribute.repository": "assertion.repository",
    };
    const members: readonly (readonly [string, number])[] = [
      [gcp.principal(oidcSubject), 200],
      [gcp.principals("*"), 200],
      [gcp.principals("group/ops"), 200],
      [gcp.principals("attribute.repository/tokenhop/demo"), 200],
      [gcp.principal(oidcSubject.toUpperCase()), 403],
      [gcp.principal(`${oidcSubject}x`), 403],
      [gcp.principals("group/admins"), 403],
      [gcp.principals("attribute.repository/tokenhop"), 403],
      [gcp.principals("attribute.other/tokenhop/demo"), 403],
      [gcp.principals("*").replace("demo-pool", "other-pool"), 403],
      [`serviceAccount:${demoIds.gcpServiceAccount}`, 403],
    ];
    for (const [member, status] of members) {
      QUnit.test(`${member} ${status === 200 ? "means" : "does not mean"} the workload`, async (assert) => {
        const serviceAccounts = [{ name: "demo-runner", uniqueId: "1", grants: bound(member) }];
        const emulator = gcp.makeGcp(gcp.gcpConfig({ attributeMapping }, { serviceAccounts }));
        const token = await gcp.federated(emulator, { subject_token: await gcp.subjectToken(emulator, { claims }) });
        const reply = await gcp.impersonate(emulator, token, { scope: [gcp.cloudPlatform] });
        assert.strictEqual(reply.status, status);
      });
    }
  });

  QUnit.module("emulator: Google Cloud in a config", () => {
    const problemsOf = (...given: Parameters<typeof gcp.gcpConfig>): readonly string[] => {
      try {
        parseConfig(gcp.gcpConfig(...given));
        return [];
      } catch (error) {
        return (error as EmulatorConfigError).problems;
      }
    };

    const expressions: readonly string[] = [
      "assertion.sub ==",
      "assertion.",
      "assertion.sub.matches('x')",
      "assertion.sub = 'x'",
      "size(assertion.sub)",
      "'open",
      "(assertion.sub",
      "assertion.sub assertion.sub",
      "1 == 1",
      "assertion[sub]",
      "assertion.sub in ['x']",
    ];
    for (const attributeCondition of expressions) {
      QUnit.test(`${attributeCondition} is no expression that is played`, (assert) => {
        const problems = problemsOf({ attributeCondition });
        assert.strictEqual(problems.length, 1, problems.join("\n"));
        assert.ok(problems[0]?.endsWith("must be an expression that the emulator can read"), problems[0]);
      });
    }

    QUnit.test("limits of Google's hold", (assert) => {
      assert.deepEqual(problemsOf({ allowedAudiences: Array.from({ length: 10 }, (_, at) => `a${at}`) }), []);
      assert.strictEqual(problemsOf({ allowedAudiences: Array.from({ length: 11 }, (_, at) => `a${at}`) }).length, 1);
      assert.strictEqual(problemsOf({ allowedAudiences: ["a".repeat(257)] }).length, 1);
      assert.strictEqual(problemsOf({ attributeMapping: { "attribute.a": "assertion.sub" } }).length, 1);
      assert.strictEqual(problemsOf({ attributeCondition: `'${"a".repeat(4095)}' == 'a'` }).length, 1);
      assert.strictEqual(problemsOf({}, { projectNumber: "12x" }).length, 1);
      const member = (text: string) => [{ role: "roles/viewer" as const, members: [text] }];
      assert.strictEqual(problemsOf({}, { grants: member("user:ada@demo.example") }).length, 1);
      assert.strictEqual(problemsOf({}, { grants: member("principal://iam.googleapis.com/projects/x/y") }).length, 1);
    });

    QUnit.test("names are there once, and the machine is one account", (assert) => {
      const account = { name: "twice-here", uniqueId: "1", onMetadataServer: true };
      const problems = problemsOf({}, { serviceAccounts: [account, account], buckets: ["one-bucket", "one-bucket"] });
      assert.strictEqual(problems.length, 4, problems.join("\n"));
      assert.ok(problems.some((problem) => problem.includes("only one service account can be on the metadata server")));
    });
  });
};

/** Chains of Google's service accounts, each of whom may act as the next. */
import { demoIds, type GcpRole, type ServiceAccountConfig } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import * as gcp from "./gcp-support.ts";

const scope = [gcp.cloudPlatform];
const workload = gcp.principal(demoIds.oidcSubject);

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: delegates of Google's service accounts", () => {
    const member = (name: string): string => `serviceAccount:${gcp.emailOf(name)}`;
    const creator = "roles/iam.serviceAccountTokenCreator";
    const chain = (first: GcpRole = creator, second: GcpRole = creator) => [
      gcp.account("first-hop", "1", { grants: gcp.to(first, workload) }),
      gcp.account("second-hop", "2", { grants: gcp.to(second, member("first-hop")) }),
      gcp.account("the-target", "3", { grants: gcp.to(creator, member("second-hop")) }),
    ];
    const delegate = (name: string): string => `projects/-/serviceAccounts/${gcp.emailOf(name)}`;
    const ask = async (serviceAccounts: readonly ServiceAccountConfig[], ...names: readonly string[]) => {
      const emulator = gcp.makeGcp(gcp.gcpConfig({}, { serviceAccounts }));
      const delegates = names.map(delegate);
      const token = await gcp.federated(emulator);
      return gcp.impersonate(emulator, token, { scope, delegates }, { account: gcp.emailOf("the-target") });
    };

    QUnit.test("each may create tokens of the next", async (assert) => {
      assert.strictEqual((await ask(chain(), "first-hop", "second-hop")).status, 200);
    });

    const broken: readonly (readonly [string, readonly ServiceAccountConfig[], readonly string[], string])[] = [
      ["nobody stands between", chain(), [], "iam.serviceAccounts.getAccessToken"],
      ["one is left out", chain(), ["first-hop"], "iam.serviceAccounts.getAccessToken"],
      ["the first is left out", chain(), ["second-hop"], "iam.serviceAccounts.implicitDelegation"],
      ["the order is another", chain(), ["second-hop", "first-hop"], "iam.serviceAccounts.implicitDelegation"],
      [
        "the caller may only act as the first",
        chain("roles/iam.workloadIdentityUser"),
        ["first-hop", "second-hop"],
        "iam.serviceAccounts.implicitDelegation",
      ],
      [
        "the first may only act as the second",
        chain(creator, "roles/iam.workloadIdentityUser"),
        ["first-hop", "second-hop"],
        "iam.serviceAccounts.implicitDelegation",
      ],
    ];
    for (const [when, accounts, names, permission] of broken) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const reply = await ask(accounts, ...names);
        assert.deepEqual([reply.status, gcp.errorOf(reply)], [403, gcp.denied(permission)]);
      });
    }

    QUnit.test("an account speaks for itself with its own token", async (assert) => {
      const serviceAccounts = [
        gcp.account("first-hop", "1", { grants: gcp.to(creator, workload) }),
        gcp.account("the-target", "3", { grants: gcp.to(creator, member("first-hop")) }),
      ];
      const emulator = gcp.makeGcp(gcp.gcpConfig({}, { serviceAccounts }));
      const { body } = await gcp.impersonate(
        emulator,
        await gcp.federated(emulator),
        { scope },
        { account: gcp.emailOf("first-hop") },
      );
      const reply = await gcp.impersonate(
        emulator,
        String(body.accessToken),
        { scope },
        { account: gcp.emailOf("the-target") },
      );
      assert.strictEqual(reply.status, 200);
    });
  });
};

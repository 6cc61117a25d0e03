/** `tokenhop demo --azure` as a process, against a double of Azure under the real names: what it asks, what it tells. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoIds, type EmulatorConfig } from "@tokenhop/emulator";
import type { Assert, Suite } from "../harness.ts";
import { type AzureDouble, azureConfig, withAzure } from "./azure-double.ts";
import {
  appService,
  exchange,
  fromAppService,
  fromImds,
  fromRunner,
  identities,
  list,
  outside,
  platform,
  runner,
  users,
  world,
} from "./azure-expected.ts";
import { type Ended, type Event, eventsOf, startCli } from "./cli-process.ts";

const { uamiClientId, appClientId, appObjectId, resourceGroup, forbiddenResourceGroup, subscriptionId } = demoIds;
const ARM = "https://management.azure.com";
const GRAPH = "https://graph.microsoft.com";
const EXCHANGE = "api://AzureADTokenExchange";

const once = ["demo", "--azure", "--once", "--json", "--runtime", "node"];

/** Runs it, and looks for tokens in what it printed. */
async function run(assert: Assert, azure: AzureDouble, env: NodeJS.ProcessEnv, args = once): Promise<Ended> {
  const ended = await startCli(args, { ...azure.env, ...env }).ended;
  const parts = [...azure.secrets].flatMap((secret) => secret.split(".")).filter((part) => part.length > 12);
  const said = ended.out + ended.err;
  assert.ok(parts.length > 0 && parts.every((part) => !said.includes(part)), "no token is printed");
  return ended;
}

const kindsIn = (out: string): unknown[] => eventsOf(out).map(({ event }) => event);
const only = (out: string, kind: string): Event[] => eventsOf(out).filter(({ event }) => event === kind);

/** The demo's world in which the app registration may look at the resource group too. */
function withRoleOfApp(): EmulatorConfig {
  const config = azureConfig();
  const role = {
    principalId: appObjectId,
    role: "Reader" as const,
    scope: `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`,
  };
  return { ...config, tenants: config.tenants.map((one) => ({ ...one, roleAssignments: [role] })) };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: tokenhop demo --azure", () => {
    QUnit.test(
      "in GitHub Actions with a managed identity: both scenarios, nothing else, and answers alike",
      async (assert) => {
        await withAzure(async (azure) => {
          const { code, out, err } = await run(assert, azure, {
            ...world,
            ...runner,
            ...identities,
            ...appService(azure),
          });
          assert.strictEqual(code, 0, out + err);
          assert.strictEqual(err, "");
          assert.deepEqual(azure.asked, [
            fromRunner,
            exchange(uamiClientId, outside, ARM),
            list(resourceGroup, uamiClientId),
            exchange(uamiClientId, outside, ARM),
            list(resourceGroup, uamiClientId),
            list("test-resource-group-1", uamiClientId),
            fromAppService(azure, GRAPH),
            users(uamiClientId),
            fromAppService(azure, EXCHANGE),
            exchange(appClientId, platform, GRAPH),
            users(appClientId),
          ]);
          assert.deepEqual(azure.connections(), [
            "tls graph.microsoft.com",
            "tls login.microsoftonline.com",
            "tls management.azure.com",
            "tls run-actions.example",
          ]);
          assert.deepEqual(kindsIn(out), [
            ...["credential", "resource.new", "resource.new", "refresh", "forbidden", "forbidden"],
            ...["credential", "graph", "refused", "compared", "done"],
          ]);
          assert.deepEqual(only(out, "compared"), [{ event: "compared", answers: 10, differences: 0 }]);
          assert.deepEqual(only(out, "refused"), [{ event: "refused", code: "ERR_CONFIG_CHAIN", aadsts: 700231 }]);
        });
      },
    );

    QUnit.test("in a pod: what needs a managed identity is skipped, and why", async (assert) => {
      await withAzure(async (azure) => {
        const file = join(azure.folder, "token");
        const { oidcProvider: provider, oidcSubject: subject } = demoIds;
        // Kubernetes names audiences in a list.
        const token = await azure.emulator.issueExternalToken({ provider, subject, audience: [EXCHANGE] });
        writeFileSync(file, token);
        azure.secrets.add(token);
        const { code, out, err } = await run(assert, azure, {
          ...world,
          AZURE_FEDERATED_TOKEN_FILE: file,
          AZURE_FORBIDDEN_RESOURCE_GROUP_NAME: forbiddenResourceGroup,
        });
        assert.strictEqual(code, 0, out + err);
        assert.deepEqual(azure.asked, [
          exchange(uamiClientId, outside, ARM),
          list(resourceGroup, uamiClientId),
          exchange(uamiClientId, outside, ARM),
          list(resourceGroup, uamiClientId),
          list(forbiddenResourceGroup, uamiClientId),
        ]);
        const [itself, s2, ...others] = only(out, "skipped");
        assert.strictEqual(others.length, 0);
        assert.strictEqual(itself?.step, "itself");
        assert.ok(String(itself?.reason).includes("IDENTITY_ENDPOINT"), String(itself?.reason));
        assert.strictEqual(s2?.step, "s2");
        assert.ok(String(s2?.reason).includes("APP_CLIENT_ID"), String(s2?.reason));
        assert.deepEqual(only(out, "compared"), [{ event: "compared", answers: 5, differences: 0 }]);
      });
    });

    QUnit.test("on a virtual machine: the managed identity becomes the app registration", async (assert) => {
      await withAzure(async (azure) => {
        const { code, out, err } = await run(assert, azure, {
          ...world,
          ...identities,
          AZURE_CLIENT_ID: appClientId,
          AZURE_POD_IDENTITY_AUTHORITY_HOST: azure.hostUrl,
        });
        assert.strictEqual(code, 0, out + err);
        assert.deepEqual(azure.asked, [
          fromImds(azure, EXCHANGE),
          exchange(appClientId, platform, ARM),
          list(resourceGroup, appClientId),
          exchange(appClientId, platform, ARM),
          list(resourceGroup, appClientId),
          list("test-resource-group-1", appClientId),
          fromImds(azure, GRAPH),
          users(uamiClientId),
          fromImds(azure, EXCHANGE),
          exchange(appClientId, platform, GRAPH),
          users(appClientId),
        ]);
        assert.deepEqual(only(out, "difference"), []);
        assert.deepEqual(only(out, "compared"), [{ event: "compared", answers: 11, differences: 0 }]);
      }, withRoleOfApp());
    });

    QUnit.test("says in words what it plays, skips and compared, and stays up until Ctrl+C", async (assert) => {
      await withAzure(async (azure) => {
        const running = startCli(["demo", "--azure", "--runtime", "node"], { ...azure.env, ...world, ...runner });
        await running.printed("Ctrl+C ends it.");
        process.kill(running.pid, "SIGINT");
        const { code, out } = await running.ended;
        assert.strictEqual(code, 0);
        for (const words of ["identity token comes from github-actions", "skipped ", "compared ", ": alike"])
          assert.ok(out.includes(words), `${words} in ${out}`);
        assert.ok(/curl http:\/\/127\.0\.0\.1:\d+\/api\/resources\/demo-rg/.test(out), out);
      });
    });
  });
};

/** `tokenhop demo --azure` where something is amiss: Azure answers otherwise or refuses, or the command line lacks something. */
import { demoIds, type Fault } from "@tokenhop/emulator";
import type { Assert, Suite } from "../harness.ts";
import { type AzureDouble, azureConfig, withAzure } from "./azure-double.ts";
import { appService, identities, runner, world } from "./azure-expected.ts";
import { type Ended, type Event, eventsOf, startCli } from "./cli-process.ts";

const once = ["demo", "--azure", "--once", "--json", "--runtime", "node"];
const everything = (azure: AzureDouble): NodeJS.ProcessEnv => ({
  ...world,
  ...runner,
  ...identities,
  ...appService(azure),
});

async function withFaults(faults: readonly Fault[], look: (azure: AzureDouble, ended: Ended) => void): Promise<void> {
  await withAzure(async (azure) => {
    for (const fault of faults) azure.emulator.setFault(fault);
    look(azure, await startCli(once, { ...azure.env, ...everything(azure) }).ended);
  });
}

const only = (out: string, kind: string): Event[] => eventsOf(out).filter(({ event }) => event === kind);
const difference = (request: string, what: string): Event => ({ event: "difference", request, what });

/** A wrong command line or environment: exit code 2, nothing on stdout, everything that is wrong on stderr. */
async function refuses(
  assert: Assert,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  says: readonly string[],
): Promise<string> {
  const { code, out, err } = await startCli(args, { PATH: process.env.PATH, ...env }).ended;
  assert.strictEqual(code, 2, err);
  assert.strictEqual(out, "");
  for (const text of says) assert.ok(err.includes(text), `${text} in ${err}`);
  return err;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: tokenhop demo --azure, when Azure differs", () => {
    QUnit.test("each difference is told once, and what the emulator cannot play is none", async (assert) => {
      const resource = { id: "/subscriptions/1/a", name: "a", type: "A.B/c" };
      const faults: readonly Fault[] = [
        // Not an answer to compare, as Azure is not itself.
        { route: "token", kind: "respond", status: 503, retryAfterSeconds: 0 },
        {
          route: "token",
          kind: "edit",
          times: "always",
          set: { expires_in: "3599", note: "x" },
          remove: ["ext_expires_in"],
        },
        // A type that the emulator's config could not even name, and members that it does not have.
        {
          route: "arm",
          kind: "edit",
          times: 2,
          set: { value: [{ ...resource, tags: { a: "b" }, sku: { name: "S" } }], nextLink: "https://n" },
        },
        { route: "app-service", kind: "edit", times: "always", remove: ["not_before"] },
        { route: "graph", kind: "edit", skip: 1, set: { "@odata.context": 7, value: [{ displayName: null }] } },
      ];
      await withFaults(faults, (_azure, { code, out, err }) => {
        assert.strictEqual(code, 0, out + err);
        assert.deepEqual(only(out, "difference"), [
          difference("POST token", "expires_in: string, emulator says number"),
          difference("POST token", "ext_expires_in: none, emulator says number"),
          difference("POST token", "note: string, emulator has none"),
          difference("GET resources", "value[].location: none, emulator says string"),
          difference("GET managed identity", "not_before: none, emulator says string"),
          difference("GET users", "@odata.context: number, emulator says string"),
          difference("GET users", "value[].displayName: null, emulator says string"),
        ]);
        assert.deepEqual(only(out, "compared"), [{ event: "compared", answers: 10, differences: 7 }]);
      });
    });

    QUnit.test("a refusal fails its step with Entra's words, and is compared too", async (assert) => {
      // The branch is another one.
      const config = JSON.stringify(azureConfig()).replace(
        '/demo:ref:refs/heads/main","audiences"',
        '/demo:ref:refs/heads/dev","audiences"',
      );
      await withAzure(async (azure) => {
        const { code, out } = await startCli(once, { ...azure.env, ...world, ...runner }).ended;
        assert.strictEqual(code, 1);
        const [failed] = only(out, "failed");
        assert.strictEqual(failed?.step, "s1");
        assert.ok(String(failed?.reason).includes("AADSTS700213"), String(failed?.reason));
        assert.deepEqual(only(out, "difference"), []);
        assert.ok(Number(only(out, "compared")[0]?.answers) > 0);
        assert.strictEqual(only(out, "done").length, 0);
      }, JSON.parse(config));
    });

    QUnit.test("a refusal that the emulator would not have given is a difference", async (assert) => {
      const refusal = {
        kind: "entra-error",
        code: 53003,
        error: "access_denied",
        status: 400,
        times: "always",
      } as const;
      await withFaults([{ route: "token", clientId: demoIds.uamiClientId, ...refusal }], (_azure, { code, out }) => {
        assert.strictEqual(code, 1);
        assert.deepEqual(only(out, "difference"), [difference("POST token", "status: 400 (53003), emulator says 200")]);
      });
    });

    QUnit.test(
      "a managed identity that shall become one is refused, and compared without a difference",
      async (assert) => {
        await withAzure(async (azure) => {
          const { code, out } = await startCli(once, { ...azure.env, ...world, ...appService(azure) }).ended;
          assert.strictEqual(code, 1);
          assert.ok(String(only(out, "failed")[0]?.reason).includes("AADSTS700211"), out);
          assert.deepEqual(only(out, "difference"), []);
          assert.ok(Number(only(out, "compared")[0]?.answers) > 2, out);
        });
      },
    );

    QUnit.test("an identity that the host does not have is none of the emulator's either", async (assert) => {
      await withAzure(async (azure) => {
        const env = { ...everything(azure), UAMI_CLIENT_ID: "99999999-9999-4999-8999-999999999999" };
        const { code, out } = await startCli(once, { ...azure.env, ...env }).ended;
        assert.strictEqual(code, 1);
        assert.deepEqual(
          only(out, "failed").map(({ step }) => step),
          ["itself", "s2"],
        );
        assert.deepEqual(only(out, "difference"), []);
        assert.ok(Number(only(out, "compared")[0]?.answers) > 5, out);
      });
    });

    QUnit.test("a redirect leads nowhere but to Azure", async (assert) => {
      const headers = { location: "https://elsewhere.example/resources" };
      await withFaults(
        [{ route: "arm", kind: "respond", status: 302, headers, times: "always" }],
        (azure, { code, out }) => {
          assert.strictEqual(code, 1);
          const [failed] = only(out, "failed");
          assert.strictEqual(failed?.step, "s1");
          const says = "the app printed: TypeError: The demo asks nobody but Azure, and not https://elsewhere.example";
          assert.ok(String(failed?.reason).includes(says), String(failed?.reason));
          assert.ok(String(failed?.reason).includes("the app answered 500 instead of 200"));
          assert.notOk(String(failed?.reason).includes("file:"), "no stack");
          assert.ok(azure.asked.some(({ what }) => what.includes("management.azure.com")));
          assert.deepEqual(
            azure.connections().filter((one) => !/ (login|management|graph|run-actions)\./.test(one)),
            [],
          );
        },
      );
    });
  });

  QUnit.module("cli: tokenhop demo --azure, when something is missing", () => {
    QUnit.test("names all of it at once, with what it is for", async (assert) => {
      await refuses(assert, once, {}, [
        "AZURE_TENANT_ID is missing: the tenant",
        "AZURE_CLIENT_ID is missing: client id",
        "AZURE_SUBSCRIPTION_ID is missing: the subscription",
        "AZURE_RESOURCE_GROUP_NAME is missing: the resource group",
        "github-actions (missing: ACTIONS_ID_TOKEN_REQUEST_URL",
        "kubernetes (missing: AZURE_FEDERATED_TOKEN_FILE",
        "managed-identity (missing: IDENTITY_ENDPOINT and IDENTITY_HEADER, or AZURE_POD_IDENTITY_AUTHORITY_HOST=http://169.254.169.254 on",
      ]);
    });

    QUnit.test("shows no value of a malformed one", async (assert) => {
      const env = {
        ...world,
        ...runner,
        AZURE_TENANT_ID: "pasted-secret",
        AZURE_RESOURCE_GROUP_NAME: "../../pasted-path",
      };
      const says = ["AZURE_TENANT_ID is malformed", "AZURE_RESOURCE_GROUP_NAME is malformed"];
      const err = await refuses(assert, once, env, says);
      assert.ok(!err.includes("pasted"), err);
    });

    QUnit.test("takes no token over plain http, nor a metadata endpoint of elsewhere", async (assert) => {
      await refuses(assert, once, { ...world, ...runner, ACTIONS_ID_TOKEN_REQUEST_URL: "http://127.0.0.1:1/token" }, [
        "with an https URL",
      ]);
      const elsewhere = { IDENTITY_ENDPOINT: "http://metadata.example/msi/token", IDENTITY_HEADER: "header" };
      await refuses(assert, once, { ...world, ...elsewhere }, ["on loopback or in 169.254.0.0/16"]);
    });

    QUnit.test("refuses a managed identity that shall become itself, however its id is written", async (assert) => {
      const host = { IDENTITY_ENDPOINT: "http://127.0.0.1:1/msi/token", IDENTITY_HEADER: "header" };
      const id = "abcdefab-0000-4000-8000-000000000001";
      const confused = { ...world, ...host, UAMI_CLIENT_ID: id.toUpperCase() };
      const source = { ...confused, AZURE_CLIENT_ID: id };
      const err = await refuses(assert, once, source, ["AZURE_CLIENT_ID must name an app registration"]);
      assert.ok(!err.includes("APP_CLIENT_ID must"), err);
      // From elsewhere it may become the managed identity.
      const elsewhere = { ...source, ...runner, APP_CLIENT_ID: id };
      const other = await refuses(assert, once, elsewhere, ["APP_CLIENT_ID must name an app registration"]);
      assert.ok(!other.includes("AZURE_CLIENT_ID must"), other);
    });

    QUnit.test("refuses options that make no sense with it", async (assert) => {
      await refuses(assert, [...once, "--fault", "s1"], { ...world, ...runner }, ["--fault"]);
      await refuses(assert, [...once.slice(0, -1), "workerd"], { ...world, ...runner }, ["--runtime workerd"]);
    });
  });
};

/** The programs of docs/recipes, run as they stand there against the emulator. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { alone, programsOf, run } from "./recipes-support.ts";

/** Recipe, which of its programs, what it prints, and what was asked. */
const rows: readonly (readonly [string, number, string, readonly string[]])[] = [
  [
    "azure-sdks",
    0,
    "Microsoft.ManagedIdentity/userAssignedIdentities demo-uami\nMicrosoft.Storage/storageAccounts demostorage\n",
    ["token 200", "arm 200"],
  ],
  ["azure-sdks", 2, "true\n", ["app-service 200", "token 200"]],
  ["graph", 0, "Ada Lovelace\nAlan Turing\nGrace Hopper\n", ["app-service 200", "token 200", "graph 200", "graph 200"]],
  ["graph", 1, "Ada Lovelace\nAlan Turing\nGrace Hopper\n", ["app-service 200", "token 200", "graph 200", "graph 200"]],
  ["openai", 0, "You said: Say hello.\nYou said: Say hello.\n", ["token 200", "openai 200", "openai 200"]],
  ["openai", 1, "You said: Say hello.\n", ["token 200", "openai 200"]],
  [
    "blob-storage",
    0,
    "today.txt 11\nall is well\n",
    ["token 200", "blob 201", "blob 201", "blob 200", "blob 200", "blob 206", "blob 202"],
  ],
  [
    "key-vault",
    0,
    "32 21\npartner-key true\n",
    ["key-vault 401", "token 200", "key-vault 200", "key-vault 200", "key-vault 200"],
  ],
  ["service-bus", 0, "sent\n", ["token 200"]],
  ["aws", 0, "all is well\n", ["aws-sts 200", "aws-s3 200", "aws-s3 200"]],
  ["aws", 1, "AccessDenied\n", ["aws-sts 200", "aws-s3 403"]],
  ["google", 0, "tokenhop-demo-data\n", ["gcp-sts 200", "gcp-iam-credentials 200", "gcp-storage 200"]],
  ["google", 2, "true\n", ["gcp-sts 200", "gcp-iam-credentials 200"]],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("docs/recipes", () => {
    for (const [recipe, at, stdout, routes] of rows) {
      QUnit.test(`program ${at + 1} of ${recipe}.md does what it says`, async (assert) => {
        const done = await alone(recipe, at);
        assert.strictEqual(done.stdout, stdout);
        assert.deepEqual(done.routes, routes);
      });
    }

    QUnit.test("the program of S5 in README.md lists the buckets of both clouds for one identity", async (assert) => {
      const program = programsOf("../../README").find((one) => one.includes("ListBucketsCommand"));
      const { stdout, routes } = await run({ "program.ts": String(program) }, "program.ts");
      const [aws, google = ""] = stdout.split("\n");
      assert.strictEqual(aws, `[ '${demoIds.awsBucket}' ]`);
      assert.ok(google.startsWith("200 ") && stdout.includes(demoIds.gcpBucket), stdout);
      assert.deepEqual(routes, [
        "aws-sts 200",
        "aws-s3 200",
        "gcp-sts 200",
        "gcp-iam-credentials 200",
        "gcp-storage 200",
      ]);
    });

    QUnit.test("the credential of service-bus.md gives a token for the scope that the SDK asks for", async (assert) => {
      const main = `import { credential } from "./program.ts";
const { token } = await credential.getToken("https://servicebus.azure.net//.default");
console.log(JSON.parse(atob(token.split(".")[1] ?? "")).aud);`;
      const { stdout } = await run({ "program.ts": String(programsOf("service-bus")[1]), "main.ts": main }, "main.ts");
      assert.strictEqual(stdout, "https://servicebus.azure.net/\n");
    });

    QUnit.test(
      "the Worker of azure-sdks.md answers with a secret, and its requests share one exchange",
      async (assert) => {
        const main = `import worker from "./program.ts";
const identity = (url: string) => fetch(
  \`\${process.env.ACTIONS_ID_TOKEN_REQUEST_URL}&audience=\${new URL(url).searchParams.get("audience")}\`,
  { headers: { authorization: \`Bearer \${process.env.ACTIONS_ID_TOKEN_REQUEST_TOKEN}\` } },
);
const env = {
  AZURE_TENANT_ID: String(process.env.AZURE_TENANT_ID),
  AZURE_CLIENT_ID: String(process.env.AZURE_CLIENT_ID),
  VAULT_URL: "https://${demoIds.vault}.vault.azure.net",
  IDENTITY: { fetch: async (url: string) => new Response((await (await identity(url)).json()).value) },
};
const late: Promise<unknown>[] = [];
const context = { waitUntil: (work: Promise<unknown>) => void late.push(work) };
for (let turn = 0; turn < 2; turn++)
  console.log(await (await worker.fetch(new Request("https://app.example/"), env, context)).text());
await Promise.all(late);`;
        const greet = async (emulator: Emulator): Promise<Record<string, string>> => {
          const token = await emulator.signEntraToken({
            aud: "https://vault.azure.net",
            iss: `https://sts.windows.net/${demoIds.tenantId}/`,
            tid: demoIds.tenantId,
            oid: demoIds.uamiPrincipalId,
            exp: Math.floor(Date.now() / 1000) + 60,
          });
          await emulator.fetch(`https://${demoIds.vault}.vault.azure.net/secrets/greeting?api-version=7.6`, {
            method: "PUT",
            headers: { authorization: `Bearer ${token}` },
            body: JSON.stringify({ value: "hello" }),
          });
          return {};
        };
        const { stdout, routes } = await run(
          { "program.ts": String(programsOf("azure-sdks")[1]), "main.ts": main },
          "main.ts",
          greet,
        );
        assert.strictEqual(stdout, "hello\nhello\n");
        const vault = ["key-vault 401", "key-vault 200"];
        assert.deepEqual(routes, ["key-vault 200", "key-vault 401", "token 200", "key-vault 200", ...vault]);
      },
    );
  });
};

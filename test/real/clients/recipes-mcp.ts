/** The programs of docs/recipes/mcp.md, each with the SDK's other side. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { programsOf, run } from "./recipes-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("docs/recipes/mcp.md", () => {
    QUnit.test("the client of mcp.md reaches a server as its workload", async (assert) => {
      const main = `import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
const { AZURE_TENANT_ID: tenantId, APP_CLIENT_ID: audience } = process.env;
const auth = createBearerAuth({ issuers: entraIssuer({ tenantId, audience: String(audience), allowUnassigned: true }) });
const handler = createMcpHandler(() => {
  const server = new McpServer({ name: "tools", version: "1.0.0" });
  server.registerTool("ping", {}, async () => ({ content: [{ type: "text", text: "pong" }] }));
  return server;
});
const before = globalThis.fetch;
const answer = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
  const request = new Request(input, init);
  if (new URL(request.url).host !== "tools.contoso.com") return before(input, init);
  const { claims } = await auth.verify(request);
  console.log(claims.azp === audience);
  return handler.fetch(request);
};
Object.assign(globalThis, { fetch: answer });
const { client } = await import("./program.ts");
console.log(JSON.stringify((await client.callTool({ name: "ping" })).content));
await client.close();`;
      const { stdout } = await run({ "program.ts": String(programsOf("mcp")[0]), "main.ts": main }, "main.ts");
      const lines = stdout.trim().split("\n");
      assert.ok(lines.includes('[{"type":"text","text":"pong"}]'), stdout);
      assert.notOk(lines.includes("false"));
    });

    QUnit.test("the server of mcp.md acts for its user, and refuses an application", async (assert) => {
      const main = `import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import server from "./server.ts";
for (const name of ["USER_TOKEN", "APP_TOKEN"]) {
  const statuses: number[] = [];
  const fetch = async (input: string | URL, init?: RequestInit): Promise<Response> => {
    const headers = new Headers(init?.headers);
    headers.set("authorization", \`Bearer \${process.env[name]}\`);
    const reply = await server.fetch(new Request(input, { ...init, headers }));
    statuses.push(reply.status);
    return reply;
  };
  const client = new Client({ name: "test", version: "1.0.0" });
  try {
    await client.connect(new StreamableHTTPClientTransport(new URL("https://tools.contoso.com/mcp"), { fetch }));
    console.log(JSON.stringify((await client.callTool({ name: "whoami" })).content));
    await client.close();
  } catch {
    console.log("refused", [...new Set(statuses)].join());
  }
}`;
      const tokens = async (emulator: Emulator): Promise<Record<string, string>> => {
        const audience = demoIds.appClientId;
        const scopes = ["access_as_user"];
        const user = { user: demoIds.user, clientId: demoIds.uamiClientId, audience, scopes };
        const USER_TOKEN = await emulator.issueUserToken(user);
        // A managed identity may ask for any API of its tenant. It is nobody's user.
        const query = new URLSearchParams({ "api-version": "2018-02-01", resource: `api://${audience}` });
        const url = `http://169.254.169.254/metadata/identity/oauth2/token?${query}`;
        const reply = await emulator.fetch(url, { headers: { metadata: "true" } });
        return { USER_TOKEN, APP_TOKEN: ((await reply.json()) as { access_token: string }).access_token };
      };
      const { stdout, routes } = await run(
        { "server.ts": String(programsOf("mcp")[2]), "main.ts": main },
        "main.ts",
        tokens,
      );
      assert.strictEqual(stdout, '[{"type":"text","text":"Ada Lovelace"}]\nrefused 403\n');
      assert.deepEqual(
        routes.filter((route) => /^(?:token|graph)/.test(route)),
        ["token 200", "graph 200"],
      );
    });
  });
};

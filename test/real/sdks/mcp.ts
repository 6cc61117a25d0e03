/** The MCP SDKs, as they are installed: clients with our credential, and a server that acts for its user. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as Client1 } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as Transport1 } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { type BearerToken, type CredentialProvider, defineTarget, federate } from "@tokenhop/core";
import { authorizedFetch } from "@tokenhop/core/interop/authorized-fetch";
import { mcp } from "@tokenhop/core/interop/mcp";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { mcpServer, type Server, serverUrl } from "./mcp-server.ts";
import { problemOf } from "./problem.ts";
import { platform, type Stage, withStage } from "./stage.ts";

const url = new URL(serverUrl);
const info = { name: "test", version: "1.0.0" };
const { appClientId, uamiClientId } = demoIds;

interface UserOptions {
  readonly user?: string;
  readonly audience?: string;
  readonly scopes?: readonly string[];
  readonly hosts?: readonly string[];
}

/** A provider of a user's tokens for the server, as whatever the user signed in to would be. */
function userProvider(stage: Stage, options: UserOptions = {}): CredentialProvider<BearerToken> {
  const { user = demoIds.user, audience = appClientId, scopes = ["access_as_user"], hosts = [url.host] } = options;
  const from = fromFunction(() => stage.userToken({ user, audience, clientId: uamiClientId, scopes }));
  const to = defineTarget({
    name: "as-it-is",
    identity: ["as-it-is", {}],
    audience,
    produces: "unknown",
    hosts: () => hosts,
    exchange: async ({ token, expiresAt = 0 }): Promise<BearerToken> => ({ kind: "bearer", token, expiresAt }),
  });
  return federate({ from, to, platform: platform() });
}

/** What the tool says to a client of the SDK's second version, and in what its transport was given the token. */
async function whoami(
  server: Server,
  provider: CredentialProvider<BearerToken>,
  by: "authProvider" | "fetch",
): Promise<unknown> {
  const client = new Client(info);
  const transport =
    by === "authProvider"
      ? new StreamableHTTPClientTransport(url, { authProvider: mcp(provider, { url }), fetch: server.fetch })
      : new StreamableHTTPClientTransport(url, {
          fetch: authorizedFetch(provider, { platform: { ...platform(), fetch: server.fetch } }),
        });
  await client.connect(transport);
  try {
    return (await client.callTool({ name: "whoami" })).content;
  } finally {
    await client.close();
  }
}

const says = (text: string): unknown => [{ type: "text", text }];

export const suite: Suite = (QUnit) => {
  QUnit.module("@modelcontextprotocol", () => {
    for (const by of ["authProvider", "fetch"] as const) {
      QUnit.test(`a client of version 2 calls a tool as its user, by ${by}`, (assert) =>
        withStage(async (stage) => {
          const server = mcpServer(stage.origin);
          assert.deepEqual(await whoami(server, userProvider(stage), by), says("Ada Lovelace, 200"));
          const { token } = await stage.counts();
          assert.strictEqual(token, 1, "one exchange, on behalf of the user");
          assert.notOk(server.statuses.includes(401), server.statuses.join());
        }),
      );
    }

    QUnit.test("a client of version 1 does, by fetch", (assert) =>
      withStage(async (stage) => {
        const server = mcpServer(stage.origin);
        const fetch = authorizedFetch(userProvider(stage), { platform: { ...platform(), fetch: server.fetch } });
        const client = new Client1(info);
        await client.connect(new Transport1(url, { fetch }) as never);
        const { content } = await client.callTool({ name: "whoami" });
        await client.close();
        assert.deepEqual(content, says("Ada Lovelace, 200"));
      }),
    );

    QUnit.test("each user is served as themselves", (assert) =>
      withStage(async (stage) => {
        const server = mcpServer(stage.origin);
        const users = {
          "ada@demo.example": "Ada Lovelace",
          "alan@demo.example": "Alan Turing",
          "grace@demo.example": "Grace Hopper",
        };
        const calls = Object.entries(users).flatMap(([user, name]) =>
          [1, 2].map(async () => [await whoami(server, userProvider(stage, { user }), "authProvider"), name] as const),
        );
        for (const [content, name] of await Promise.all(calls)) assert.deepEqual(content, says(`${name}, 200`));
      }),
    );

    QUnit.test("a token that is none of the server's is refused, and the client told where to look", (assert) =>
      withStage(async (stage) => {
        const server = mcpServer(stage.origin);
        const graph = userProvider(stage, { audience: "https://graph.microsoft.com" });
        const error = await problemOf(whoami(server, graph, "authProvider"));
        assert.ok(error.message.length > 0);
        assert.deepEqual([...new Set(server.statuses)], [401]);
        const reply = await server.fetch(serverUrl, { method: "POST", body: "{}" });
        assert.strictEqual(
          reply.headers.get("www-authenticate"),
          'Bearer realm="api", resource_metadata="https://tools.example/.well-known/oauth-protected-resource/mcp"',
        );
        assert.strictEqual((await stage.counts()).token, undefined, "nothing was exchanged");
      }),
    );

    QUnit.test("what Entra demands of the user is the answer to the client's request", (assert) =>
      withStage(async (stage) => {
        const server = mcpServer(stage.origin);
        const claims = '{"access_token":{"polids":{"essential":true,"values":["1"]}}}';
        await stage.setFault({
          route: "token",
          kind: "entra-error",
          code: 50076,
          error: "interaction_required",
          status: 400,
          claims,
        });
        const token = await userProvider(stage).get();
        const headers = { authorization: `Bearer ${token.token.reveal()}`, "content-type": "application/json" };
        const reply = await server.fetch(serverUrl, { method: "POST", headers, body: "{}" });
        assert.strictEqual(reply.status, 401);
        assert.ok(reply.headers.get("www-authenticate")?.includes(btoa(claims).replace(/=+$/, "")), "with the claims");
      }),
    );

    QUnit.test("a provider that does not know the server's host gives it nothing", (assert) =>
      withStage(async (stage) => {
        const server = mcpServer(stage.origin);
        for (const by of ["authProvider", "fetch"] as const) {
          const provider = userProvider(stage, { hosts: ["other.example"] });
          assert.strictEqual((await problemOf(whoami(server, provider, by))).code, "ERR_DOWNSTREAM_HOST", by);
        }
        assert.strictEqual(server.statuses.length, 0);
      }),
    );
  });
};

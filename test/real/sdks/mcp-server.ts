/** An MCP server that acts for its user, made of the SDK's server, `createBearerAuth` and on-behalf-of. */
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { createAttach, federate, problemResponse, type VerifiedUser } from "@tokenhop/core";
import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entraObo } from "@tokenhop/core/targets/entra-obo";
import { demoIds } from "@tokenhop/emulator";
import { platform } from "./stage.ts";

const { tenantId, appClientId, uamiClientId } = demoIds;

/** Where the server is said to be; nothing listens there. */
export const serverUrl = "https://tools.example/mcp";

export interface Server {
  /** What the transports of clients are given. */
  readonly fetch: (input: string | URL | Request, init?: RequestInit) => Promise<Response>;
  /** The answers so far, by status. */
  readonly statuses: readonly number[];
}

/** Makes one whose Entra and Graph are the emulator. */
export function mcpServer(origin: string): Server {
  const here = platform();
  const query = new URLSearchParams({ "api-version": "2018-02-01", client_id: uamiClientId });
  const from = fromFunction(
    async ({ audience, signal }) => {
      query.set("resource", audience);
      const url = `${origin}/metadata/identity/oauth2/token?${query}`;
      const reply = await here.fetch(url, { headers: { metadata: "true" }, signal });
      return ((await reply.json()) as { access_token: string }).access_token;
    },
    { provenance: "platform" },
  );
  const hosts = [new URL(origin).host];
  const scope = "https://graph.microsoft.com/.default";
  const to = entraObo({ tenantId, clientId: appClientId, scope, authority: origin, hosts });
  const attach = createAttach({ me: federate({ from, to, platform: here }) }, { platform: here });
  const auth = createBearerAuth({
    issuers: entraIssuer({ tenantId, audience: appClientId, authority: origin }),
    scopes: ["access_as_user"],
    resourceMetadata: "https://tools.example/.well-known/oauth-protected-resource/mcp",
    platform: here,
  });
  const handler = createMcpHandler(({ authInfo, requestInfo }) => {
    const server = new McpServer({ name: "tools", version: "1.0.0" });
    const user = authInfo?.extra?.user as VerifiedUser;
    const graph = attach(requestInfo, { waitUntil: () => undefined }).me.with({ user });
    server.registerTool("whoami", { description: "Who is asking" }, async () => {
      const reply = await graph.fetch(`${origin}/v1.0/me`);
      const { displayName } = (await reply.json()) as { displayName: string };
      return { content: [{ type: "text", text: `${displayName}, ${reply.status}` }] };
    });
    return server;
  });
  const serve = async (request: Request): Promise<Response> => {
    try {
      const user = await auth.verify(request);
      // Before the protocol takes over: what Entra demands of the user is an answer to the request, and not to a tool.
      await attach(request).me.with({ user }).token();
      return await handler.fetch(request, { authInfo: { token: "", clientId: "", scopes: [], extra: { user } } });
    } catch (error) {
      const answer = problemResponse(error);
      if (answer) return answer;
      throw error;
    }
  };
  const statuses: number[] = [];
  return {
    statuses,
    async fetch(input, init) {
      const response = await serve(new Request(input, init));
      statuses.push(response.status);
      return response;
    },
  };
}

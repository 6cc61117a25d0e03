/** A Worker as Elysia's documentation has it: compiled while it starts, the only time at which a Worker may make code. */
import { TokenError } from "@tokenhop/core";
import { entraIssuer } from "@tokenhop/core/bearer-auth";
import { testProvider } from "@tokenhop/core/testing";
import { bearerAuth, downstream } from "@tokenhop/elysia";
import { Elysia } from "elysia";
import { CloudflareAdapter } from "elysia/adapter/cloudflare-worker";

const providers = {
  graph: testProvider({ token: "a-token" }),
  mail: testProvider({ error: new TokenError("Cannot", { code: "ERR_EXCHANGE_FAILED", recovery: "retry" }) }),
};
const issuers = entraIssuer({ tenantId: "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01", audience: "api://mine" });

export const app: { fetch(request: Request): Response | Promise<Response> } = new Elysia({ adapter: CloudflareAdapter })
  .use(downstream(providers))
  .get("/good", async ({ graph }) => String((await graph.token()).length))
  .get("/bad", async ({ mail }) => mail.token())
  .group("/me", (me) => me.use(bearerAuth({ issuers })).get("/", ({ user }) => user.claims.iss))
  .compile();

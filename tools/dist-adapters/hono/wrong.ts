import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import { bearerAuth, type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import { providers } from "../providers.ts";

const app = new Hono<DownstreamEnv<typeof providers>>();
// @ts-expect-error no such provider
app.get("/", (c) => c.var.graph.fetch("https://api.example/"));
// @ts-expect-error no such option
app.use(downstream(providers, { eagre: true }));
// @ts-expect-error a provider needs its factory
app.use(downstream({ api: "https://api.example" }));

const auth = createBearerAuth({
  issuers: entraIssuer({ tenantId: "contoso.onmicrosoft.com", audience: "api://mine" }),
});
export const mine = new Hono().use(bearerAuth(auth)).get("/me", (c) => c.text(String(c.var.user.claims.oid)));
// @ts-expect-error nobody is verified here
new Hono().get("/me", (c) => c.text(String(c.var.user.claims.oid)));

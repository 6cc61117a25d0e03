/** S1 as a Hono app that also checks who calls it. */
import { defaultPlatform, federate } from "@tokenhop/core";
import { createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { entra } from "@tokenhop/core/targets/entra";
import { type BearerAuthEnv, bearerAuth, type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";

type Env = Readonly<Record<"TENANT_ID" | "CLIENT_ID" | "RESOURCES", string>>;

const providers = (env: Env) => ({
  arm: federate({
    from: githubActions(),
    to: entra({
      tenantId: env.TENANT_ID,
      clientId: env.CLIENT_ID,
      scope: "https://management.azure.com/.default",
    }),
    platform: { ...defaultPlatform(), env },
  }),
});

const auth = createBearerAuth({
  issuers: entraIssuer({
    tenantId: "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01",
    audience: "5e8d2c1b-7f6a-4b9c-a0d1-4c3b2a190f05",
  }),
  scopes: ["access_as_user"],
});

const app = new Hono<DownstreamEnv<typeof providers> & BearerAuthEnv<typeof auth>>();
app.use(downstream(providers));
app.use("/me", bearerAuth(auth));
app.get("/", (c) => c.var.arm.fetch(c.env.RESOURCES));
app.get("/me", (c) => c.json({ oid: c.var.user.claims.oid }));

// biome-ignore lint/style/noDefaultExport: a Worker is its default export
export default app;

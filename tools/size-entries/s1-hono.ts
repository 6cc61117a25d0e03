/** S1 as a Hono app: the adapter attaches the token to every call. */
import { defaultPlatform, federate } from "@tokenhop/core";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { entra } from "@tokenhop/core/targets/entra";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
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

const app = new Hono<DownstreamEnv<typeof providers>>();
app.use(downstream(providers));
app.get("/", (c) => c.var.arm.fetch(c.env.RESOURCES));

// biome-ignore lint/style/noDefaultExport: a Worker is its default export
export default app;

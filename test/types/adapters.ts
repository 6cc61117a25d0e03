/** Uses of the adapters for Hono, h3 and Elysia that must compile, and wrong ones that must not. Compiled by `npm run check`, never run. */
import { type CredentialProvider, federate, type IdentitySource } from "@tokenhop/core";
import { createBearerAuth, entraIssuer, oidcIssuer } from "@tokenhop/core/bearer-auth";
import { entra } from "@tokenhop/core/targets/entra";
import { entraObo } from "@tokenhop/core/targets/entra-obo";
import * as forElysia from "@tokenhop/elysia";
import * as forH3 from "@tokenhop/h3";
import * as forHono from "@tokenhop/hono";
import { Elysia } from "elysia";
import { H3 } from "h3";
import { Hono } from "hono";

declare const source: IdentitySource;
const URL_OF_ME = "https://graph.microsoft.com/v1.0/me";
const graph = federate({ from: source, to: entra({ tenantId: "contoso.com", clientId: "x" }) });
const me = federate({ from: source, to: entraObo({ tenantId: "x", clientId: "x" }) });
const providers = { graph, me };
const fromEnv = (env: { readonly NAME: string }): { readonly mail: CredentialProvider } => ({
  mail: federate({ from: source, to: entra({ tenantId: env.NAME, clientId: "x", scope: "x/.default" }) }),
});
const issuers = entraIssuer({ tenantId: "x", audience: "x" });
const auth = createBearerAuth({ issuers });
const anybody = createBearerAuth({ issuers: [issuers, oidcIssuer({ issuer: "https://id.example", audience: "x" })] });

// Hono: everything in `c.var`, by the type of the app.
const hono = new Hono<forHono.DownstreamEnv<typeof providers> & forHono.BearerAuthEnv<typeof auth>>();
hono.use(forHono.bearerAuth(auth), forHono.downstream(providers));
hono.get("/", (c) => c.var.me.with({ user: c.var.user }).fetch(`${URL_OF_ME}?${c.var.user.claims.oid}`));
hono.get("/", (c) => c.var.graph.with({ scope: "x/.default" }).fetch(URL_OF_ME));
// @ts-expect-error no such provider
hono.get("/", (c) => c.var.mail.fetch(URL_OF_ME));
// @ts-expect-error this one needs a user
hono.get("/", (c) => c.var.me.fetch(URL_OF_ME));
// @ts-expect-error what a raw string says nobody has verified
hono.get("/", (c) => c.var.me.with({ user: "ann" }).fetch(URL_OF_ME));
// By inference, in a chain.
new Hono().use(forHono.bearerAuth({ issuers })).get("/", (c) => c.text(c.var.user.claims.oid ?? ""));
new Hono().use(forHono.bearerAuth(anybody)).get("/", (c) => c.text(c.var.user.claims.iss));
// @ts-expect-error nobody was verified
new Hono().get("/", (c) => c.text(c.var.user.claims.iss));
// @ts-expect-error no issuers
forHono.bearerAuth({ scopes: ["x"] });
// @ts-expect-error no such option
forHono.bearerAuth({ issuers, scope: "x" });

// h3: by the middleware's own `of`.
const cloud = forH3.downstream(providers);
const signedIn = forH3.bearerAuth(auth);
const h3 = new H3().use(signedIn).use(cloud).use("/mail/**", forH3.downstream(fromEnv));
h3.get("/", (event) =>
  cloud
    .of(event)
    .me.with({ user: signedIn.of(event) })
    .fetch(URL_OF_ME),
);
h3.get("/", (event) => signedIn.of(event).claims.oid);
h3.get("/", (event) => forH3.downstream(fromEnv).of(event).mail.fetch(URL_OF_ME));
// @ts-expect-error no such provider
h3.get("/", (event) => cloud.of(event).mail.fetch(URL_OF_ME));
// @ts-expect-error this one needs a user
h3.get("/", (event) => cloud.of(event).me.fetch(URL_OF_ME));
// @ts-expect-error no such option
forH3.downstream(providers, { eagre: true });
// @ts-expect-error no issuers
forH3.bearerAuth({ scopes: ["x"] });

// Elysia: by inference, in a chain.
new Elysia()
  .use(forElysia.bearerAuth(auth))
  .use(forElysia.downstream(providers))
  .get("/", async ({ me: mine, user }) => mine.with({ user }).fetch(`${URL_OF_ME}?${user.claims.oid}`))
  // @ts-expect-error no such provider
  .get("/mail", async ({ mail }) => mail.fetch(URL_OF_ME))
  // @ts-expect-error this one needs a user
  .get("/me", async ({ me: mine }) => mine.fetch(URL_OF_ME));
new Elysia().use(forElysia.downstream(fromEnv)).get("/", async ({ mail }) => mail.fetch(URL_OF_ME));
// With a plugin of the user's own, which what it uses shows through to.
new Elysia().group("/api", (app) => app.use(forElysia.bearerAuth({ issuers })).get("/", ({ user }) => user.claims.oid));
// @ts-expect-error nobody was verified
new Elysia().get("/", ({ user }) => user.claims.oid);
// @ts-expect-error no issuers
forElysia.bearerAuth({ scopes: ["x"] });
// @ts-expect-error no such option
forElysia.downstream(providers, { eagre: true });

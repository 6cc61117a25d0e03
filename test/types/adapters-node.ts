/** Uses of the adapters for Express, Fastify and Azure Functions that must compile, and wrong ones that must not. Never run. */
import { app, type HttpRequest } from "@azure/functions";
import * as functions from "@tokenhop/azure-functions";
import type { AwsCredentials, BearerToken, CredentialProvider, ParamProvider, VerifiedUser } from "@tokenhop/core";
import { accessIssuer, createBearerAuth, type EntraClaims, entraIssuer } from "@tokenhop/core/bearer-auth";
import * as forExpress from "@tokenhop/express";
import * as forFastify from "@tokenhop/fastify";
import express, { type RequestHandler, type Response, Router } from "express";
import { fastify } from "fastify";

declare const graph: CredentialProvider<BearerToken, { readonly scope?: string | undefined }>;
declare const me: ParamProvider<BearerToken, { readonly user: VerifiedUser }>;
declare const aws: CredentialProvider<AwsCredentials>;
declare const http2Server: import("node:http2").Http2Server;
const providers = { graph, me };
const made = (env: { readonly SCOPE: string }) => ({ graph: env.SCOPE === "" ? graph : graph });
const issuers = entraIssuer({ tenantId: "x", audience: "y" });
const auth = createBearerAuth({ issuers });
const API = "https://graph.microsoft.com/v1.0/me";

// Express, right.
type Locals = forExpress.DownstreamLocals<typeof providers> & forExpress.AuthLocals<EntraClaims>;
const attach = forExpress.downstream(providers);
const signedIn = forExpress.bearerAuth({ issuers, scopes: ["access"] });
const server = express();
server.use(attach);
server.use("/api", express.json(), signedIn, attach, forExpress.downstream(made));
server.get("/users/:id", attach, (req, res) => {
  const id: string = req.params.id;
  return forExpress.send(res, res.locals.graph.fetch(API + id));
});
server.get("/me", signedIn, (_req, res) => void res.json(res.locals.user.claims.tid satisfies string));
server.get("/me/:id", signedIn, attach, (req, res: Response<unknown, Locals>) => {
  const id: string = req.params.id;
  return forExpress.send(res, res.locals.me.with({ user: res.locals.user }).fetch(API + id));
});
const handler: RequestHandler<{ id: string }, unknown, unknown, unknown, Locals> = async (req, res) => {
  await res.locals.graph.with({ scope: req.params.id }).token();
};
server.use(Router().use(attach).get("/:id", handler));
server.get("/:id", signedIn, attach, handler);
server.use("/auth", forExpress.bearerAuth(auth));
server.use(forExpress.problems);
export const both: forExpress.LocalsMiddleware<forExpress.AuthLocals> = forExpress.bearerAuth({
  issuers: [issuers, accessIssuer({ teamDomain: "x", audience: "y" })],
});

// Express, wrong.
// @ts-expect-error no provider has this name
server.get("/", attach, (_req, res) => res.locals.nope.fetch(API));
// @ts-expect-error nor where a handler says what it has
server.get("/", (_req, res: Response<unknown, Locals>) => res.locals.nope.fetch(API));
// @ts-expect-error without a user there is nothing to fetch with
server.get("/", attach, (_req, res) => res.locals.me.fetch(API));
// @ts-expect-error a string is no VerifiedUser
server.get("/", attach, (_req, res) => res.locals.me.with({ user: "a.b.c" }));
// @ts-expect-error nobody was verified
server.get("/", attach, (_req, res) => res.locals.user);
// @ts-expect-error what is attached is not to be replaced
server.get("/", attach, (_req, res) => (res.locals.graph = undefined));
// @ts-expect-error AWS credentials cannot be attached as a bearer token
forExpress.downstream({ aws });
// @ts-expect-error no such option
forExpress.downstream(providers, { eagre: true });
// @ts-expect-error no such option
forExpress.bearerAuth({ issuers, scoops: [] });
// @ts-expect-error whose tokens?
forExpress.bearerAuth({ scopes: [] });
// @ts-expect-error no response of the web's
server.get("/", (_req, res) => forExpress.send(res, "text"));

// Fastify, right.
const cloud = forFastify.downstream(providers);
const user = forFastify.bearerAuth(auth);
const api = fastify({ logger: true });
api.register(cloud);
api.register(user).register(forFastify.downstream(made), { prefix: "/x" });
api.get("/", (request) => cloud.of(request).graph.fetch(API));
api.get<{ Params: { id: string } }>("/:id", async (request) => {
  const tenant: string = user.of(request).claims.tid;
  return cloud
    .of(request)
    .me.with({ user: user.of(request) })
    .fetch(API + tenant + request.params.id);
});
const secure = fastify({ http2: true, serverFactory: () => http2Server });
secure.register(cloud);
secure.get("/", (request) => cloud.of(request).graph.fetch(API));

// Fastify, wrong.
// @ts-expect-error no provider has this name
api.get("/x", (request) => cloud.of(request).nope.fetch(API));
// @ts-expect-error without a user there is nothing to fetch with
api.get("/x", (request) => cloud.of(request).me.fetch(API));
// @ts-expect-error the decorator's type is the app's to declare
api.get("/x", (request) => request.graph.fetch(API));
// @ts-expect-error that is no request
cloud.of({});
// @ts-expect-error AWS credentials cannot be attached as a bearer token
forFastify.downstream({ aws });
// @ts-expect-error no such option
forFastify.downstream(providers, { eagre: true });
// @ts-expect-error whose tokens?
forFastify.bearerAuth({ scopes: [] });

// Azure Functions, right.
const given = functions.downstream(providers);
const onBehalf = functions.bearerAuth({ issuers }, given);
app.http("users", { handler: given((_request, _context, { graph }) => graph.fetch(API)) });
app.get(
  "plain",
  given(async (request) => (request.url === "" ? { status: 404 } : new Response("text"))),
);
app.http("me", { handler: onBehalf((_request, _context, { me, user }) => me.with({ user }).fetch(API)) });
app.http("who", {
  handler: functions.bearerAuth(auth)((request, context, { user }) => {
    context.log(request.params.id);
    return { jsonBody: user.claims.tid satisfies string };
  }),
});
app.timer("timer", {
  schedule: "0 0 * * * *",
  handler: given(async (timer, _context, { graph }) => {
    if (timer.isPastDue) await graph.token();
  }),
});
app.storageQueue("queue", {
  queueName: "q",
  connection: "c",
  handler: functions.downstream(made)(async (message: string, _context, { graph }) => void graph.fetch(API + message)),
});

// Azure Functions, wrong.
// @ts-expect-error no provider has this name
app.http("x", { handler: given((_request, _context, { nope }) => nope.fetch(API)) });
// @ts-expect-error nobody was verified
app.http("x", { handler: given((_request, _context, { user }) => ({ jsonBody: user })) });
// @ts-expect-error without a user there is nothing to fetch with
app.http("x", { handler: given((_request, _context, { me }) => me.fetch(API)) });
// @ts-expect-error a text is no answer
app.http("x", { handler: given(async () => "text") });
// @ts-expect-error a timer sends no token
app.timer("x", { schedule: "0 0 * * * *", handler: onBehalf(async (_request: HttpRequest) => undefined) });
// @ts-expect-error AWS credentials cannot be attached as a bearer token
functions.downstream({ aws });
// @ts-expect-error no such option
functions.downstream(providers, { eagre: true });
// @ts-expect-error whose tokens?
functions.bearerAuth({ scopes: [] });

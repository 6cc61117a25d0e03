/** Uses of the public types that must compile, and wrong ones that must not. Compiled by `npm run check`, never run. */
import {
  type AwsCredentials,
  type BearerToken,
  type CredentialProvider,
  federate,
  type IdentitySource,
  type Target,
  type VerifiedUser,
} from "@tokenhop/core";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";

declare const source: IdentitySource;
declare const user: VerifiedUser;
declare const bearerTarget: Target<BearerToken, { readonly scope?: string | undefined }>;
declare const userTarget: Target<BearerToken, { readonly user: VerifiedUser }>;
declare const awsTarget: Target<AwsCredentials>;

const graph = federate({ from: source, to: bearerTarget });
const aws = federate({ from: source, to: awsTarget });
const me = federate({ from: source, to: userTarget });

// Right uses.
export const token: Promise<BearerToken> = graph.with({ scope: "https://graph.microsoft.com/.default" }).get();
export const keys: Promise<AwsCredentials> = aws.get();
export const mine: Promise<BearerToken> = me.with({ user }).get();
export const twoHops: CredentialProvider<AwsCredentials> = federate({ from: graph, to: awsTarget });
export const twoHopsForUser: CredentialProvider<AwsCredentials> = federate({ from: me.with({ user }), to: awsTarget });

const providers = { graph, me };
const app = new Hono<DownstreamEnv<typeof providers>>();
app.use("/api/*", downstream(providers));
app.get("/api/users", (c) => c.var.graph.fetch("https://graph.microsoft.com/v1.0/users"));
app.get("/api/me", (c) => c.var.me.with({ user }).fetch("https://graph.microsoft.com/v1.0/me"));

const make = (env: { readonly CLIENT_ID: string }) => ({ graph: env.CLIENT_ID === "" ? graph : graph });
type Mine = { Bindings: { CLIENT_ID: string; KV: object }; Variables: { log: string } };
const worker = new Hono<Mine & DownstreamEnv<typeof make>>();
worker.use(downstream(make));
worker.get("/", (c) => c.var.graph.fetch(`https://graph.microsoft.com/v1.0/${c.env.CLIENT_ID}${c.var.log}`));

// Wrong uses.
// @ts-expect-error a provider that needs a user is no `from`
federate({ from: me, to: awsTarget });
// @ts-expect-error AWS credentials where a bearer token is needed
federate({ from: aws, to: awsTarget });
// @ts-expect-error a target without parameters takes none
aws.with({ scope: "https://graph.microsoft.com/.default" });
// @ts-expect-error a provider that needs a user has no `get`
me.get();
// @ts-expect-error a string is no VerifiedUser
me.with({ user: "a.b.c" });
// @ts-expect-error no such parameter
graph.with({ scoop: "https://graph.microsoft.com/.default" });
// @ts-expect-error AWS credentials cannot be attached as a bearer token
downstream({ aws });
// @ts-expect-error no provider has this name
app.get("/x", (c) => c.var.nope.fetch("https://graph.microsoft.com/"));
// @ts-expect-error without a user there is nothing to fetch with
app.get("/x", (c) => c.var.me.fetch("https://graph.microsoft.com/"));
// @ts-expect-error an app without the providers' Env has no such variable
new Hono().get("/x", (c) => c.var.graph.fetch("https://graph.microsoft.com/"));

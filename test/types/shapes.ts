/** The relations between the public types, on the real packages: right uses compile, wrong ones do not. Never run. */
import {
  type AwsCredentials,
  type BearerToken,
  type CredentialProvider,
  createAttach,
  defineTarget,
  federate,
  type Target,
  type VerifiedUser,
} from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entra } from "@tokenhop/core/targets/entra";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";

declare const UAMI_CLIENT_ID: string;
declare const tenantId: string;
declare const APP_CLIENT_ID: string;
declare const user: VerifiedUser;
/** Targets of later: on behalf of a user, and AWS. */
declare function onBehalfOf(options: { readonly scope: string }): Target<BearerToken, { readonly user: VerifiedUser }>;
declare function awsSts(options: { readonly roleArn: string }): Target<AwsCredentials>;

const providers = {
  graph: federate({
    from: managedIdentity({ clientId: UAMI_CLIENT_ID }),
    to: entra({ tenantId, clientId: APP_CLIENT_ID, scope: "https://graph.microsoft.com/.default" }),
  }),
};
const app = new Hono<DownstreamEnv<typeof providers>>();
app.use("/api/*", downstream(providers));
app.get("/api/users", (c) => c.var.graph.fetch("https://graph.microsoft.com/v1.0/users"));
app.get("/api/scoped", (c) => c.var.graph.with({ scope: "https://x/.default" }).fetch("https://x"));
app.get("/api/tenant", async (c) => c.text(await c.var.graph.with({ tenantId: "contoso.com" }).token()));
app.get("/api/when", (c) => c.json({ expiresAt: c.var.graph.expiresAt satisfies number | undefined }));

export const scoped: Promise<BearerToken> = providers.graph
  .with({ scope: "y/.default" })
  .get({ signal: undefined as AbortSignal | undefined });
const aws = federate({ from: managedIdentity({}), to: awsSts({ roleArn: "x" }) });
export const keys: Promise<AwsCredentials> = aws.get();
const obo = federate({ from: managedIdentity({}), to: onBehalfOf({ scope: "s" }) });
export const token: Promise<BearerToken> = obo.with({ user }).get();
export const second: CredentialProvider<AwsCredentials> = federate({
  from: providers.graph,
  to: awsSts({ roleArn: "x" }),
});
export const third: CredentialProvider<AwsCredentials> = federate({
  from: obo.with({ user }),
  to: awsSts({ roleArn: "x" }),
});

const mixed = { ...providers, me: obo };
const forUsers = new Hono<DownstreamEnv<typeof mixed>>();
forUsers.use(downstream(mixed)).get("/me", (c) => c.var.me.with({ user }).fetch("https://graph.microsoft.com/v1.0/me"));

type E = { Bindings: { UAMI: string } };
const make = (env: E["Bindings"]) => ({
  graph: federate({ from: managedIdentity({ clientId: env.UAMI }), to: entra({ tenantId, clientId: "x" }) }),
});
const worker = new Hono<DownstreamEnv<typeof make>>();
worker.use(downstream(make));
worker.get("/", (c) => c.var.graph.fetch(`https://x/${c.env.UAMI}`));

type Mine = { Bindings: { UAMI: string; KV: object }; Variables: { log: string } };
const mine = new Hono<Mine & DownstreamEnv<typeof make>>();
mine.use(downstream(make)).get("/", (c) => c.var.graph.fetch(`https://x/${c.env.UAMI}${c.var.log}`));

export const chained = new Hono().use(downstream(providers)).get("/", (c) => c.var.graph.fetch("https://x"));
export const onRoute = new Hono().get("/", downstream(providers, { eager: true }), (c) =>
  c.var.graph.fetch("https://x"),
);

const attach = createAttach(mixed);
export async function handle(request: Request): Promise<Response> {
  const { graph, me } = await attach.eagerly(request, { waitUntil: undefined });
  await graph.fetch(new URL("https://x"), { method: "POST" });
  return me.with({ user }).fetch(request);
}

const region = defineTarget({
  name: "c",
  identity: ["c"],
  audience: "a",
  produces: "unknown",
  async exchange(s, _p: { readonly region?: string | undefined }, c): Promise<BearerToken> {
    return { kind: "bearer", token: s.token, expiresAt: c.platform.now() };
  },
});
const custom = federate({ from: managedIdentity({}), to: region });
export const regional: Promise<BearerToken> = custom.with({ region: "eu" }).get();
const inline = federate({
  from: managedIdentity({}),
  to: {
    name: "c",
    identity: ["c"],
    audience: "a",
    produces: "unknown",
    async exchange(s): Promise<BearerToken> {
      return { kind: "bearer", token: s.token, expiresAt: 1 };
    },
  },
});
export const plain: Promise<BearerToken> = inline.get();

// @ts-expect-error a provider that needs a user is no `from`
federate({ from: obo, to: awsSts({ roleArn: "x" }) });
// @ts-expect-error a target without parameters takes none
aws.with({ scope: "nonsense" });
// @ts-expect-error a provider that needs a user has no `get`
obo.get();
// @ts-expect-error a string is no VerifiedUser
obo.with({ user: "raw" });
// @ts-expect-error neither is an object that looks like one
obo.with({ user: { token: user.token, partition: user.partition } });
// @ts-expect-error AWS credentials where a bearer token is needed
federate({ from: aws, to: awsSts({ roleArn: "x" }) });
// @ts-expect-error no provider has this name
app.get("/x", (c) => c.var.nope.fetch("x"));
// @ts-expect-error AWS credentials cannot be attached
downstream({ aws });
// @ts-expect-error nor from a factory
downstream(() => ({ aws }));
// @ts-expect-error without a user there is nothing to fetch with
forUsers.get("/x", (c) => c.var.me.fetch("x"));
// @ts-expect-error no such parameter
providers.graph.with({ scoop: "x" });
// @ts-expect-error one of two cannot be attached
app.use(downstream({ arm: providers.graph, x: aws }));
// @ts-expect-error no such option
downstream(providers, { egar: true });
// @ts-expect-error the token is a Secret and no string
export const text: string = providers.graph.peek()?.token;
// @ts-expect-error no such cloud
entra({ tenantId, clientId: "x", cloud: "mars" });

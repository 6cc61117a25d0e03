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
import { azureSdk } from "@tokenhop/core/interop/azure-sdk";
import { entra } from "@tokenhop/core/targets/entra";
import { testProvider } from "@tokenhop/core/testing";
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

/** `TokenCredential` as the Azure SDKs declare it, written down from its documentation. */
interface TokenCredential {
  getToken(scopes: string | string[], options?: GetTokenOptions): Promise<AccessToken | null>;
}
interface GetTokenOptions {
  abortSignal?: AbortSignalLike;
  requestOptions?: { timeout?: number };
  tracingOptions?: { tracingContext?: { getValue(key: symbol): unknown } };
  claims?: string;
  enableCae?: boolean;
  tenantId?: string;
  proofOfPossessionOptions?: { nonce: string; resourceRequestMethod: string; resourceRequestUrl: string };
}
interface AbortSignalLike {
  readonly aborted: boolean;
  addEventListener(type: "abort", listener: (this: AbortSignalLike, event: object) => void, options?: object): void;
  removeEventListener(type: "abort", listener: (this: AbortSignalLike, event: object) => void, options?: object): void;
}
interface AccessToken {
  token: string;
  expiresOnTimestamp: number;
  refreshAfterTimestamp?: number;
  tokenType?: "Bearer" | "pop";
}
const ARM = "https://management.azure.com/.default";
const azure = federate({ from: source, to: entra({ tenantId: "contoso.com", clientId: "x" }) });
export const credentials: TokenCredential[] = [
  azureSdk(graph),
  azureSdk(azure),
  azureSdk(azure.with({ tenantId: "fabrikam.com" }), { request: undefined, waitUntil: undefined }),
  azureSdk(testProvider(), { scope: ARM }),
  azureSdk(me.with({ user }), { scope: ARM }),
];
export const signalled: Promise<object> = azureSdk(azure).getToken([ARM], { abortSignal: AbortSignal.timeout(1) });

// Wrong uses.
// @ts-expect-error AWS credentials are no bearer token
azureSdk(aws, { scope: ARM });
// @ts-expect-error a provider that needs a user has no token before it has one
azureSdk(me, { scope: ARM });
// @ts-expect-error without a parameter `scope` it has to be said what the token is for
azureSdk(testProvider());
// @ts-expect-error that it is left open is no answer
azureSdk(testProvider(), { scope: undefined });
// @ts-expect-error nor is it with options but without that one
azureSdk(me.with({ user }), { waitUntil: undefined });
// @ts-expect-error where each call says its scope there is none to fix
azureSdk(azure, { scope: ARM });
// @ts-expect-error no such option
azureSdk(azure, { tenantId: "contoso.com" });
// @ts-expect-error a credential signs no requests
azureSdk(azure).signRequest;
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

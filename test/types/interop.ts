/** Uses of what other SDKs are given that must compile, and wrong ones that must not. Compiled by `npm run check`, never run. */
import {
  type AwsCredentials,
  type BearerToken,
  federate,
  type IdentitySource,
  type Target,
  type VerifiedUser,
} from "@tokenhop/core";
import { authorizedFetch } from "@tokenhop/core/interop/authorized-fetch";
import {
  ClientAssertionCredential,
  ManagedIdentityCredential,
  WorkloadIdentityCredential,
} from "@tokenhop/core/interop/azure-identity";
import type { AzureSdkCredential } from "@tokenhop/core/interop/azure-sdk";
import { mcp } from "@tokenhop/core/interop/mcp";
import { openai } from "@tokenhop/core/interop/openai";
import { toHeaders } from "@tokenhop/core/interop/to-headers";
import { testProvider } from "@tokenhop/core/testing";

declare const source: IdentitySource;
declare const user: VerifiedUser;
declare const bearerTarget: Target<BearerToken, { readonly scope?: string | undefined }>;
declare const userTarget: Target<BearerToken, { readonly user: VerifiedUser; readonly scope?: string | undefined }>;
declare const awsTarget: Target<AwsCredentials>;

const graph = federate({ from: source, to: bearerTarget });
const me = federate({ from: source, to: userTarget });
const aws = federate({ from: source, to: awsTarget });
const url = "https://api.example/mcp";

// Right uses.
/** A `fetch` as SDKs declare theirs. */
export const fetches: readonly ((input: string | URL | Request, init?: RequestInit) => Promise<Response>)[] = [
  authorizedFetch(graph),
  authorizedFetch(testProvider(), { timeoutMs: 5_000 }),
  authorizedFetch(me.with({ user })),
];
export const headers: Promise<Record<string, string>> = toHeaders(graph, { url: new URL(url) });
/** `azureADTokenProvider`, as the package `openai` declares it. */
export const keys: readonly (() => Promise<string>)[] = [
  openai(graph),
  openai(graph, { scope: "https://ai.azure.com/.default" }),
  openai(me.with({ user })),
  openai(testProvider()),
];
/** `AuthProvider`, as `@modelcontextprotocol/client` declares it. */
export const auth: {
  token(): Promise<string | undefined>;
  onUnauthorized?(context: { response: Response; serverUrl: URL; fetchFn: typeof fetch }): Promise<void>;
} = mcp(me.with({ user }), { url });
export const credentials: readonly AzureSdkCredential[] = [
  new ClientAssertionCredential("tenant", "client", async () => "token"),
  new ClientAssertionCredential(process.env.AZURE_TENANT_ID, process.env.AZURE_CLIENT_ID, async () => "token", {}),
  new WorkloadIdentityCredential(),
  new WorkloadIdentityCredential({ tenantId: undefined, tokenFilePath: "/token" }),
  new ManagedIdentityCredential(),
  new ManagedIdentityCredential("client"),
  new ManagedIdentityCredential("client", { authorityHost: "https://login.microsoftonline.us" }),
  new ManagedIdentityCredential({ resourceId: "/subscriptions/x" }),
];

// Wrong ones.
// @ts-expect-error: a provider that needs a user has no token before `with`
authorizedFetch(me);
// @ts-expect-error: nor for a function
openai(me);
// @ts-expect-error: AWS credentials are no bearer token
authorizedFetch(aws);
// @ts-expect-error: where headers go has to be said
toHeaders(graph);
// @ts-expect-error: and where the MCP server is
mcp(graph, {});
// @ts-expect-error: the URL is for headers; a fetch looks at each by itself
authorizedFetch(graph, { url });
// @ts-expect-error: an assertion is asked for, not given
new ClientAssertionCredential("tenant", "client", "token");
// @ts-expect-error: an option that is not supported
new WorkloadIdentityCredential({ retryOptions: { maxRetries: 3 } });
// @ts-expect-error: an option that nobody has
new ManagedIdentityCredential({ clientId: "client", retries: 3 });

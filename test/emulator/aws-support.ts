/** An AWS account with everything in it that can go wrong, a signer of our own, and short ways to ask STS and S3. */
import { demoIds, type Emulator, type EmulatorConfig, type EmulatorOptions } from "@tokenhop/emulator";
import * as world from "./support.ts";

export const accountId: string = demoIds.awsAccountId;
export const otherAccountId = "999900001111";
export const bucket: string = demoIds.awsBucket;
export const region: string = demoIds.awsRegion;
export const roleArn: string = demoIds.awsRoleArn;
export const awsAudience = "sts.amazonaws.com";
export const arnOf = (name: string, account: string = accountId): string => `arn:aws:iam::${account}:role/${name}`;
export const policyArn = `arn:aws:iam::${accountId}:policy/read-only`;
const everything = { actions: ["*"], resources: ["*"] };
const { oidcIssuer: issuer, oidcSubject: subject } = demoIds;
const trust = [{ issuer, audience: awsAudience, subject }];

/** The demo account with more roles, and a second account. */
export function awsConfig(changes: Partial<EmulatorConfig> = {}): EmulatorConfig {
  const config = world.testConfig();
  const [account] = config.aws?.accounts ?? [];
  if (!config.aws || !account) throw new Error("The demo has an AWS account");
  const roles = [
    ...(account.roles ?? []),
    { name: "long", maxSessionMs: 43_200_000, trust, permissions: [everything] },
    { name: "no-trust", permissions: [everything] },
    { name: "any-branch", trust: [{ issuer, audience: "other", subject: "repo:tokenhop/demo:ref:refs/heads/?*" }] },
    { name: "outside", trust: [{ issuer: world.outsideIssuer, audience: awsAudience, subject: "me" }] },
  ];
  const oidcProviders = [
    { url: issuer, audiences: [awsAudience, "other"] },
    { url: world.outsideIssuer, audiences: [awsAudience] },
  ];
  const read = [{ actions: ["s3:Get*", "s3:List*"], resources: ["*"] }];
  const first = {
    ...account,
    oidcProviders,
    roles,
    policies: [{ name: "read-only", permissions: read }],
    buckets: [...(account.buckets ?? []), { name: "far.away", region: "us-east-1" }],
    stsDisabledRegions: ["ap-east-1"],
  };
  const second = {
    id: otherAccountId,
    oidcProviders: [{ url: issuer, audiences: [awsAudience] }],
    roles: [{ name: "other", trust, permissions: [everything] }],
    buckets: [{ name: "not-ours", region }],
  };
  return { ...config, aws: { ...config.aws, accounts: [first, second] }, ...changes };
}

export const makeAws = (options: EmulatorOptions = {}, config: EmulatorConfig = awsConfig()): Emulator =>
  world.makeEmulator(config, options);

/** An XML or other text answer. */
export interface TextReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export async function askText(emulator: Emulator, url: string, init?: RequestInit): Promise<TextReply> {
  const response = await emulator.fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const entities: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"' };

/** The text of the first element of a name. */
export function xmlText(text: string, name: string): string | undefined {
  const found = new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
  return found?.replace(/&(\w+);/g, (_, entity: string) => entities[entity] ?? "");
}

/** Status and code of a refusal. */
export const codeOf = ({ status, text }: TextReply): string => `${status} ${xmlText(text, "Code")}`;

export type Fields = Readonly<Record<string, string | undefined>>;

/** A token of the demo's workload, for AWS. */
export const awsToken = (emulator: Emulator, changes: { readonly [name: string]: unknown } = {}): Promise<string> =>
  world.externalToken(emulator, { audience: awsAudience, ...changes });

/** Asks for credentials; a field of `undefined` is left out. */
export async function assume(
  emulator: Emulator,
  fields: Fields = {},
  url = `https://sts.${region}.amazonaws.com/`,
): Promise<TextReply> {
  const all = {
    Action: "AssumeRoleWithWebIdentity",
    Version: "2011-06-15",
    RoleArn: roleArn,
    RoleSessionName: "test",
    ...fields,
    WebIdentityToken: "WebIdentityToken" in fields ? fields.WebIdentityToken : await awsToken(emulator),
  };
  const form = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return askText(emulator, url, { method: "POST", body: new URLSearchParams(form) });
}

export interface Credentials {
  readonly id: string;
  readonly secret: string;
  readonly token: string;
}

export function credentialsOf({ text }: TextReply): Credentials {
  const read = (name: string): string => xmlText(text, name) ?? "";
  return { id: read("AccessKeyId"), secret: read("SecretAccessKey"), token: read("SessionToken") };
}

/** A request to be signed. Header names are lower-case. */
export interface Unsigned {
  readonly method?: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly service: "sts" | "s3" | "iam";
  readonly region?: string;
  /** Epoch ms. */
  readonly at?: number;
  /** Instead of the body's hash. */
  readonly payloadHash?: string;
}

/** A request as it is sent. */
export interface Sent {
  readonly method: string;
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array<ArrayBuffer>;
}

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);
const hexOf = (buffer: ArrayBuffer): string =>
  [...new Uint8Array(buffer)].map((byte) => `0${byte.toString(16)}`.slice(-2)).join("");
export const sha256 = async (bytes: Uint8Array<ArrayBuffer>): Promise<string> =>
  hexOf(await crypto.subtle.digest("SHA-256", bytes));

async function keyed(key: ArrayBuffer, text: string): Promise<ArrayBuffer> {
  const made = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", made, bytesOf(text));
}

/** Signs with version 4, written after AWS's description and tried on AWS's own example (`aws-signature.ts`). */
export async function sign(request: Unsigned, { id, secret, token }: Credentials): Promise<Sent> {
  const { method = "GET", service, at = world.startAt } = request;
  const url = new URL(request.url);
  const body = typeof request.body === "string" ? bytesOf(request.body) : (request.body ?? new Uint8Array());
  const time = `${new Date(at).toISOString().slice(0, 19).replace(/[:-]/g, "")}Z`;
  const hash = request.payloadHash ?? (await sha256(body));
  const headers: Record<string, string> = {
    ...request.headers,
    "x-amz-date": time,
    ...(token !== "" && { "x-amz-security-token": token }),
    ...(service === "s3" && { "x-amz-content-sha256": hash }),
  };
  const all: Record<string, string> = { ...headers, host: url.host };
  const names = Object.keys(all).sort();
  const query = [...url.search.slice(1).split("&")].filter((part) => part !== "").sort();
  const path = service === "s3" ? url.pathname : encodeURI(url.pathname);
  const lines = names.map((name) => `${name}:${all[name]}\n`).join("");
  const canonical = [method, path, query.join("&"), lines, names.join(";"), hash].join("\n");
  const scope = [time.slice(0, 8), request.region ?? region, service, "aws4_request"];
  const text = ["AWS4-HMAC-SHA256", time, scope.join("/"), await sha256(bytesOf(canonical))].join("\n");
  let key: ArrayBuffer = bytesOf(`AWS4${secret}`).buffer;
  for (const part of scope) key = await keyed(key, part);
  const signature = hexOf(await keyed(key, text));
  const authorization = `AWS4-HMAC-SHA256 Credential=${id}/${scope.join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { method, url: request.url, headers: { ...headers, authorization }, body };
}

/** Sends a request that was signed, and perhaps changed since. */
export function send(emulator: Emulator, { method, url, headers, body }: Sent): Promise<TextReply> {
  const hasBody = method !== "GET" && method !== "HEAD";
  return askText(emulator, url, { method, headers, ...(hasBody && { body }) });
}

/** Signs and sends. */
export const ask = async (emulator: Emulator, credentials: Credentials, request: Unsigned): Promise<TextReply> =>
  send(emulator, await sign(request, credentials));

/** Credentials of a role, the demo's unless said otherwise. */
export const credentialsFor = async (emulator: Emulator, fields: Fields = {}): Promise<Credentials> =>
  credentialsOf(await assume(emulator, fields));

/** Asks S3 below the path of a region's host; `path` begins with a slash. */
export const s3 = (
  emulator: Emulator,
  credentials: Credentials,
  path: string,
  request: Partial<Unsigned> = {},
): Promise<TextReply> =>
  ask(emulator, credentials, { url: `https://s3.${region}.amazonaws.com${path}`, service: "s3", ...request });

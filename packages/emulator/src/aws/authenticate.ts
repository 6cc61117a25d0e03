/** Who signed a request: the check that STS and S3 share. How each says that it failed is its own. */
import { type ServiceAddress, serviceAddress } from "../services/address.ts";
import { sameSecret } from "../text.ts";
import type { Call, World } from "../world.ts";
import type { AwsSession } from "./sessions.ts";
import { readAmzDate, readSignature, type SignatureHeader, signatureOf, stringToSign } from "./signature.ts";

/** What a service wants of a signature. */
export interface SignatureRules {
  readonly service: "sts" | "s3";
  /** The region that the scope must name. */
  readonly region: string;
  readonly payloadHash: string;
  /** How far the request's time may be from the emulator's, ms. */
  readonly maxSkewMs: number;
}

/** What is wrong with a signature. */
export type SignatureProblem =
  | { readonly problem: "missing" | "malformed" | "date" | "unknown key" | "token" | "expired" }
  | { readonly problem: "service" | "region" | "scope date"; readonly header: SignatureHeader }
  | { readonly problem: "skew"; readonly signedAt: number }
  | { readonly problem: "unsigned headers"; readonly names: readonly string[] }
  | { readonly problem: "signature"; readonly header: SignatureHeader; readonly stringToSign: string };

/** The session of a request, or what is wrong with its signature. */
export type Authenticated = { readonly session: AwsSession; readonly problem?: undefined } | SignatureProblem;

/** Checks a request. In which order the real services look is UNCONFIRMED. */
export async function authenticate(world: World, call: Call, rules: SignatureRules): Promise<Authenticated> {
  const authorization = call.headers.get("authorization");
  if (authorization === null) return { problem: "missing" };
  const header = readSignature(authorization);
  if (!header) return { problem: "malformed" };
  const signedAt = readAmzDate(call.headers.get("x-amz-date") ?? "");
  if (signedAt === undefined) return { problem: "date" };
  const now = world.clock.now();
  if (Math.abs(now - signedAt) > rules.maxSkewMs) return { problem: "skew", signedAt };
  const scope = scopeProblem(header, call, rules);
  if (scope) return { problem: scope, header };

  const session = world.aws.sessions.find(header.accessKeyId);
  if (!session) return { problem: "unknown key" };
  if (!sameSecret(session.sessionToken, call.headers.get("x-amz-security-token") ?? "")) return { problem: "token" };
  if (session.expiresAt <= now) return { problem: "expired" };

  const names = unsigned(call.headers, header.signedHeaders);
  if (names.length > 0) return { problem: "unsigned headers", names };
  return (await checkSignature(call, rules, header, session)) ?? { session };
}

async function checkSignature(
  { method, url, headers }: Call,
  { service, payloadHash }: SignatureRules,
  header: SignatureHeader,
  { secretAccessKey }: AwsSession,
): Promise<SignatureProblem | undefined> {
  const texts = signedUrls(url).map((at) => {
    // Not every runtime lets a handler see this header.
    const host = at === url ? (headers.get("host") ?? url.host) : at.host;
    return stringToSign(header, { method, url: at, host, headers, payloadHash, encodePathTwice: service !== "s3" });
  });
  let first: string | undefined;
  for (const text of await Promise.all(texts)) {
    first ??= text;
    if (sameSecret(await signatureOf(secretAccessKey, header, text), header.signature)) return undefined;
  }
  return { problem: "signature", header, stringToSign: first ?? "" };
}

/**
 * Below the emulator's own origin a request may be signed for where it was sent, or for the real host that its path names: who
 * puts the emulator in a host's place does so behind the signer.
 */
function signedUrls(url: URL): readonly URL[] {
  const { host, path } = serviceAddress(url) as ServiceAddress;
  return host === url.hostname ? [url] : [url, new URL(`https://${host}${path}${url.search}`)];
}

function scopeProblem(
  header: SignatureHeader,
  { headers }: Call,
  { service, region }: SignatureRules,
): "service" | "region" | "scope date" | undefined {
  if (header.service !== service) return "service";
  if (header.region !== region) return "region";
  return headers.get("x-amz-date")?.startsWith(header.date) ? undefined : "scope date";
}

/** `host` and every `x-amz-` header must be signed: whoever passes a request on could change the others. */
function unsigned(headers: Headers, signed: readonly string[]): readonly string[] {
  const wanted = ["host", ...[...headers.keys()].filter((name) => name.startsWith("x-amz-"))];
  return wanted.filter((name) => !signed.includes(name));
}

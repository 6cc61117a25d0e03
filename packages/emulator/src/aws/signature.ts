/** Signature version 4, from the verifier's side. Evidence: "Create a signed AWS API request" in the IAM user guide. */
import { digest, hex, hmac, utf8 } from "./bytes.ts";

const algorithm = "AWS4-HMAC-SHA256";

/** What an `Authorization` header says. */
export interface SignatureHeader {
  readonly accessKeyId: string;
  /** `YYYYMMDD`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** Lower-case names, as they were signed. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
}

/** A request as far as a signature covers it. */
export interface Signed {
  readonly method: string;
  readonly url: URL;
  readonly host: string;
  readonly headers: Headers;
  /** Hash of the body, or what stands for it. */
  readonly payloadHash: string;
  /** S3 encodes a path once; every other service encodes it twice. */
  readonly encodePathTwice: boolean;
}

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([\w-]+)\/([\w-]+)\/aws4_request, ?SignedHeaders=([\w;-]+), ?Signature=([0-9a-f]{64})$/;

/** Reads an `Authorization` header; undefined for anything else than a signature of version 4. */
export function readSignature(authorization: string): SignatureHeader | undefined {
  const [, accessKeyId = "", date = "", region = "", service = "", names = "", signature = ""] =
    pattern.exec(authorization) ?? [];
  return signature === ""
    ? undefined
    : { accessKeyId, date, region, service, signedHeaders: names.split(";"), signature };
}

/** Reads `x-amz-date`, `YYYYMMDDTHHMMSSZ`, as epoch ms. */
export function readAmzDate(text: string): number | undefined {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  if (year === undefined) return undefined;
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at) ? undefined : at;
}

/** An instant as `x-amz-date` has it. */
export function amzDate(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
}

/** What is signed. */
export async function stringToSign(header: SignatureHeader, signed: Signed): Promise<string> {
  const { date, region, service } = header;
  const canonical = utf8(canonicalRequest(header.signedHeaders, signed));
  const scope = `${date}/${region}/${service}/aws4_request`;
  return [algorithm, signed.headers.get("x-amz-date") ?? "", scope, hex(await digest(canonical))].join("\n");
}

/** The signature that a text should have. */
export async function signatureOf(
  secret: string,
  { date, region, service }: Pick<SignatureHeader, "date" | "region" | "service">,
  text: string,
): Promise<string> {
  let key = utf8(`AWS4${secret}`);
  for (const part of [date, region, service, "aws4_request"]) key = await hmac(key, part);
  return hex(await hmac(key, text));
}

function canonicalRequest(signedHeaders: readonly string[], { payloadHash, ...signed }: Signed): string {
  const headers = signedHeaders.map((name) => `${name}:${headerValue(signed, name)}\n`);
  return [
    signed.method,
    canonicalPath(signed),
    canonicalQuery(signed.url.search),
    headers.join(""),
    signedHeaders.join(";"),
    payloadHash,
  ].join("\n");
}

function headerValue({ headers, host }: Pick<Signed, "headers" | "host">, name: string): string {
  const value = name === "host" ? host : (headers.get(name) ?? "");
  return value.trim().replace(/ +/g, " ");
}

function canonicalPath({ url, encodePathTwice }: Pick<Signed, "url" | "encodePathTwice">): string {
  const once = url.pathname.split("/").map((segment) => encoded(decoded(segment)));
  return (encodePathTwice ? once.map(encoded) : once).join("/");
}

function canonicalQuery(search: string): string {
  const pairs = search
    .slice(1)
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => {
      const at = pair.indexOf("=");
      const [name, value] = at < 0 ? [pair, ""] : [pair.slice(0, at), pair.slice(at + 1)];
      return [encoded(decoded(name)), encoded(decoded(value))] as const;
    });
  pairs.sort(([a, x], [b, y]) => compare(a, b) || compare(x, y));
  return pairs.map((pair) => pair.join("=")).join("&");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: only letters, digits and `-._~` stay as they are. */
function encoded(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

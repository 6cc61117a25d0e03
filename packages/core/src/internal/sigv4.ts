/** AWS Signature Version 4 in headers, by Web Crypto, of what is posted: as much as STS asks for, and no more. */
import type { Secret } from "../types.ts";

/** A POST to be signed. */
export interface SignedPost {
  /** Without a query. */
  readonly url: URL;
  /** Names in lower case, values without white space around them; all of them are signed. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly region: string;
  readonly service: string;
}

/** What it is signed with. */
export interface SigningKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: Secret;
  readonly sessionToken?: Secret | undefined;
}

const ALGORITHM = "AWS4-HMAC-SHA256";

const bytesOf = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

function hex(buffer: ArrayBuffer): string {
  return Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function sha256(text: string): Promise<string> {
  return hex(await crypto.subtle.digest("SHA-256", bytesOf(text)));
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, bytesOf(text));
}

/** As RFC 3986 has it, and once more over what a URL has encoded already: that is how every service but S3 sees a path. */
function canonicalPath({ pathname }: URL): string {
  const encode = (segment: string): string =>
    encodeURIComponent(segment).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
  return pathname.split("/").map(encode).join("/");
}

/**
 * The headers that it is sent with. `host` is signed too, and set by whatever sends it.
 *
 * @param now Epoch ms. AWS refuses a signature of a clock that is minutes off.
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function signedHeaders(
  { url, headers, body, region, service }: SignedPost,
  { accessKeyId, secretAccessKey, sessionToken }: SigningKeys,
  now: number,
): Promise<Record<string, string>> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, "");
  const sent: Record<string, string> = { ...headers, "x-amz-date": time };
  if (sessionToken) sent["x-amz-security-token"] = sessionToken.reveal();
  const signed = Object.entries({ ...sent, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(";");
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join("");
  const request = `POST\n${canonicalPath(url)}\n\n${lines}\n${names}\n${await sha256(body)}`;
  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  let key: BufferSource = bytesOf(`AWS4${secretAccessKey.reveal()}`);
  for (const part of scope) key = await hmac(key, part);
  const credential = scope.join("/");
  const signature = hex(await hmac(key, [ALGORITHM, time, credential, await sha256(request)].join("\n")));
  const parts = [`Credential=${accessKeyId}/${credential}`, `SignedHeaders=${names}`, `Signature=${signature}`];
  return { ...sent, authorization: `${ALGORITHM} ${parts.join(", ")}` };
}

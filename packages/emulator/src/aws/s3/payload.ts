/** What a body really holds: its hash or checksum compared, and the chunks of a stream put together. */
import type { Call } from "../../world.ts";
import { base64, crc, digest, hex } from "../bytes.ts";
import { type AwsRefused, awsRefused } from "../refusal.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** A body that is what it says. */
export interface Payload {
  readonly bytes: Bytes;
  /** The checksum that came with it, by the name of its header. */
  readonly checksum: readonly [name: string, value: string] | undefined;
}

const checksums: Readonly<Record<string, (bytes: Bytes) => Bytes | Promise<Bytes>>> = {
  "x-amz-checksum-crc32": (bytes) => crc(bytes, "crc32"),
  "x-amz-checksum-crc32c": (bytes) => crc(bytes, "crc32c"),
  "x-amz-checksum-sha1": (bytes) => digest(bytes, "SHA-1"),
  "x-amz-checksum-sha256": (bytes) => digest(bytes),
};

/** Reads the body of a signed request, or refuses it. */
export async function readPayload({ headers, bytes }: Call): Promise<Payload> {
  const hash = headers.get("x-amz-content-sha256") ?? "";
  if (hash === "STREAMING-UNSIGNED-PAYLOAD-TRAILER") return readStream(headers, bytes);
  if (hash.startsWith("STREAMING-")) throw unsupported("Signed chunks");
  if (hash !== "UNSIGNED-PAYLOAD" && hash !== hex(await digest(bytes))) {
    throw awsRefused(
      400,
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  }
  return { bytes, checksum: await checked(bytes, [...headers].find(isChecksum)) };
}

async function readStream(headers: Headers, body: Bytes): Promise<Payload> {
  const { bytes, trailer } = dechunked(body);
  if (headers.get("x-amz-decoded-content-length") !== String(bytes.length)) {
    throw awsRefused(400, "IncompleteBody", "The request body terminated unexpectedly");
  }
  const wanted = headers.get("x-amz-trailer")?.toLowerCase();
  if (wanted !== trailer?.[0]) throw malformedTrailer();
  return { bytes, checksum: await checked(bytes, trailer) };
}

function isChecksum([name]: readonly [string, string]): boolean {
  return name.startsWith("x-amz-checksum-") && !/-(?:algorithm|mode|type)$/.test(name);
}

async function checked(
  bytes: Bytes,
  given: readonly [name: string, value: string] | undefined,
): Promise<readonly [string, string] | undefined> {
  if (given === undefined) return undefined;
  const [name, value] = given;
  const compute = Object.hasOwn(checksums, name) ? checksums[name] : undefined;
  if (!compute) throw unsupported(name);
  if (base64(await compute(bytes)) === value) return given;
  const algorithm = name.replace("x-amz-checksum-", "").toUpperCase();
  throw awsRefused(400, "BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`);
}

interface Dechunked {
  readonly bytes: Bytes;
  readonly trailer: readonly [name: string, value: string] | undefined;
}

/** `SIZE\r\nDATA\r\n` for each chunk, in hexadecimal digits, then a chunk of nothing, then the trailer. */
function dechunked(body: Bytes): Dechunked {
  const chunks: Bytes[] = [];
  let at = 0;
  for (;;) {
    const end = lineEnd(body, at);
    const size = Number.parseInt(/^[0-9a-f]{1,8}$/i.exec(latin(body, at, end))?.[0] ?? "x", 16);
    if (Number.isNaN(size)) throw malformedTrailer();
    at = end + 2;
    if (size === 0) break;
    if (latin(body, at + size, at + size + 2) !== "\r\n") throw malformedTrailer();
    chunks.push(body.slice(at, at + size));
    at += size + 2;
  }
  const [, name, value] = /^([\w-]+):[ \t]*([\w+/=]+)\r\n(?:\r\n)?$/.exec(latin(body, at, body.length)) ?? [];
  const trailer = name === undefined || value === undefined ? undefined : ([name.toLowerCase(), value] as const);
  return { bytes: joined(chunks), trailer };
}

function lineEnd(body: Bytes, from: number): number {
  const end = body.indexOf(13, from);
  if (end < 0 || body[end + 1] !== 10) throw malformedTrailer();
  return end;
}

function latin(body: Bytes, from: number, to: number): string {
  return String.fromCharCode(...body.subarray(from, Math.min(to, from + 1000)));
}

function joined(chunks: readonly Bytes[]): Bytes {
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

function malformedTrailer(): AwsRefused {
  return awsRefused(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed.");
}

function unsupported(what: string): AwsRefused {
  return awsRefused(501, "NotImplemented", `The emulator does not do this: ${what}`);
}

/** How the blob service answers: headers, XML, errors. */
import type { JWTPayload } from "jose";
import { callerOf } from "../arm/error.ts";
import type { Answer, Call, World } from "../world.ts";
import { element, xmlBody } from "../xml.ts";

/** A call that was let in. */
export interface BlobCall {
  readonly world: World;
  readonly call: Call;
  readonly claims: JWTPayload;
}

/** An answer without its log record. */
export type BlobReply = Omit<Answer, "log">;

/** Something that is refused. */
export interface BlobFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** What a 401 says besides. */
  readonly detail?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Headers that every answer has. */
export function commonHeaders({ headers }: Call): Record<string, string> {
  const client = headers.get("x-ms-client-request-id");
  return {
    "x-ms-request-id": crypto.randomUUID(),
    "x-ms-version": headers.get("x-ms-version") ?? "2009-09-19",
    ...(client !== null && { "x-ms-client-request-id": client }),
  };
}

/** Says what was done. */
export function done({ call, claims }: BlobCall, reason: string, reply: BlobReply): Answer {
  const headers = { ...commonHeaders(call), ...reply.headers };
  return { ...reply, headers, log: { ...callerOf(claims), outcome: "granted", reason } };
}

/** Says why not. Blob names may be a user's, so the log gets the code alone. */
export function failed(world: World, call: Call, failure: BlobFailure, claims: JWTPayload = {}): Answer {
  const { status, code, message, detail, headers } = failure;
  const common = commonHeaders(call);
  const at = new Date(world.clock.now()).toISOString();
  const text = `${message}\nRequestId:${common["x-ms-request-id"]}\nTime:${at}`;
  const content = [element("Code", code), element("Message", text), element("AuthenticationErrorDetail", detail)];
  return {
    status,
    headers: { ...common, "x-ms-error-code": code, "content-type": "application/xml", ...headers },
    body: xmlBody(`<Error>${content.join("")}</Error>`),
    log: { ...callerOf(claims), outcome: "refused", code, reason: detail ?? code },
  };
}

/** Metadata of a request, by lower-case name. */
export function metadataOf({ headers }: Call): Readonly<Record<string, string>> {
  const prefix = "x-ms-meta-";
  const own = [...headers].filter(([name]) => name.startsWith(prefix));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length), value]));
}

/** The same as headers of an answer. */
export function metadataHeaders(metadata: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value]));
}

/** An instant as HTTP writes it. */
export function httpDate(at: number): string {
  return new Date(at).toUTCString();
}

/** How S3 answers: headers, XML, errors. */
import type { LogDetails } from "../../log.ts";
import type { Answer, Call, World } from "../../world.ts";
import { element, xmlBody } from "../../xml.ts";
import type { AwsRefusal } from "../refusal.ts";
import type { AwsSession } from "../sessions.ts";
import type { S3Operation } from "./operation.ts";
import type { Payload } from "./payload.ts";

const namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

/** A call that was let in. */
export interface S3Call {
  readonly world: World;
  readonly call: Call;
  readonly operation: S3Operation;
  readonly session: AwsSession;
  readonly payload: Payload;
}

/** An answer without its log record. */
export type S3Reply = Omit<Answer, "log">;

/** A document of ready-made XML. */
export function s3Xml(root: string, content: string): S3Reply {
  return {
    status: 200,
    headers: { "content-type": "application/xml" },
    body: xmlBody(`<${root} xmlns="${namespace}">${content}</${root}>`),
  };
}

/** Says what was done. */
export function s3Done(world: Pick<World, "clock">, reply: S3Reply, log: Omit<LogDetails, "outcome">): Answer {
  return {
    ...reply,
    headers: { ...commonHeaders(world).headers, ...reply.headers },
    log: { ...log, outcome: "granted" },
  };
}

/** Says why not. Keys may be a user's, so the log gets no message that repeats one. */
export function s3Error(
  world: Pick<World, "clock">,
  { status, code, message, details = {}, headers, reason = code }: AwsRefusal,
  method: string,
): Answer {
  const common = commonHeaders(world);
  const more = Object.entries(details).map(([name, value]) => element(name, value));
  const content = [
    element("Code", code),
    element("Message", message),
    ...more,
    element("RequestId", common.requestId),
    element("HostId", common.hostId),
  ];
  return {
    status,
    headers: { ...common.headers, "content-type": "application/xml", ...headers },
    body: method === "HEAD" ? undefined : xmlBody(`<Error>${content.join("")}</Error>`),
    log: { outcome: "refused", code, reason },
  };
}

function commonHeaders({ clock }: Pick<World, "clock">): {
  readonly requestId: string;
  readonly hostId: string;
  readonly headers: Readonly<Record<string, string>>;
} {
  const requestId = crypto.randomUUID().replaceAll("-", "").slice(0, 16).toUpperCase();
  const hostId = btoa(crypto.randomUUID());
  // SDKs take the date for the service's clock, and sign by it from then on.
  const date = new Date(clock.now()).toUTCString();
  return { requestId, hostId, headers: { "x-amz-request-id": requestId, "x-amz-id-2": hostId, date } };
}

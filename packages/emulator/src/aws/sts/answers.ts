/** How STS answers: XML of the Query protocol. Evidence: answers in issues of AWS's SDKs. */
import type { LogDetails } from "../../log.ts";
import type { Answer, World } from "../../world.ts";
import { element } from "../../xml.ts";
import type { AwsRefusal } from "../refusal.ts";

const namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

/** The result of an operation, as ready-made XML. */
export function stsResult(
  world: Pick<World, "clock">,
  action: string,
  content: string,
  log: Omit<LogDetails, "outcome">,
): Answer {
  const id = crypto.randomUUID();
  const result = `<${action}Result>${content}</${action}Result>`;
  const metadata = `<ResponseMetadata>${element("RequestId", id)}</ResponseMetadata>`;
  return {
    status: 200,
    headers: headersOf(world, id),
    body: `<${action}Response xmlns="${namespace}">${result}${metadata}</${action}Response>\n`,
    log: { ...log, outcome: "granted" },
  };
}

/** A refusal. A fault of the caller's is of the type `Sender`. */
export function stsError(
  world: Pick<World, "clock">,
  { status, code, message, reason = message, headers }: AwsRefusal,
): Answer {
  const id = crypto.randomUUID();
  const type = element("Type", status < 500 ? "Sender" : "Receiver");
  const error = `<Error>${type}${element("Code", code)}${element("Message", message)}</Error>`;
  return {
    status,
    headers: { ...headersOf(world, id), ...headers },
    body: `<ErrorResponse xmlns="${namespace}">${error}${element("RequestId", id)}</ErrorResponse>\n`,
    log: { outcome: "refused", code, reason },
  };
}

function headersOf({ clock }: Pick<World, "clock">, id: string): Record<string, string> {
  // SDKs take the date for the service's clock, and sign by it from then on.
  return { "content-type": "text/xml", "x-amzn-requestid": id, date: new Date(clock.now()).toUTCString() };
}

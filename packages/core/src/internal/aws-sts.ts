/** AWS STS: where it is, what a request to it looks like, and how its replies in XML are read. */
import * as v from "valibot";
import type { ErrorCode, Recovery } from "../errors.ts";
import { isTransient, type Reply } from "./http.ts";
import { type Told, toldBy } from "./reply.ts";
import { checkReply, like } from "./schema.ts";
import { plain } from "./text.ts";
import { readXml } from "./xml.ts";

const VERSION = "2011-06-15";

/**
 * A region's partition, which its ARNs name, and the domain of its endpoints. The first that fits.
 *
 * They are the `id` and the `dnsSuffix` of the table of partitions in the AWS SDK for JavaScript (`@aws-sdk/core`, `partitions`).
 * UNCONFIRMED beyond that table: that STS answers at these names in the partitions `aws-eusc` and `aws-iso*`. The option `endpoint`
 * goes before them.
 */
const PARTITIONS: readonly (readonly [RegExp, partition: string, domain: string])[] = [
  [/^cn-/, "aws-cn", "amazonaws.com.cn"],
  [/^us-gov-/, "aws-us-gov", "amazonaws.com"],
  [/^eusc-/, "aws-eusc", "amazonaws.eu"],
  [/^us-iso-/, "aws-iso", "c2s.ic.gov"],
  [/^us-isob-/, "aws-iso-b", "sc2s.sgov.gov"],
  [/^eu-isoe-/, "aws-iso-e", "cloud.adc-e.uk"],
  [/^us-isof-/, "aws-iso-f", "csp.hci.ic.gov"],
  [/^/, "aws", "amazonaws.com"],
];

/** What a region's name has to look like: it becomes a part of a host name. */
export const REGION: RegExp = /^[a-z]{2,4}(?:-[a-z]+){1,3}-\d{1,2}$/;

/** Which partition a region belongs to, and its own endpoint there. */
export function stsOf(region: string): { readonly partition: string; readonly endpoint: string } {
  const [, partition, domain] = PARTITIONS.find(([pattern]) => pattern.test(region)) as (typeof PARTITIONS)[number];
  return { partition, endpoint: `https://sts.${region}.${domain}/` };
}

/** The endpoint that is nobody's in particular; the partition `aws` alone has one. */
export const GLOBAL_ENDPOINT = "https://sts.amazonaws.com/";

/** Whether a URL leads to that. */
export const isGlobal = (url: string): boolean =>
  new URL(url).hostname.replace(/\.$/, "") === new URL(GLOBAL_ENDPOINT).hostname;

/** Headers of a form. */
export const FORM: Readonly<Record<string, string>> = { "content-type": "application/x-www-form-urlencoded" };

/** A duration that STS takes, which counts in whole seconds. */
export function secondsBetween(least: number, most: number): v.GenericSchema<number> {
  return v.custom<number>(
    (value) => typeof value === "number" && value >= least * 1000 && value <= most * 1000 && value % 1000 === 0,
    `expected whole seconds from ${least} to ${most}, in ms`,
  );
}

/** A form as the Query API takes it: lists are `NAME.member.1` and so on. What is undefined is left out. */
export function stsForm(
  Action: string,
  fields: Readonly<Record<string, string | number | undefined>>,
  lists: Readonly<Record<string, readonly Readonly<Record<string, string>>[]>>,
): string {
  const form = new URLSearchParams({ Action, Version: VERSION });
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) form.set(name, String(value));
  for (const [name, members] of Object.entries(lists)) {
    members.forEach((member, index) => {
      for (const [field, value] of Object.entries(member)) form.set(`${name}.member.${index + 1}${field}`, value);
    });
  }
  return form.toString();
}

const INSTANT = /^\s*(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d{1,9})?Z\s*$/;

/** An instant as STS writes it, epoch ms. Fractions are left out: engines differ in how many digits they read. */
export const instantOf = (text: string): number => Date.parse(`${INSTANT.exec(text)?.[1]}Z`);

/** An instant in ISO 8601, in UTC. */
export const instant: v.GenericSchema<string> = v.pipe(
  like(INSTANT, "expected an instant in UTC"),
  v.check((text) => !Number.isNaN(instantOf(text)), "expected an instant in UTC"),
);

/**
 * What a good reply holds, by the paths below the action's result: `Credentials/SessionToken`.
 *
 * @throws {TokenError} `code` for whatever is not that action's reply in XML, or says anything twice.
 */
export function stsResult<T>(
  schema: v.GenericSchema<unknown, T>,
  action: string,
  { text }: Reply,
  step: string,
  code: ErrorCode,
): T {
  const above = `${action}Response/${action}Result/`;
  const fields = new Map<string, string>();
  const isResult = (): boolean =>
    readXml(text)?.every(({ path, text }) => {
      if (!path.startsWith(above)) return true;
      const name = path.slice(above.length);
      // Which one of two is meant nobody can tell.
      return !fields.has(name) && fields.set(name, text);
    }) ?? false;
  checkReply(v.custom(isResult, `expected XML of ${action}, each element once`), text, step, code);
  return checkReply(schema, Object.fromEntries(fields), step, code);
}

/** What STS calls an error, with what to do about it. Both a wire code and the class name that SDKs make of it are known. */
const RECOVERIES: Readonly<Record<string, Recovery>> = {
  ExpiredToken: "subject",
  InvalidIdentityToken: "subject",
  IDPRejectedClaim: "stop",
  IDPCommunicationError: "retry",
  MalformedPolicyDocument: "stop",
  PackedPolicyTooLarge: "stop",
  RegionDisabled: "stop",
  AccessDenied: "stop",
  Throttling: "retry",
  RequestThrottled: "retry",
  TooManyRequests: "retry",
};

/** A code as it is on the wire or as the class that SDKs make of it, as one. */
export const bareCode = (code: string): string => code.replace(/Exception$/, "");

/** What to do about a refusal; a code that is not known goes by its status. */
export function stsRecovery(code: string | undefined, status: number): Recovery {
  const bare = bareCode(code ?? "");
  if (Object.hasOwn(RECOVERIES, bare)) return RECOVERIES[bare] as Recovery;
  return isTransient(status) ? "retry" : "stop";
}

/** A code as it is: some are longer than what `plain` takes for a word. Whatever else stands in its place is made fit. */
function codeText(code: string | undefined, sent = ""): string | undefined {
  if (!code) return undefined;
  return /^[A-Za-z.]{1,80}$/.test(code) && !sent.includes(code) ? code : plain(code, sent);
}

/**
 * What a refusing reply says.
 *
 * UNCONFIRMED: the name of the root, so `Error` may be the root, below it, or in its list `Errors`.
 *
 * @param sent The secret of the request: a server that echoes it must not bring it into a message.
 */
export function stsTold(reply: Reply, sent: string | undefined): Told {
  const leaves = readXml(reply.text);
  // A gateway in front of it may speak JSON.
  if (leaves === undefined) {
    const told = toldBy(reply, sent);
    return { ...told, correlationId: requestIdOf(reply, told.correlationId, sent) };
  }
  const find = (pattern: RegExp): string | undefined => leaves.find(({ path }) => pattern.test(path))?.text.trim();
  return {
    error: codeText(find(/^(?:\w+\/){0,2}Error\/Code$/), sent),
    why: plain(find(/^(?:\w+\/){0,2}Error\/Message$/i) ?? "", sent) || undefined,
    correlationId: requestIdOf(reply, find(/^(?:\w+\/){0,2}RequestId$/i), sent),
  };
}

function requestIdOf({ headers }: Reply, told: string | undefined, sent: string | undefined): string | undefined {
  return plain(told || (headers.get("x-amzn-requestid") ?? ""), sent) || undefined;
}

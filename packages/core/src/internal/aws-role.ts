/** What STS lets a session of a role ask for: every limit, checked before it is sent. */
import * as v from "valibot";
import { GLOBAL_ENDPOINT, REGION, secondsBetween, stsOf } from "./aws-sts.ts";
import { parseJson } from "./http.ts";
import { exactly, flag, like, text, textThat } from "./schema.ts";
import { endpoint, listOf } from "./target-options.ts";

/** A role's ARN, with its partition as the first group. */
const ROLE_ARN = /^arn:(aws[a-z-]*):iam::\d{12}:role\/[!-~]+$/;
const POLICY_ARN = /^arn:(aws[a-z-]*):iam::(?:\d{12}|aws):policy\/[!-~]+$/;
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
/** Tab, line breaks, and what Latin-1 can print. */
const POLICY_TEXT = /^[\t\n\r -\u00ff]+$/;
const MAX_ARN = 2_048;
const MAX_ARNS = 10;
/** The policy's text and the ARNs together. */
const MAX_POLICIES = 2_048;

export const MIN_SECONDS = 900;
export const MAX_SECONDS = 43_200;

export const roleArn: v.GenericSchema<string> = textThat(
  "expected the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME",
  (value) => value.length <= MAX_ARN && ROLE_ARN.test(value),
);
export const sessionName: v.GenericSchema<string> = like(
  SESSION_NAME,
  "expected 2 to 64 letters, digits or any of _+=,.@-",
);

/** The options, checked. */
export interface RoleOptions {
  readonly roleArn: string;
  readonly region?: string | undefined;
  readonly endpoint?: string | undefined;
  readonly global?: true | undefined;
  readonly allowHttpLoopback?: boolean | undefined;
  readonly roleArns?: readonly string[] | undefined;
  readonly roleSessionName?: string | undefined;
  readonly durationMs?: number | undefined;
  /** As it is sent. */
  readonly sessionPolicy?: string | undefined;
  readonly policyArns?: readonly string[] | undefined;
  readonly audience?: string | undefined;
}

/** What says which endpoint is asked. Exactly one of them. */
const PLACES = ["region", "endpoint", "global"] as const;

/** The policy as the text that is sent; undefined for what is none, or is too long. */
export function policyOf(given: unknown): string | undefined {
  const policy = typeof given === "string" ? parseJson(given) : given;
  const kind: unknown = Object(policy) === policy && Object.getPrototypeOf(policy);
  if (kind !== Object.prototype && kind !== null) return undefined;
  try {
    const written = typeof given === "string" ? given : JSON.stringify(policy);
    return POLICY_TEXT.test(written) && written.length <= MAX_POLICIES ? written : undefined;
  } catch {
    // It goes in circles.
    return undefined;
  }
}

const A_POLICY = `expected an IAM policy in JSON, at most ${MAX_POLICIES} characters of Latin-1`;

/** The policy becomes its text: an object is the caller's own, and may be another one later. */
export const sessionPolicy: v.GenericSchema<unknown, string> = v.pipe(
  v.custom<unknown>((value) => policyOf(value) !== undefined, A_POLICY),
  v.transform(policyOf),
  // One that is another each time it is written may be none the second time.
  v.custom<string>((text) => text !== undefined, A_POLICY),
);

function partitionOf(arn: unknown, pattern = ROLE_ARN): string | undefined {
  return typeof arn === "string" ? pattern.exec(arn)?.[1] : undefined;
}

/** A list of ARNs of one partition, as a copy: the list is the caller's own, and may be longer or shorter later. */
function arnsOf(
  what: string,
  pattern: RegExp,
  partition: string | undefined,
): v.GenericSchema<string[] | undefined, readonly string[] | undefined> {
  const isOfIt = (arn: string): boolean => partition === undefined || partitionOf(arn, pattern) === partition;
  return v.pipe(
    listOf(what, (arn) => arn.length <= MAX_ARN && pattern.test(arn)),
    v.transform((list) => list && Object.freeze([...list])),
    v.check((list) => list?.every(isOfIt) ?? true, `expected the partition ${partition} in each`),
  );
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.join("").length : 0;
}

/**
 * The schema of the options. What one may be depends on others, and every problem is to be named at once.
 *
 * @param options As they were given, unchecked.
 */
export function roleSchema(options: Readonly<Record<string, unknown>>): v.GenericSchema<unknown, RoleOptions> {
  const given = PLACES.filter((name) => options[name] !== undefined);
  const first = given[0] ?? "region";
  const partition = partitionOf(options.roleArn);
  const { region } = options;
  // Where the role says nothing the region does.
  const listed = partition ?? (typeof region === "string" && REGION.test(region) ? stsOf(region).partition : undefined);
  const places = {
    region: textThat(
      "expected an AWS region, or one of the options endpoint and global",
      (region) => REGION.test(region) && (partition === undefined || stsOf(region).partition === partition),
    ),
    endpoint: endpoint(options.allowHttpLoopback),
    global: v.pipe(
      exactly(true),
      v.check(() => (partition ?? "aws") === "aws", "expected a role of the partition aws"),
    ),
  };
  /** One is needed, and a second one is a mistake of its own. */
  const place = <T>(name: (typeof PLACES)[number], schema: v.GenericSchema<T>): v.GenericSchema<T | undefined> => {
    if (name === first) return schema;
    const refused = v.custom<T>(() => false, `expected either ${first} or ${name}`);
    return v.optional(refused);
  };
  return v.strictObject({
    roleArn,
    region: place("region", places.region),
    endpoint: place("endpoint", places.endpoint),
    global: place("global", places.global),
    allowHttpLoopback: flag,
    roleArns: arnsOf("ARNs of roles", ROLE_ARN, listed),
    roleSessionName: v.optional(sessionName),
    durationMs: v.optional(secondsBetween(MIN_SECONDS, MAX_SECONDS)),
    sessionPolicy: v.optional(sessionPolicy),
    policyArns: v.pipe(
      arnsOf("ARNs of managed policies", POLICY_ARN, listed),
      v.check((list) => (list?.length ?? 0) <= MAX_ARNS, `expected at most ${MAX_ARNS}`),
      v.check(
        (list) => lengthOf(list) + (policyOf(options.sessionPolicy)?.length ?? 0) <= MAX_POLICIES,
        `expected at most ${MAX_POLICIES} characters, together with sessionPolicy`,
      ),
    ),
    audience: v.optional(text),
  });
}

/** Where a session is asked for. */
export function endpointOf({ region, endpoint }: RoleOptions): string {
  if (endpoint !== undefined) return new URL(endpoint).href;
  return region === undefined ? GLOBAL_ENDPOINT : stsOf(region).endpoint;
}

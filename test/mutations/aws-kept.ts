/** Breaks of AWS: what its callers change later, what does not go together, and keys that have ended. */
import { breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src");
const sts = "internal/aws-sts.ts";
const role = "internal/aws-role.ts";
const target = "targets/aws-sts.ts";
const outbound = "internal/aws-outbound.ts";
const keys = "internal/aws-keys.ts";
const environment = "internal/aws-environment.ts";
const sdk = "interop/aws-sdk.ts";

export const awsKeptBreaks = [
  at(
    target,
    "checkOptions(v.object({ sessionPolicy }), params, WITH).sessionPolicy",
    "String(v.is(sessionPolicy, params.sessionPolicy) ? v.parse(sessionPolicy, params.sessionPolicy) : own)",
    "a policy that has grown too long becomes the role itself",
  ),
  at(target, "policies.set(params, policy);", "", "credentials are asked for by another policy than the cache says"),
  at(target, "policyArns, audience],", "policyArns],", "credentials for one audience are given for another"),
  at(
    role,
    "list && Object.freeze([...list])",
    "list",
    "a list that its caller changes later widens what a session may do",
  ),
  at(role, "Object.freeze([...list])", "[...list]", "whoever reads an identity changes the list of policies"),
  at(
    role,
    "v.custom<string>((text) => text !== undefined, A_POLICY)",
    "v.custom<string>(() => true)",
    "a policy that is written only once is left out",
  ),
  at(
    role,
    'typeof arn === "string" ? pattern.exec(arn)?.[1]',
    "arn ? pattern.exec(String(arn))?.[1]",
    "an option of a strange kind hides all other problems",
  ),
  at(
    role,
    "partition === undefined || partitionOf(arn, pattern) === partition",
    "true",
    "a list of another partition is found out late",
  ),
  at(
    role,
    "const listed = partition ??",
    "const listed = false ||",
    "lists are of the region's partition, even where the role has one",
  ),
  at(sts, '.replace(/\\.$/, "")', "", "the global endpoint has a second name"),
  at(
    outbound,
    "v.check((url) => !isGlobal(url)",
    "v.check((url) => url !== ''",
    "an endpoint that has no such tokens is asked",
  ),
  at(outbound, "Object.freeze({ ...tags })", "tags", "claims change after they were said"),
  at(
    keys,
    "(await get(context)).accessKeyId !== accessKeyId",
    "(await get(context)) !== undefined",
    "ended keys are presented with every attempt",
  ),
  at(
    keys,
    'isTokenError(error) && error.recovery === "retry"',
    "false",
    "an endpoint that is down just when keys end stops every caller",
  ),
  at(keys, "        context.signal.throwIfAborted();\n", "", "who has given up is told of keys"),
  at(
    keys,
    "waitFor(async () => checkedKeys(step, await source({ platform, signal })), signal)",
    "(async () => checkedKeys(step, await source({ platform, signal })))()",
    "a function that never answers holds up everybody",
  ),
  at(
    keys,
    "async () => checkedKeys(step, await source({ platform, signal }))",
    "async () => source({ platform, signal })",
    "the message of whatever a secret throws is shown",
  ),
  at(
    keys,
    "sessionToken: secret(session)",
    "sessionToken: sessionToken as Secret",
    "what was looked at is not what is sent",
  ),
  at(
    environment,
    "CONTAINER_HOSTS.includes(hostname)",
    "/^169[.]254[.]|:/.test(hostname)",
    "a container's authorization goes to any address of the link",
  ),
  at(
    sdk,
    'provider.invalidate(given, "unauthorized");',
    "provider.invalidate(given);",
    "a service that refuses everybody is a loop at STS",
  ),
];

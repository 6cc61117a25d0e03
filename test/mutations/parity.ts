/** Breaks that bring a listed bug of tokenex back, and those of the check of the page that lists them. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src");
const inTools = (find: string, replace: string, why: string): Break => ({
  ...breaksIn("tools")("cited-tests.ts", find, replace, why),
  list: "tools",
});

export const parityBreaks: readonly Break[] = [
  at(
    "engine/watch.ts",
    "< 10_000 &&",
    "< 1 &&",
    "as tokenex: the same token is told again, its end rounded another way",
  ),
  at(
    "engine/watch.ts",
    'typeof value === "string"',
    'typeof value === "string" || typeof value === "number"',
    "as tokenex: the same token is told again, with newer advice",
  ),
  at(
    "engine/watch.ts",
    "Math.abs(credential.expiresAt - (before?.expiresAt as number)) < 10_000 &&",
    "before !== undefined &&",
    "a token that is given longer is not told again",
  ),
  at(
    "engine/watch.ts",
    "value?.reveal?.() === (before as unknown as Fields)[key]?.reveal?.()",
    "true",
    "a new token is not told where it ends when the one before does",
  ),
  at(
    "targets/gcp-sts.ts",
    "const given = await federated(",
    "await federated(subject, CLOUD_PLATFORM, context);\n      const given = await federated(",
    "as tokenex: two exchanges at the start",
  ),
  at(
    "targets/aws-sts.ts",
    "const { roleSessionName = config.roleSessionName ?? SESSION_NAME } = params;",
    "const roleSessionName = config.roleSessionName ?? SESSION_NAME;",
    "as tokenex: one session name for everything",
  ),
  inTools("!tests.get(file)?.includes(name)", "!tests.has(file)", "a document names a test that is not there"),
  inTools("one.document === document && ", "", "a regression is listed on another page than its own"),
  inTools("match(link)", "match(/./)", "a row that no test shows is not noticed"),
];

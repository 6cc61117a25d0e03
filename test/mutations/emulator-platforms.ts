/** Breaks of the emulator's platforms: each would give a token that the real one does not, or one that looks otherwise. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/emulator/src/platforms");

export const emulatorPlatformsBreaks: readonly Break[] = [
  at("identity.ts", "= immutableSubject ?", "= !immutableSubject ?", "subjects of 2026 are the old ones"),
  at("identity.ts", 'environment.replaceAll(":", "%3A")', "environment", "a colon in an environment stays"),
  at(
    "identity.ts",
    'audience: { fixed: "api://AzureADTokenExchange" }',
    "audience: settable()",
    "a pipeline chooses its audience",
  ),
  at("token.ts", "    iss: issuerOf(known.provider),\n", "", "a workload's claims name its issuer"),
  at("token.ts", "nbf: iat - Math.floor(earlierMs / 1000)", "nbf: iat", "tokens of GitHub are valid from now"),
  at("azure-pipelines.ts", "if (!isOwn) return refuse", "if (false) return refuse", "a job gets another job's token"),
  at(
    "azure-pipelines.ts",
    "if (wanted !== null && !connection) return refuse",
    "if (false) return refuse",
    "an unknown connection gets the pipeline's token",
  ),
  at("azure-pipelines.ts", '?.toLowerCase() === "suppress"', "", "nobody is sent to a page"),
  at("buildkite.ts", "/^token +(\\S+)$/i", "/^(?:token|bearer) +(\\S+)$/i", "Bearer is taken at Buildkite"),
  at(
    "buildkite.ts",
    "if (call.params.job !== job.jobId) return",
    "if (false) return",
    "a job gets another job's token",
  ),
  at("buildkite.ts", "lifetime ? lifetime * 1000 : undefined", "undefined", "a lifetime that was asked for is ignored"),
  at("vercel.ts", "exp, jti });", "exp: iat + 3600, jti });", "an exchanged token outlives the first"),
  at("vercel.ts", "return isAlive && claims.iss", "return claims.iss", "a token that ended is changed for another"),
  at("fly.ts", "return isApi || headers", "return headers", "the API of machines asks for no token"),
  at("azure-arc.ts", "if (path !== undefined) world.hostFiles.remove(path);", "", "a key opens Arc twice"),
  at(
    "azure-arc.ts",
    "if (!isKey(world, shown)) return refuse(403",
    'if (shown === "") return refuse(403',
    "any key opens Arc",
  ),
  at(
    "azure-ml.ts",
    'sameSecret(call.headers.get("secret") ?? "", expected)',
    "expected",
    "the secret is not looked at",
  ),
  at(
    "cloud-shell.ts",
    'if (call.headers.get("metadata")?.toLowerCase() !== "true") {',
    "if (false) {",
    "a page in a browser gets tokens",
  ),
  at(
    "job-token.ts",
    "if (audienceOf(identity, asked) === undefined) return",
    "if (false) return",
    "a token has no audience",
  ),
  at(
    "config-schema.ts",
    "(workload.subject === undefined) !== (workload.job === undefined)",
    "true",
    "a workload is nobody",
  ),
  breaksIn("packages/emulator/src")(
    "oidc/issuer-path.ts",
    "if (provider && below !== undefined && providerPaths.includes(below))",
    "if (provider)",
    "an issuer hides the platform's own routes below its URL",
  ),
  breaksIn("packages/emulator/src")(
    "oidc/provider.ts",
    '.filter(({ job }) => job === undefined || job.on === "github-actions")',
    "",
    "GitHub's route gives tokens to other platforms' jobs",
  ),
];

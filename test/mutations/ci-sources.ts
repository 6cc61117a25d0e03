/** Breaks of the sources of CI platforms, and of what those share whose token is in a variable. */
import { breaksIn } from "./break.ts";

const variable = "internal/variable-token.ts";
const gitlab = "sources/gitlab-ci.ts";
const circle = "sources/circleci.ts";
const terraform = "sources/terraform-cloud.ts";
const bitbucket = "sources/bitbucket-pipelines.ts";
const buildkite = "sources/buildkite.ts";
const azure = "sources/azure-pipelines.ts";
const at = breaksIn("packages/core/src");

export const ciSourcesBreaks = [
  at(
    variable,
    "if (fix) mustBeFor",
    "if (!fix) mustBeFor",
    "a token for another audience is found out by the exchange only",
  ),
  at(variable, "identity: [name, variable]", "identity: [name]", "two variables of one job share one cache entry"),
  at(
    variable,
    "[mark, variable].filter",
    "[variable].filter",
    "GitLab is found wherever somebody has set the variable",
  ),
  at(variable, "!env[one]?.trim()", "!env[one]", "a blank variable is taken for a token"),
  at(variable, "if (setting && missing.includes(variable))", "if (setting)", "a fix is told for what is there"),
  at(variable, "[A-Za-z_]\\w{0,63}$/", "/", "a token that was given for its variable's name stands in messages"),
  at(variable, "made ? `", "false ? `", "nobody learns why a job's token is over"),
  at("internal/source.ts", '.filter((one) => typeof one === "string")', "", "an odd audience ends in a TypeError"),
  at(gitlab, 'mark: "GITLAB_CI"', "mark: variable", "GitLab is found on other platforms"),
  at(gitlab, "JSON.stringify(audience)", '"..."', "the message does not say which audience to declare"),
  at(circle, "    2,\n  ),", "    1,\n  ),", "the subject is another one than is documented"),
  at(circle, "VARIABLES[tokenVersion]", "VARIABLES[2]", "the asked-for version of the token is not taken"),
  at(circle, "value === 1 || value === 2", "true", "a version that does not exist is looked for"),
  at(bitbucket, 'setting: "oidc: true on the step"', 'setting: ""', "nobody learns what to write into the pipeline"),
  at(terraform, "(?!TYPE$)", "", "a tag that the platform reserves is taken"),
  at(
    terraform,
    "TFC_WORKLOAD_IDENTITY_AUDIENCE$",
    "TFC_WORKLOAD_IDENTITY_AUDIENCE_$",
    "the fix names the variable of another tag",
  ),
  at(buildkite, "`Token $", "`Bearer $", "Buildkite answers 401 to everything"),
  at(
    buildkite,
    "lifetimeMs && lifetimeMs / 1000",
    "lifetimeMs",
    "a token is asked for that lives a thousand times as long",
  ),
  at(buildkite, "(ms as number) % 1000 === 0", "true", "a life of half seconds is sent, which Buildkite refuses"),
  at(buildkite, "encodeURIComponent(job)", "job", "a job's id changes the path of the request"),
  at(
    buildkite,
    "claims, awsSessionTags, subjectClaim]",
    "claims, awsSessionTags]",
    "two subjects share one cache entry",
  ),
  at(
    buildkite,
    "subject_claim: subjectClaim",
    "subjectClaim",
    "the subject holds the commit, which Entra cannot match",
  ),
  at(buildkite, "missing.push(`$", "missing.concat(`$", "the agent's token goes to any URL"),
  at(buildkite, '.replace(/\\/$/, "")', "", "an endpoint with a slash at its end gives 404"),
  at(azure, '"x-tfs-fedauthredirect": "Suppress"', '"x-tfs-fedauthredirect": ""', "a refusal is a page to sign in"),
  at(azure, "encodeURIComponent(env[name]", "String(env[name]", "a variable changes the path of the request"),
  at(
    azure,
    "missing.push(MAPPING)",
    "missing.push(TOKEN_VARIABLE)",
    "nobody learns how the step gets the access token",
  ),
  at(azure, "missing.push(`$", "missing.concat(`$", "the access token goes to any URL"),
  at(azure, "byId ? AUDIENCE_ID : audience", "audience", "tokens of newer service connections are refused"),
  at(azure, "audience === AUDIENCE && ", "", "a token is taken for whatever audience"),
  at(azure, "correlationId = traceId ?? edge", "correlationId = edge", "support has no id to search for"),
  at(azure, "plain(value, sent)", "value", "a header that echoes the access token brings it into the error"),
  at(
    azure,
    '? "7.2-preview.1" : "7.1"',
    '? "7.1" : "7.2-preview.1"',
    "Azure DevOps refuses the version of the request",
  ),
];

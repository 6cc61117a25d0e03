/**
 * What CI platforms say, bent and broken: in a variable, or in the reply of an endpoint. Whatever it is, a source gives the
 * token that is there or an error of this project, at once and without a word of a secret.
 */
import { type IdentitySource, isTokenError, type SubjectToken } from "@tokenhop/core";
import { azurePipelines } from "@tokenhop/core/sources/azure-pipelines";
import { bitbucketPipelines } from "@tokenhop/core/sources/bitbucket-pipelines";
import { buildkite } from "@tokenhop/core/sources/buildkite";
import { circleci } from "@tokenhop/core/sources/circleci";
import { env } from "@tokenhop/core/sources/env";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { gitlabCi } from "@tokenhop/core/sources/gitlab-ci";
import { terraformCloud } from "@tokenhop/core/sources/terraform-cloud";
import fc from "fast-check";
import { contextFor, fakePlatform } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import { FUZZ_RUNS } from "../fuzz.ts";
import type { Suite } from "../harness.ts";
import { bent, odd, STRETCHES, texts, tokens } from "./strange-texts.ts";

const SECRET = "bearer-0a1b2c3d4e5f6a7b8c9d";
/** The bodies of replies that hold the token in this member. */
function bodies(member: string): fc.Arbitrary<string> {
  const held = tokens.map((token) => JSON.stringify({ [member]: token }));
  return fc.oneof(
    held,
    bent(held),
    fc.oneof(odd, tokens).map((value) => JSON.stringify({ [member]: value })),
    fc
      .record(
        { error: odd, error_description: odd, message: odd, correlationId: odd, [member]: odd },
        { requiredKeys: [] },
      )
      .map((body) => JSON.stringify(body)),
    tokens.map((token) => JSON.stringify({ error: { code: token, message: `${SECRET} ${token}` }, message: token })),
    fc.constantFrom(
      "[".repeat(20_000),
      `{"${member}":${"[".repeat(9_000)}${"]".repeat(9_000)}}`,
      `{"a":`.repeat(9_000),
    ),
    texts,
  );
}
const word = fc.stringMatching(/^[ -~]{0,30}$/);
const headers = fc.record(
  {
    date: fc.oneof(word, fc.constant("Thu, 01 Jan 2026 00:00:00 GMT"), fc.constant("Thu, 01 Jan 1970 00:00:00 GMT")),
    "retry-after": fc.oneof(word, fc.constantFrom("-1", "1e999", "0x10", "Infinity", "99999999999999999999")),
    "x-vss-e2eid": fc.oneof(word, fc.constant(SECRET)),
    "x-msedge-ref": word,
  },
  { requiredKeys: [] },
);
const statuses = fc.constantFrom(200, 200, 200, 200, 201, 203, 400, 401, 403, 404, 410, 429, 500, 503);

/** What an answer must be; else why not. */
async function amiss(
  run: () => Promise<SubjectToken>,
  isThere: (token: string) => boolean,
): Promise<string | undefined> {
  try {
    const { token, expiresAt } = await run();
    if (!isThere(token.reveal())) return "a token that was not there";
    if (expiresAt !== undefined && !(typeof expiresAt === "number" && !Number.isNaN(expiresAt))) return "no instant";
  } catch (error) {
    if (!isTokenError(error)) return `it threw ${error}`;
    const { retryAfterMs = 0 } = error;
    if (!(retryAfterMs >= 0 && retryAfterMs <= 3_600_000)) return `a pause of ${retryAfterMs}`;
    const text = `${error.message} ${JSON.stringify(error)}`;
    if ([SECRET, ...STRETCHES].some((part) => text.includes(part))) return "an error that holds a secret";
    if (/[\p{Cc}\p{Cf}]/u.test(error.message)) return "an error with characters that cannot be seen";
    if (error.message.length > 1_500) return `an error of ${error.message.length} characters`;
  }
  return undefined;
}

interface Endpoint {
  readonly source: IdentitySource;
  readonly member: string;
  readonly world: Readonly<Record<string, string>>;
}

const endpoints: readonly Endpoint[] = [
  {
    source: githubActions(),
    member: "value",
    world: { ACTIONS_ID_TOKEN_REQUEST_URL: "https://runner.example/?a=b", ACTIONS_ID_TOKEN_REQUEST_TOKEN: SECRET },
  },
  {
    source: azurePipelines({ serviceConnectionId: "0f8fad5b-d9cb-469f-a165-70867728950e" }),
    member: "oidcToken",
    world: { SYSTEM_OIDCREQUESTURI: "https://dev.azure.example/oidctoken", SYSTEM_ACCESSTOKEN: SECRET },
  },
  {
    source: buildkite(),
    member: "token",
    world: {
      BUILDKITE_AGENT_ENDPOINT: "https://agent.buildkite.example/v3",
      BUILDKITE_AGENT_ACCESS_TOKEN: SECRET,
      BUILDKITE_JOB_ID: "1",
    },
  },
];

/** Each with the name of its variable. */
const variables: readonly (readonly [IdentitySource, string])[] = [
  [env({ variable: "TOKENHOP_ID_TOKEN" }), "TOKENHOP_ID_TOKEN"],
  [gitlabCi(), "TOKENHOP_ID_TOKEN"],
  [circleci(), "CIRCLE_OIDC_TOKEN_V2"],
  [bitbucketPipelines(), "BITBUCKET_STEP_OIDC_TOKEN"],
  [terraformCloud(), "TFC_WORKLOAD_IDENTITY_TOKEN"],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("sources of CI platforms, fuzzed", () => {
    for (const { source, member, world } of endpoints) {
      QUnit.test(`${source.name} survives any reply`, async (assert) => {
        let taken = 0;
        const property = fc.asyncProperty(bodies(member), statuses, headers, async (body, status, more) => {
          const platform = fakePlatform({ env: world, respond: () => new Response(body, { status, headers: more }) });
          const why = await amiss(
            () => source.getToken({ audience: AUDIENCE }, contextFor(platform)),
            (token) => {
              taken++;
              return status === 200 && JSON.parse(body)[member].trim() === token;
            },
          );
          if (why) throw new Error(why);
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(taken > FUZZ_RUNS / 100 && taken < FUZZ_RUNS / 2, `${taken} tokens among them`);
      });
    }

    for (const [source, variable] of variables) {
      QUnit.test(`${source.name} survives anything in its variable`, async (assert) => {
        let taken = 0;
        const property = fc.asyncProperty(tokens, async (given) => {
          const platform = fakePlatform({ env: { GITLAB_CI: "true", [variable]: given } });
          const why = await amiss(
            () => source.getToken({ audience: AUDIENCE }, contextFor(platform)),
            (token) => {
              taken++;
              return given.trim() === token;
            },
          );
          if (why) throw new Error(why);
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(taken > FUZZ_RUNS / 100 && taken < FUZZ_RUNS, `${taken} tokens among them`);
      });
    }
  });
};

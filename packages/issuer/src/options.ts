/** The options of `createIssuer`, checked: every problem in one error. */
import { ConfigError } from "@tokenhop/core";
import { callable, checkOptions, flag, textThat } from "@tokenhop/core/kit";
import * as v from "valibot";
import { ISSUER_EXPECTED, isIssuerUrl } from "./issuer-url.ts";
import { entraProfile } from "./profiles/entra.ts";
import { CLOCK_SKEW_MS } from "./rotation.ts";
import type { IssuerOptions, KeyStore, VerifierConfig, VerifierProfile } from "./types.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Beyond it not even Google takes a token. */
const LONGEST_TOKEN_MS = DAY_MS;

const number = (expected: string, test: (value: number) => boolean) =>
  v.optional(v.custom<number>((value) => Number.isSafeInteger(value) && test(value as number), expected));
const durationMs = (least: number, most?: number) =>
  number(
    `expected whole milliseconds, ${most === undefined ? `at least ${least}` : `${least} to ${most}`}`,
    (value) => value >= least && value <= (most ?? value),
  );

// Control and format characters, halves of surrogate pairs, separators of lines.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Compared exactly by those who verify, so what nobody can see must not be in it. */
const exactText = textThat(
  "expected a text that is not empty, without white space at its ends and characters that nobody sees",
  (text) => text !== "" && text.trim() === text && !INVISIBLE.test(text),
);

/** A list that says something, and nothing twice. */
const exactList = v.pipe(
  v.array(exactText),
  v.check((list) => list.length > 0, "expected at least one"),
  v.check((list) => new Set(list).size === list.length, "expected no text twice"),
);

const storeSchema = v.custom<KeyStore>((value) => {
  const { name, keeps, read, write } = Object(value) as Partial<Record<keyof KeyStore, unknown>>;
  const isStore = typeof name === "string" && typeof read === "function" && typeof write === "function";
  return isStore && (keeps === "crypto-key" || keeps === "jwk");
}, "expected a key store: { name, keeps, read, write }");

const profileSchema = v.custom<VerifierProfile>((value) => {
  const { name, problems } = Object(value) as Partial<Record<keyof VerifierProfile, unknown>>;
  return typeof name === "string" && typeof problems === "function";
}, "expected a profile: { name, problems }");

const platformSchema = v.custom<NonNullable<IssuerOptions["platform"]>>(
  (value) => typeof Object(value).now === "function",
  "expected a platform: { now }",
);

function schemaFor(allowHttpLoopback: boolean) {
  return v.strictObject({
    issuer: textThat(ISSUER_EXPECTED, (text) => isIssuerUrl(text, allowHttpLoopback)),
    keyStore: storeSchema,
    subjects: exactList,
    audiences: exactList,
    profiles: v.optional(v.array(profileSchema)),
    algorithm: v.optional(v.custom((value) => value === "RS256" || value === "ES256", "expected RS256 or ES256")),
    tokenLifetimeMs: durationMs(1_000),
    maxTokenLifetimeMs: durationMs(1_000, LONGEST_TOKEN_MS),
    rotation: v.optional(v.strictObject({ everyMs: durationMs(1), publishAheadMs: durationMs(1) })),
    keysFrom: number("expected epoch milliseconds", (value) => value > 1e11),
    jwksMaxAgeMs: durationMs(0),
    allowHttpLoopback: flag,
    platform: v.optional(platformSchema),
    onWarning: v.optional(callable),
  });
}

/** The options with their defaults, as a verifier sees them. What is of a wrong type counts as if it were not there. */
function configOf(options: IssuerOptions): VerifierConfig {
  const { issuer, subjects, audiences, algorithm, rotation }: Partial<IssuerOptions> = Object(options);
  const ms = (value: unknown, otherwise: number): number => (Number.isFinite(value) ? (value as number) : otherwise);
  const texts = (value: unknown): string[] => [value].flat().filter((one) => typeof one === "string");
  return {
    issuer: typeof issuer === "string" ? issuer : "",
    subjects: texts(subjects),
    audiences: texts(audiences),
    algorithm: algorithm ?? "RS256",
    tokenLifetimeMs: ms(options?.tokenLifetimeMs, 600_000),
    maxTokenLifetimeMs: ms(options?.maxTokenLifetimeMs, HOUR_MS),
    jwksMaxAgeMs: ms(options?.jwksMaxAgeMs, 900_000),
    rotation: {
      everyMs: ms(rotation?.everyMs, 90 * DAY_MS),
      publishAheadMs: ms(rotation?.publishAheadMs, DAY_MS),
    },
  };
}

/** What is wrong with options that are fine one by one. */
function problemsBetween(config: VerifierConfig, keysFrom: unknown, now: number): string[] {
  const { tokenLifetimeMs, maxTokenLifetimeMs, jwksMaxAgeMs, rotation } = config;
  const { everyMs, publishAheadMs } = rotation;
  const problems: string[] = [];
  if (tokenLifetimeMs > maxTokenLifetimeMs) {
    problems.push(`tokenLifetimeMs: expected at most maxTokenLifetimeMs (${maxTokenLifetimeMs})`);
  }
  if (jwksMaxAgeMs > publishAheadMs) {
    problems.push(`jwksMaxAgeMs: expected at most rotation.publishAheadMs (${publishAheadMs})`);
  }
  const leastMs = publishAheadMs + maxTokenLifetimeMs + CLOCK_SKEW_MS;
  if (everyMs < leastMs) {
    problems.push(
      `rotation.everyMs: expected at least ${leastMs}: publishAheadMs, and maxTokenLifetimeMs and ${CLOCK_SKEW_MS} more, while the last key stays`,
    );
  }
  // The clock of a Worker stands at 0 while its modules load; rotation looks again. Some skew is no mistake.
  if (typeof keysFrom === "number" && now > 0 && keysFrom > now + CLOCK_SKEW_MS) {
    problems.push("keysFrom: expected an instant that has come");
  }
  return problems;
}

const fieldOf = (problem: string): string => /^\w*/.exec(problem)?.[0] ?? "";

/**
 * The options with their defaults.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every problem.
 */
export function checkIssuerOptions(options: IssuerOptions, now: number): VerifierConfig {
  const what = "createIssuer()";
  const problems: string[] = [];
  try {
    checkOptions(schemaFor(options?.allowHttpLoopback === true), options, what);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    problems.push(...(error.problems ?? []));
  }
  const wrong = new Set(problems.map(fieldOf));
  const config = configOf(options);
  const profiles = wrong.has("profiles") ? [] : (options?.profiles ?? [entraProfile()]);
  const more = [
    ...problemsBetween(config, options?.keysFrom, now),
    ...profiles.flatMap((profile) => profile.problems(config).map((problem) => `${problem} (${profile.name})`)),
  ];
  // Of an option that is wrong in itself there is nothing more to be said.
  problems.push(...more.filter((problem) => !wrong.has(fieldOf(problem))));
  if (problems.length > 0) throw new ConfigError(what, [...new Set(problems)]);
  return config;
}

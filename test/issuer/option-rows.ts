/** What an issuer must not be made of, one thing at a time. */
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { AUDIENCE, DAY, HOUR, MINUTE, SUBJECT } from "./support.ts";

export const URL_PROBLEM =
  "issuer: expected an https URL as new URL() writes it, without user, query, fragment and empty path segments (http: loopback only, with allowHttpLoopback)";
const TEXT = "expected a text that is not empty, without white space at its ends and characters that nobody sees";
export const DAY_MS = `${24 * 3_600_000}`;

/** Options on top of good ones, and every problem that must be named. */
export const mistakes: readonly { readonly options: object; readonly problems: readonly string[] }[] = [
  ...[
    undefined,
    "",
    "id.example",
    "http://id.example",
    "http://localhost:8000",
    "ftp://id.example",
    "https://id.example/?a=b",
    "https://id.example?",
    "https://id.example/#",
    "https://id.example/#top",
    "https://user@id.example",
    "https://user:pass@id.example",
    "https://:pass@id.example",
    "https://ID.example",
    "https://id.example:443",
    "https://id.example/a/../b",
    "https://id.example/a/%2e/b",
    "https://id.example//",
    "https://id.example//a",
    "https://id.example/a//",
    "https://id.example\\a",
    " https://id.example",
    "https://id.example ",
    "https://id.example\n",
    "https://i\td.example",
    "https://bücher.example",
    "https:id.example",
  ].map((issuer) => ({
    options: { issuer },
    problems: [issuer === undefined ? URL_PROBLEM.replace(": ", ": missing, ") : URL_PROBLEM],
  })),
  { options: { issuer: "http://id.example", allowHttpLoopback: true }, problems: [URL_PROBLEM] },
  { options: { issuer: "http://127.0.0.1.example", allowHttpLoopback: true }, problems: [URL_PROBLEM] },
  { options: { issuer: "http://localhost.example", allowHttpLoopback: true }, problems: [URL_PROBLEM] },
  { options: { subjects: undefined }, problems: ["subjects: missing, expected Array"] },
  { options: { subjects: [] }, problems: ["subjects: expected at least one"] },
  { options: { subjects: SUBJECT }, problems: ["subjects: expected Array"] },
  { options: { subjects: [SUBJECT, ""] }, problems: [`subjects.1: ${TEXT}`] },
  {
    options: { subjects: [` ${SUBJECT}`, `${SUBJECT}\n`, 7] },
    problems: [0, 1, 2].map((at) => `subjects.${at}: ${TEXT}`),
  },
  {
    options: { subjects: ["a\u200bb", "a\u202eb", "a\nb", "a\u2028b", "a\u0000b", "a\ud800b", "a\u00adb"] },
    problems: [0, 1, 2, 3, 4, 5, 6].map((at) => `subjects.${at}: ${TEXT}`),
  },
  { options: { subjects: [SUBJECT, SUBJECT] }, problems: ["subjects: expected no text twice"] },
  { options: { audiences: [] }, problems: ["audiences: expected at least one"] },
  { options: { audiences: [AUDIENCE, AUDIENCE] }, problems: ["audiences: expected no text twice"] },
  { options: { audiences: ["\u00a0a"] }, problems: [`audiences.0: ${TEXT}`] },
  { options: { algorithm: "PS256" }, problems: ["algorithm: expected RS256 or ES256"] },
  { options: { algorithm: "none" }, problems: ["algorithm: expected RS256 or ES256"] },
  { options: { tokenLifetimeMs: 999 }, problems: ["tokenLifetimeMs: expected whole milliseconds, at least 1000"] },
  { options: { tokenLifetimeMs: "600000" }, problems: ["tokenLifetimeMs: expected whole milliseconds, at least 1000"] },
  {
    options: { tokenLifetimeMs: Number.NaN },
    problems: ["tokenLifetimeMs: expected whole milliseconds, at least 1000"],
  },
  {
    options: { tokenLifetimeMs: HOUR + 1 },
    problems: ["tokenLifetimeMs: expected at most maxTokenLifetimeMs (3600000)"],
  },
  {
    options: { maxTokenLifetimeMs: DAY + 1 },
    problems: [`maxTokenLifetimeMs: expected whole milliseconds, 1000 to ${DAY_MS}`],
  },
  {
    options: { maxTokenLifetimeMs: 5 * MINUTE },
    problems: ["tokenLifetimeMs: expected at most maxTokenLifetimeMs (300000)"],
  },
  { options: { jwksMaxAgeMs: -1 }, problems: ["jwksMaxAgeMs: expected whole milliseconds, at least 0"] },
  {
    options: { jwksMaxAgeMs: DAY + 1 },
    problems: [`jwksMaxAgeMs: expected at most rotation.publishAheadMs (${DAY_MS})`],
  },
  { options: { rotation: 90 * DAY }, problems: ["rotation: expected Object"] },
  { options: { rotation: { every: DAY } }, problems: ["rotation.every: unknown option"] },
  { options: { rotation: { everyMs: 0 } }, problems: ["rotation.everyMs: expected whole milliseconds, at least 1"] },
  {
    options: { rotation: { everyMs: 2 * DAY, publishAheadMs: 2 * DAY } },
    problems: [
      "rotation.everyMs: expected at least 176700000: publishAheadMs, and maxTokenLifetimeMs and 300000 more, while the last key stays",
    ],
  },
  {
    options: { rotation: { everyMs: DAY + HOUR + 5 * MINUTE - 1 } },
    problems: [
      "rotation.everyMs: expected at least 90300000: publishAheadMs, and maxTokenLifetimeMs and 300000 more, while the last key stays",
    ],
  },
  { options: { keysFrom: "2026-01-01" }, problems: ["keysFrom: expected epoch milliseconds"] },
  { options: { keysFrom: Date.UTC(2026, 0, 1) / 1000 }, problems: ["keysFrom: expected epoch milliseconds"] },
  {
    options: { keysFrom: Date.UTC(2026, 0, 1) + 5 * MINUTE + 1 },
    problems: ["keysFrom: expected an instant that has come"],
  },
  { options: { keyStore: null }, problems: ["keyStore: expected a key store: { name, keeps, read, write }"] },
  { options: { keyStore: new Map() }, problems: ["keyStore: expected a key store: { name, keeps, read, write }"] },
  {
    options: { keyStore: { ...memoryKeyStore(), keeps: "pem" } },
    problems: ["keyStore: expected a key store: { name, keeps, read, write }"],
  },
  { options: { profiles: "entra" }, problems: ["profiles: expected Array"] },
  { options: { profiles: ["entra"] }, problems: ["profiles.0: expected a profile: { name, problems }"] },
  { options: { platform: {} }, problems: ["platform: expected a platform: { now }"] },
  { options: { onWarning: "console" }, problems: ["onWarning: expected a function"] },
  { options: { allowHttpLoopback: "yes" }, problems: ["allowHttpLoopback: expected true or false"] },
  { options: { jwksUri: "https://keys.example" }, problems: ["jwksUri: unknown option"] },
];

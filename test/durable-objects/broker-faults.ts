/** What can become of a call to the broker, and what an isolate makes of it. Written by hand. */
import type { FallbackReason } from "../../packages/durable-objects/src/broker/ask.ts";
import { cutOff, type Fault } from "./object-double.ts";

export interface FaultRow {
  readonly says: string;
  /** Of each call; the last one of all that follow. */
  readonly faults: readonly (Fault | undefined)[];
  /** Why the isolate exchanges on its own. Absent: it need not. */
  readonly reason?: FallbackReason;
  /** How often the broker is asked. */
  readonly calls: number;
  /** How long whoever has nothing waits. */
  readonly waitsMs: number;
}

const TIMEOUT_MS = 5_000;
const good = { version: 1, ok: true, id: "a-b_1", token: "abc", expiresInMs: 60_000, refreshInMs: 30_000 };
const refusal = { code: "ERR_EXCHANGE_REFUSED", recovery: "stop", message: "no" };

/** What an exchange at the broker can fail with that the identity provider has not said, and a code that nobody knows. */
const ITS_OWN = [
  "ERR_CONFIG_INVALID",
  "ERR_CONFIG_CHAIN",
  "ERR_SOURCE_UNAVAILABLE",
  "ERR_SOURCE_FAILED",
  "ERR_SOURCE_REPLY",
  "ERR_HTTP_NETWORK",
  "ERR_HTTP_REDIRECT",
  "ERR_HTTP_TOO_LARGE",
  "ERR_STEP_TIMEOUT",
  "ERR_CREDENTIAL_EXPIRED",
  "ERR_PROVIDER_CLOSED",
  "ERR_WATCH_UNSUPPORTED",
  "ERR_DOWNSTREAM_HOST",
  "ERR_DOWNSTREAM_PROVIDER",
  "ERR_ISSUER_REFUSED",
  "ERR_ISSUER_KEYS",
  "ERR_NOBODY_KNOWS",
  "ERR_EXCHANGE_OF_TOMORROW",
];
/** What no other process has a word in: who called this one. */
const OF_A_CLIENT = [
  "ERR_AUTH_MISSING",
  "ERR_AUTH_REQUEST",
  "ERR_AUTH_INVALID",
  "ERR_AUTH_FORBIDDEN",
  "ERR_AUTH_UNAVAILABLE",
  "ERR_AUTH_APP_ONLY",
];
const failed = (code: string): object => ({ version: 1, ok: false, error: { ...refusal, code } });

const answers = (reply: unknown): readonly Fault[] => [{ when: "after", reply }];

const thrown = (says: string, error: Error, reason: FallbackReason, calls: number): FaultRow[] =>
  (["before", "after"] as const).map((when) => ({
    says: `${says} ${when} the broker has dealt with it`,
    faults: [{ when, error }],
    reason,
    calls,
    waitsMs: 0,
  }));

const hanging = (["before", "after"] as const).map(
  (when): FaultRow => ({
    says: `it hangs ${when} the broker has dealt with it`,
    faults: [{ when, hangs: true }],
    reason: "timeout",
    calls: 1,
    waitsMs: TIMEOUT_MS,
  }),
);

const wrong = (reason: FallbackReason, replies: Readonly<Record<string, unknown>>): FaultRow[] =>
  Object.entries(replies).map(([says, reply]) => ({
    says: `the answer is ${says}`,
    faults: answers(reply),
    reason,
    calls: 1,
    waitsMs: 0,
  }));

export const faultRows: readonly FaultRow[] = [
  ...thrown("the call fails", cutOff(), "unreachable", 1),
  ...thrown("the call fails and may be repeated, again and again,", cutOff({ retryable: true }), "unreachable", 2),
  ...thrown("the object is overloaded", cutOff({ overloaded: true }), "overloaded", 1),
  ...thrown("the object is overloaded, and retryable,", cutOff({ overloaded: true, retryable: true }), "overloaded", 1),
  {
    says: "the call fails once and may be repeated",
    faults: [{ when: "before", error: cutOff({ retryable: true }) }, undefined],
    calls: 2,
    waitsMs: 0,
  },
  {
    says: "the call fails and may be repeated, and the next one hangs",
    faults: [
      { when: "after", error: cutOff({ retryable: true }) },
      { when: "before", hangs: true },
    ],
    reason: "timeout",
    calls: 2,
    waitsMs: TIMEOUT_MS,
  },
  ...hanging,
  ...wrong("version", {
    "of version 0": { ...good, version: 0 },
    "of version 2": { ...good, version: 2 },
    'of version "1"': { ...good, version: "1" },
    "of no version": { ...good, version: undefined },
    "to keep what is held, in version 2": { version: 2, ok: true, keep: true, refreshInMs: 60_000 },
    "a refusal of version 2": { version: 2, ok: false, error: refusal },
    "an empty object": {},
    "a list": [good],
  }),
  ...wrong("unreadable", {
    nothing: undefined,
    null: null,
    "a text": "token",
    "a number": 1,
    "of a version alone": { version: 1 },
    "neither yes nor no": { ...good, ok: 1 },
    "without a token": { ...good, token: undefined },
    "with an empty token": { ...good, token: "" },
    "with a token of two lines": { ...good, token: "abc\r\nx: y" },
    "with a token with a space": { ...good, token: "abc def" },
    "with a token beyond ASCII": { ...good, token: "abcé" },
    "with a token that is too long": { ...good, token: "a".repeat(65_537) },
    "with a token that is an object": { ...good, token: {} },
    "without an id": { ...good, id: undefined },
    "with an id that is none": { ...good, id: "a b" },
    "with an id that is too long": { ...good, id: "a".repeat(101) },
    "expired by now": { ...good, expiresInMs: 0 },
    "expired long ago": { ...good, expiresInMs: -1 },
    "without an end": { ...good, expiresInMs: undefined },
    "valid for ever": { ...good, expiresInMs: Number.POSITIVE_INFINITY },
    "valid for a century": { ...good, expiresInMs: 100 * 365 * 86_400_000 },
    "valid for no number": { ...good, expiresInMs: Number.NaN },
    "valid for a text": { ...good, expiresInMs: "60000" },
    "due never": { ...good, refreshInMs: undefined },
    "due at once": { ...good, refreshInMs: 0 },
    "due in the past": { ...good, refreshInMs: -5 },
    "due at no number": { ...good, refreshInMs: Number.NaN },
    "to keep what is held, some day": { version: 1, ok: true, keep: true },
    "a refusal without a reason": { version: 1, ok: false },
    "a refusal with a text": { version: 1, ok: false, error: "no" },
    "a refusal with a code that is none": { version: 1, ok: false, error: { ...refusal, code: "NO" } },
    "a refusal with a recovery that is none": { version: 1, ok: false, error: { ...refusal, recovery: "hope" } },
  }),
  ...wrong("refused", { "ERR_BROKER_REFUSED, its own affair": failed("ERR_BROKER_REFUSED") }),
  ...wrong("failed", Object.fromEntries(ITS_OWN.map((code) => [`${code}, its own affair`, failed(code)]))),
  ...wrong("unreadable", Object.fromEntries(OF_A_CLIENT.map((code) => [code, failed(code)]))),
  {
    says: "the exchange goes on, again and again, as is said at once",
    faults: answers(failed("ERR_CALL_TIMEOUT")),
    reason: "timeout",
    calls: 2,
    waitsMs: 0,
  },
];

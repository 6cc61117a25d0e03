/** What isolates and the broker say to each other: plain data, as RPC carries it. Both sides check what they get. */
import { ConfigError, isTokenError, TokenError } from "@tokenhop/core";
import { checkOptions, exactly, type PlainError, plainErrorSchema, textThat } from "@tokenhop/core/kit";
import * as v from "valibot";

/** Of this protocol. Who speaks another one is not understood: an isolate then exchanges on its own. */
export const VERSION = 1;
/** Not a failure: the exchange goes on, and whoever asks again gets what it comes to. */
export const STILL_WAITING = "ERR_CALL_TIMEOUT";

/** What an isolate asks. */
export interface BrokerQuestion {
  readonly version: typeof VERSION;
  /** The name of a provider of the broker's. Never a configuration. */
  readonly provider: string;
  /** A digest of what the isolate has under that name. Another one than the broker's is refused. Default: whatever it has. */
  readonly configuration?: string | undefined;
  /** A claims challenge to satisfy (JSON text). */
  readonly claims?: string | undefined;
  /** The `id` of a credential that a downstream answered with 401. */
  readonly rejected?: string | undefined;
  /** A credential that the isolate has from the broker and can still use: nobody waits for this answer. */
  readonly holds?: { readonly id: string; readonly expiresInMs: number } | undefined;
  /** How long the isolate waits for an exchange that is under way before it asks again. Default 4,000. */
  readonly waitMs?: number | undefined;
}

/** A credential. Its times are relative: the clocks of two machines differ. */
export interface Given {
  readonly ok: true;
  /** What to call the credential by; nothing can be told from it. */
  readonly id: string;
  readonly token: string;
  readonly expiresInMs: number;
  /** When to ask again. */
  readonly refreshInMs: number;
}

/** What the isolate holds will do. */
export interface Kept {
  readonly ok: true;
  readonly keep: true;
  readonly refreshInMs: number;
}

/** There is no credential, and why. */
export interface Refused {
  readonly ok: false;
  readonly error: PlainError;
}

/** What the broker answers. */
export type BrokerReply = { readonly version: typeof VERSION } & (Given | Kept | Refused);

/** What a Worker that has the broker's namespace can ask it. */
export interface BrokerStub {
  credential(question: BrokerQuestion): Promise<unknown>;
}

const MAX_TOKEN = 65_536;
const MAX_CLAIMS = 8_192;
const MAX_NAME = 256;
const MAX_WAIT_MS = 60_000;
/** Ten years: what is longer is no time. */
const MAX_LIFETIME_MS = 10 * 365 * 24 * 3_600_000;

const textUpTo = (max: number): v.GenericSchema<string> =>
  textThat(`expected a text of at most ${max} characters`, (text) => text !== "" && text.length <= max);

const durationUpTo = (max: number): v.GenericSchema<number> =>
  v.custom<number>(
    (value) => Number.isFinite(value) && (value as number) > 0 && (value as number) <= max,
    "expected ms",
  );

const id = textThat("expected an id", (text) => /^[\w-]{1,100}$/.test(text));
const duration = durationUpTo(MAX_LIFETIME_MS);
const version = exactly(VERSION);

const questionSchema = v.strictObject({
  version,
  provider: textUpTo(MAX_NAME),
  configuration: v.optional(id),
  claims: v.optional(textUpTo(MAX_CLAIMS)),
  rejected: v.optional(id),
  holds: v.optional(v.strictObject({ id, expiresInMs: duration })),
  waitMs: v.optional(durationUpTo(MAX_WAIT_MS)),
});

const success = { version, ok: exactly(true), refreshInMs: duration };
const givenSchema = v.object({
  ...success,
  id,
  // What may stand in a header.
  token: textThat("expected a token", (text) => /^[!-~]+$/.test(text) && text.length <= MAX_TOKEN),
  expiresInMs: duration,
});
const keptSchema = v.object({ ...success, keep: exactly(true) });
const failureSchema = v.object({ version, ok: exactly(false), error: plainErrorSchema });

function replySchemaFor(reply: unknown): v.GenericSchema {
  const { ok, keep } = Object(reply) as { readonly ok?: unknown; readonly keep?: unknown };
  if (ok !== true) return failureSchema;
  return keep === undefined ? givenSchema : keptSchema;
}

/** Why the broker does not deal with a question. */
export const refused = (why: string): TokenError =>
  new TokenError(`Cannot give a credential: ${why}`, { code: "ERR_BROKER_REFUSED" });

const ownOf = (value: unknown): unknown => (Object(value) === value ? { ...(value as object) } : value);

/**
 * The question, checked: nothing that is inherited counts.
 *
 * @throws {TokenError} `ERR_BROKER_REFUSED` naming what is wrong, and no value.
 */
export function readQuestion(given: unknown): BrokerQuestion {
  const own = ownOf(given) as { readonly version?: unknown; readonly holds?: unknown };
  try {
    const question = Object(own) === own && "holds" in own ? { ...own, holds: ownOf(own.holds) } : own;
    return checkOptions(questionSchema, question, "the question") as BrokerQuestion;
  } catch (error) {
    const problems = isTokenError(error) && error instanceof ConfigError ? error.problems : undefined;
    throw refused(problems?.join("; ") ?? "the question makes no sense");
  }
}

/** The reply, or why it cannot be used: it is of another version, or makes no sense. */
export function readReply(given: unknown): BrokerReply | "version" | "unreadable" {
  const result = v.safeParse(replySchemaFor(given), given);
  if (result.success) return result.output as BrokerReply;
  const { version: theirs } =
    typeof given === "object" && given ? (given as { version?: unknown }) : { version: VERSION };
  return theirs === VERSION ? "unreadable" : "version";
}

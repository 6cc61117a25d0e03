/** What an explanation is made of. */
import type { Recovery } from "../errors.ts";

/** Why something failed and what to do about it, each in a sentence or two. */
export interface Reason {
  readonly cause: string;
  readonly fix: string;
}

/** The reason behind a numeric code of a server, and what this library does when it meets it. */
export interface CodeReason extends Reason {
  readonly recovery: Recovery;
}

/** Reasons by numeric code. */
export type CodeReasons = Readonly<Record<number, CodeReason>>;

/** The one retry policy: what an attempt's error leads to, as a pure function. */
import type { TokenError } from "../errors.ts";
import { backoffMs } from "./schedule.ts";

/** What one exchange may still spend, over all its hops. Each exchange has its own, and counts it down. */
export interface Budget {
  retries: number;
  /** Asked and not told, because the next hop may be a provider with a clock of its own. */
  leftMs(): number;
}

/** What is known when an attempt has failed. */
export interface Attempt {
  readonly error: TokenError;
  /** Failed attempts of this hop, this one included. */
  readonly failures: number;
  readonly budget: Readonly<Budget>;
  /** A refresh behind others' answers tries once: the held value still serves, and the next call tries again. */
  readonly background: boolean;
  /** Whether a new identity token can still be obtained for this exchange. */
  readonly renewable: boolean;
  /** Whether a refusal may be replication lag: it worked before, or the grace period runs. */
  readonly propagates: boolean;
  readonly random: number;
}

/** In how many ms to try again; undefined: not at all. With `subject`, a new identity token is obtained first. */
export function retryInMs(attempt: Attempt): number | undefined {
  const { budget, failures, random } = attempt;
  const { recovery, retryAfterMs } = attempt.error;
  if (recovery === "subject") return attempt.renewable ? 0 : undefined;
  if (recovery === "stop" || attempt.background || budget.retries <= 0) return undefined;
  if (recovery === "propagation" && !attempt.propagates) return undefined;
  const delayMs = retryAfterMs || backoffMs(failures, random, 1_000, 16_000);
  return delayMs < budget.leftMs() ? delayMs : undefined;
}

/** Session tokens of the instance metadata service, version 2. */
import { randomId } from "../../text.ts";

/** The tokens that were given out. */
export interface ImdsTokens {
  /** A new one, good for so many seconds. */
  issue(seconds: number): string;
  isGood(token: string): boolean;
}

/** Keeps at most `max`; the oldest go first. */
export function createImdsTokens(now: () => number, max = 1000): ImdsTokens {
  const expiries = new Map<string, number>();
  return {
    issue(seconds) {
      const [oldest] = expiries.keys();
      if (expiries.size >= max && oldest !== undefined) expiries.delete(oldest);
      const token = `AQAEA${randomId()}${randomId()}==`;
      expiries.set(token, now() + seconds * 1000);
      return token;
    },
    isGood: (token) => (expiries.get(token) ?? 0) > now(),
  };
}

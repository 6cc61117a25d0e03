/** Callers that come every second, whether or not those before them have their answers. */
import { type BearerToken, isTokenError } from "@tokenhop/core";
import { record } from "../leak.ts";
import type { World } from "./world.ts";

export interface Caller {
  readonly calledAtS: number;
  readonly waitedMs: number;
  /** `held`, `new`, or the code of a failure. */
  readonly gets: string;
}

export interface Callers {
  /** In the order in which they came, once all have their answers. */
  readonly all: readonly Caller[];
  /** Lets one call every second up to an instant, and time pass up to it. */
  until(seconds: number): Promise<void>;
}

function codeOf(error: unknown): string {
  record("error", error);
  return isTokenError(error) ? error.code : String(error);
}

/** The first of them comes at `fromS`. */
export function callEverySecond(
  { provider, clock, passTo }: World,
  held: BearerToken | undefined,
  fromS = 2_770,
): Callers {
  const all = new Map<number, Caller>();
  let nextS = fromS;
  const call = (calledAtS: number): void => {
    const note = (gets: string): void => {
      all.set(calledAtS, { calledAtS, waitedMs: clock.monotonic() - calledAtS * 1000, gets });
    };
    provider.get().then(
      (credential) => note(credential === held ? "held" : "new"),
      (error: unknown) => note(codeOf(error)),
    );
  };
  return {
    get all() {
      return [...all.values()].sort((a, b) => a.calledAtS - b.calledAtS);
    },
    async until(seconds) {
      for (; nextS < seconds; nextS++) {
        await passTo(nextS * 1000);
        call(nextS);
      }
      await passTo(seconds * 1000);
    },
  };
}

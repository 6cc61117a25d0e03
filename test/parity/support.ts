/** What the tests against tokenex's listed bugs share: a reader of `watch` that writes down what it sees. */
import type { Credential, CredentialProvider, WatchEvent } from "@tokenhop/core";
import type { ManualClock } from "@tokenhop/core/testing";
import { record } from "../leak.ts";

/** An event and when it came, in ms from when the reader began. */
export interface Seen<Out extends Credential> {
  readonly at: number;
  readonly event: WatchEvent<Out>;
}

export interface Reader<Out extends Credential> {
  readonly seen: readonly Seen<Out>[];
  /** The credentials of its updates, in their order. */
  readonly given: readonly Out[];
  /** The types of its events, in their order. */
  readonly types: readonly string[];
  /** Stops reading. */
  end(): Promise<void>;
}

/** Reads a watch until it is told to stop. */
export function reader<Out extends Credential, P extends object>(
  provider: CredentialProvider<Out, P>,
  clock: ManualClock,
): Reader<Out> {
  const controller = new AbortController();
  const start = clock.now();
  const seen: Seen<Out>[] = [];
  const ended = (async () => {
    for await (const event of provider.watch({ signal: controller.signal })) {
      record("watch", event);
      seen.push({ at: clock.now() - start, event });
    }
  })();
  return {
    seen,
    get given() {
      return seen.flatMap(({ event }) => (event.type === "update" ? [event.credential] : []));
    },
    get types() {
      return seen.map(({ event }) => event.type);
    },
    end() {
      controller.abort();
      return ended;
    },
  };
}

/** Numbers in [0, 1) that look like chance and are the same in every run. */
export function chances(): () => number {
  let last = 1;
  return () => {
    last = (last * 16_807) % 2_147_483_647;
    return last / 2_147_483_647;
  };
}

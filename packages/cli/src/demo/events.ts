/** What the demo tells, one JSON object a line. Stable: scripts read it. */

/** One thing that happened. `at` is epoch ms, as is `expiresAt`. */
export type DemoEvent =
  | { readonly event: "credential" | "refresh"; readonly provider: string; readonly expiresAt: number }
  | {
      readonly event: "resource.new" | "resource.removed";
      readonly name: string;
      readonly type: string;
      readonly id: string;
    }
  | { readonly event: "forbidden"; readonly status: number; readonly code: string }
  | { readonly event: "graph"; readonly status: number }
  | { readonly event: "refused"; readonly code: string; readonly aadsts: number }
  | { readonly event: "failed"; readonly step: string; readonly reason: string }
  | { readonly event: "done" };

/** What the app's process says besides: where it listens. The demo keeps this to itself. */
export interface Listening {
  readonly event: "listening";
  readonly url: string;
}

/** A line of the app's output as an event; undefined for anything else that it prints. */
export function parseLine(line: string): DemoEvent | Listening | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return JSON.parse(line) as DemoEvent | Listening;
  } catch {
    return undefined;
  }
}

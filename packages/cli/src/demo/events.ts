/** What the demo tells, one JSON object a line. Stable: scripts read it. */

/** One thing that happened. `expiresAt` is epoch ms. */
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
  /** With `--azure`: a step that cannot be played here. */
  | { readonly event: "skipped"; readonly step: string; readonly reason: string }
  /** With `--azure`: how an answer of Azure's differs from the emulator's to the same request. */
  | { readonly event: "difference"; readonly request: string; readonly what: string }
  /** With `--azure`: how many answers were compared with the emulator's. */
  | { readonly event: "compared"; readonly answers: number; readonly differences: number }
  | { readonly event: "failed"; readonly step: string; readonly reason: string }
  | { readonly event: "done" };

/** What the app's process says to the demo alone: where it listens, and why it got no credential. */
export type Aside =
  | { readonly event: "listening"; readonly url: string }
  | { readonly event: "trouble"; readonly reason: string };

/** The header by which an answer that is not the app's own says whose it is. */
export const ANSWERED_BY = "x-answered-by";

/** A line of the app's output that means something. */
export type AppLine = DemoEvent | Aside;

/** Is told what happens, in the order in which it does. */
export type Tell = (line: AppLine) => void;

/** Tells by the app's standard output; in workerd too, that is where `console.log` writes. */
export function printLine(line: AppLine): void {
  console.log(JSON.stringify(line));
}

/** Says where the app listens. */
export function printPort(port: number | undefined): void {
  printLine({ event: "listening", url: `http://127.0.0.1:${port}` });
}

/** A line of the app's output as what it tells; undefined for anything else that it prints. */
export function parseLine(line: string): AppLine | undefined {
  if (!line.startsWith('{"event":')) return undefined;
  try {
    return JSON.parse(line) as AppLine;
  } catch {
    return undefined;
  }
}

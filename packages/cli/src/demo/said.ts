/** What the app's process prints besides its events: the last of it, for whoever wonders why something failed. */
import { plain, printable } from "./text.ts";

/** The last lines of a process. */
export interface Said {
  keep(line: string): void;
  /** What it complained of, if it did since this was asked: one line, without anything that may be a token. */
  takeComplaint(): string | undefined;
  /** The last lines as they are, but for what a terminal obeys. */
  last(): readonly string[];
}

/** Whoever watches all day must not fill the memory with it. */
const MOST_LINES = 20;
const LONGEST_LINE = 1_000;
const MOST_COMPLAINTS = 3;

/** Stacks are indented, and Bun shows the source beside its line numbers. */
const isOfStack = (line: string): boolean => /^(?:\s|\d+ \||[{}]|$)/.test(line);

/** Makes an empty one. */
export function createSaid(): Said {
  let lines: readonly string[] = [];
  let fresh: readonly string[] = [];
  return {
    keep(line) {
      const short = line.slice(0, LONGEST_LINE);
      lines = [...lines, short].slice(-MOST_LINES);
      if (!isOfStack(short)) fresh = [...fresh, short].slice(-MOST_COMPLAINTS);
    },
    takeComplaint() {
      const complaint = fresh.map(plain).join(" / ");
      fresh = [];
      return complaint === "" ? undefined : `the app printed: ${complaint}`;
    },
    last: () => lines.map(printable),
  };
}

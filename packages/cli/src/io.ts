/** What a command may touch of the world around it. Tests give their own. */
export interface Io {
  /** A line for the result. */
  out(line: string): void;
  /** A line for a person who waits. */
  err(line: string): void;
  /** Variables, which the processes that a command starts inherit. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user wants it to end. */
  readonly signal: AbortSignal;
}

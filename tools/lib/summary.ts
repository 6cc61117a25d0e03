/** The closing line that every part of the tests ends with, and that its caller reads. */

/** What a part counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const closing = /^(\d+) passed, (\d+) failed$/;

/** Prints the closing line and sets the exit code by it. Nothing passed is a failure too: it means that nothing ran. */
export function close({ passed, failed }: Counts): void {
  const bad = failed > 0 ? failed : passed === 0 ? 1 : 0;
  console.log(`${passed} passed, ${bad} failed`);
  process.exitCode = bad === 0 ? 0 : 1;
}

/** What an output ends with. */
export const lastLine = (output: string): string => output.trimEnd().split("\n").at(-1) ?? "";

/** Reads the counts of a child. One that broke, or whose exit code and last line disagree, counts as failed. */
export function countsOf(code: number, stdout: string): Counts {
  const match = closing.exec(lastLine(stdout));
  const passed = Number(match?.[1] ?? 0);
  const failed = Number(match?.[2] ?? 1);
  return code !== 0 && failed === 0 ? { passed, failed: 1 } : { passed, failed };
}

/** Adds counts up. */
export function total(counts: readonly Counts[]): Counts {
  return {
    passed: counts.reduce((sum, { passed }) => sum + passed, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** A duration as people read it. */
export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

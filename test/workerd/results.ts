/** What a play came to, as lines that `tools/suite.ts` shows. */
import { rowPrefix } from "../run.ts";

/** Prints one line of the table. */
export function printRow(date: string, says: string, results: Readonly<Record<string, string | number>>): void {
  const cells = Object.entries(results).map(([name, value]) => `${name} ${value}`);
  console.log(`${rowPrefix}workerd ${date.padEnd(11)} ${says.padEnd(58)} ${cells.join(", ")}`);
}

/** Plays when it is first asked for, and once. */
export function once<T>(play: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= play();
    return result;
  };
}

/** The process behind `tokenhop`. */
import { run } from "./index.ts";

const stopping = new AbortController();
// Again and again pressed, Ctrl+C must not end this process before it has ended the ones it started.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopping.abort());

// Whoever read the output has gone: there is nobody left to run for.
process.stdout.on("error", () => stopping.abort());

process.exitCode = await run(process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  err: (line) => process.stderr.write(`${line}\n`),
  env: process.env,
  signal: stopping.signal,
});

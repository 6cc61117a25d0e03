/** Children with a deadline. */
import { type ChildProcess, spawn } from "node:child_process";

/** How to run a child. */
export interface RunOptions {
  readonly timeoutMs: number;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Also shows the output while it comes. */
  readonly echo?: boolean | undefined;
}

/** How a child ended. `output` is stdout and stderr as they came. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly output: string;
  readonly timedOut: boolean;
}

const running = new Set<ChildProcess>();

/** Ended from above, by a deadline or Ctrl+C, a tool leaves no child of its own behind. */
for (const [signal, code] of [
  ["SIGTERM", 143],
  ["SIGINT", 130],
] as const) {
  process.on(signal, () => {
    for (const child of running) child.kill(signal === "SIGINT" ? "SIGINT" : "SIGTERM");
    setTimeout(() => {
      for (const child of running) child.kill("SIGKILL");
      process.exit(code);
    }, 1000);
  });
}

function limit(child: ChildProcess, timeoutMs: number, onTimeout: () => void): () => void {
  const timer = setTimeout(() => {
    onTimeout();
    child.kill("SIGTERM");
    // A workerd that drains requests ignores the first signal.
    setTimeout(() => child.kill("SIGKILL"), 2000).unref();
  }, timeoutMs);
  return () => clearTimeout(timer);
}

/** Runs a command to its end. Never rejects: what cannot be started has code 127. */
export function runProcess(command: string, args: readonly string[], options: RunOptions): Promise<RunResult> {
  const { timeoutMs, cwd, env, echo = false } = options;
  return new Promise((resolve) => {
    let stdout = "";
    let output = "";
    let timedOut = false;
    const here = cwd === undefined ? {} : { PWD: cwd };
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...here, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    running.add(child);
    const stop = limit(child, timeoutMs, () => {
      timedOut = true;
    });
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
      if (echo) process.stdout.write(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (echo) process.stderr.write(text);
    });
    const end = (code: number): void => {
      stop();
      running.delete(child);
      if (timedOut) output += `\nended after ${timeoutMs} ms\n`;
      resolve({ code, stdout, output, timedOut });
    };
    child.on("error", (error) => {
      output += String(error);
      end(127);
    });
    child.on("close", (code) => end(timedOut ? 124 : (code ?? 1)));
  });
}

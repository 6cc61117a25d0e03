/** A server of somebody's program, for as long as a check needs it. */
import { spawn } from "node:child_process";

const START_TIMEOUT_MS = 30_000;

/** Starts a program that prints its URL, asks it, and ends it. */
export async function askServer(
  cwd: string,
  command: string,
  args: readonly string[],
  path: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
  try {
    const url = await new Promise<string>((resolve, reject) => {
      let output = "";
      const fail = (): void => reject(new Error(`no server listens\n${output}`));
      const read = (text: string): void => {
        output += text;
        const found = /http:\/\/[\w.[\]:]+:\d+/.exec(output)?.[0];
        if (found !== undefined) resolve(found);
      };
      child.stdout.setEncoding("utf8").on("data", read);
      child.stderr.setEncoding("utf8").on("data", read);
      child.once("error", fail);
      child.once("close", fail);
      setTimeout(fail, START_TIMEOUT_MS).unref();
    });
    const response = await fetch(url + path);
    return { status: response.status, text: await response.text() };
  } finally {
    child.kill("SIGKILL");
  }
}

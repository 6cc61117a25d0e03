// @ts-check
/** Installs if needed, then runs a script of the workspace on the pinned Node, against the sources. */
import { spawn } from "node:child_process";
import { constants } from "node:os";
import { binary, root } from "./binaries.mjs";
import { ensureInstalled } from "./install.mjs";

const parentCheckMs = 500;

/**
 * A terminal sends Ctrl+C to the child too; a signal sent to this process alone has to be passed on.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function forwardSignals(child) {
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  for (const signal of /** @type {const} */ (["SIGTERM", "SIGHUP"])) process.on(signal, () => child.kill(signal));
}

/**
 * npm started a shell, the shell this process: a signal that ends npm alone reaches neither. What it leaves behind is seen
 * by the parent that is another one then.
 *
 * @param {import("node:child_process").ChildProcess} child
 */
function endWithoutParent(child) {
  const parent = process.ppid;
  setInterval(() => process.ppid === parent || child.kill("SIGTERM"), parentCheckMs).unref();
}

/**
 * Ends this process as the script ended.
 *
 * @param {string} script path from the workspace's folder
 * @param {readonly string[]} args
 * @param {string} [lastWords] printed when there is nothing to run the script with
 */
export async function launch(script, args, lastWords) {
  try {
    await ensureInstalled();
  } catch (error) {
    process.stderr.write(`Cannot install: ${error instanceof Error ? error.message : error}\n`);
    if (lastWords !== undefined) console.log(lastWords);
    process.exit(1);
  }
  // The Node that the user has, for the parts that prove the packages on it.
  const env = { ...process.env, TOKENHOP_HOST_NODE: process.env.npm_node_execpath ?? process.execPath };
  const options = /** @type {const} */ ({ cwd: root, stdio: "inherit" });
  const child = spawn(binary("node"), ["--conditions=tokenhop-source", script, ...args], { ...options, env });
  forwardSignals(child);
  endWithoutParent(child);
  child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]));
}

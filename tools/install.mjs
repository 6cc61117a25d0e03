// @ts-check
/**
 * Installs the workspace when it is not installed, so that `npm start` and `npm test` work on a fresh clone. Runs on a
 * newcomer's Node 20 with nothing installed: no dependencies, no TypeScript. All output goes to stderr.
 */
import { execFile, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { binary, pinned, root } from "./binaries.mjs";

/** @typedef {readonly (typeof pinned[number])[]} Binaries */

const installTimeoutMs = 15 * 60_000;
const lockWithoutPidMs = 10_000;

/** What a newcomer's own npm configuration must not change. */
const npmArguments = [
  "ci",
  "--strict-allow-scripts", // npm 11: only the scripts of "allowScripts"; older npm ignores it and runs them all
  "--ignore-scripts=false", // the binaries come from install scripts
  "--include=dev",
  "--include=optional",
  "--bin-links=true",
  "--dry-run=false",
  "--global=false",
  "--loglevel=warn", // `npm start --silent` must not silence the reason of a failure
  "--no-audit",
  "--no-fund",
];

/** @param {string} path */
const readJson = (path) => JSON.parse(readFileSync(path, "utf8"));

/**
 * What the installation is made from: the lock file, and the dependencies that the manifests ask for.
 *
 * @param {string} folder
 */
export function stampOf(folder) {
  const lock = readFileSync(join(folder, "package-lock.json"));
  const { workspaces = [] } = readJson(join(folder, "package.json"));
  const asked = ["", ...workspaces].map((workspace) => {
    const manifest = readJson(join(folder, workspace, "package.json"));
    return [
      workspace,
      manifest.dependencies,
      manifest.devDependencies,
      manifest.peerDependencies,
      manifest.allowScripts,
    ];
  });
  return createHash("sha256").update(lock).update(JSON.stringify(asked)).digest("hex");
}

/**
 * The packages of a lock file that every machine needs, with their versions; links of the workspace have none.
 *
 * @param {string} path
 * @returns {Map<string, string | undefined>}
 */
function needed(path) {
  /** @type {Record<string, { version?: string, optional?: boolean, link?: boolean }>} */
  const packages = readJson(path).packages;
  const entries = Object.entries(packages).filter(
    ([name, { optional }]) => name.includes("node_modules/") && !optional,
  );
  return new Map(entries.map(([name, { version, link }]) => [name, link ? undefined : version]));
}

/** @param {string} folder */
function packagesAreThere(folder) {
  const wanted = needed(join(folder, "package-lock.json"));
  return [...wanted].every(([name, version]) => {
    const manifest = join(folder, name, "package.json");
    return existsSync(manifest) && (version === undefined || readJson(manifest).version === version);
  });
}

/**
 * npm writes its own copy of the lock file last, so one that agrees shows an install that someone ran to its end by hand.
 *
 * @param {string} folder
 */
function npmFinished(folder) {
  const copy = join(folder, "node_modules", ".package-lock.json");
  if (!existsSync(copy)) return false;
  const installed = needed(copy);
  return [...needed(join(folder, "package-lock.json"))].every(
    ([name, version]) => installed.has(name) && installed.get(name) === version,
  );
}

/** @param {string} folder @param {Binaries} binaries */
async function binariesRun(folder, binaries) {
  const run = promisify(execFile);
  const versions = binaries.map(async (name) => run(binary(name, folder), ["--version"], { timeout: 30_000 }));
  const results = await Promise.allSettled(versions);
  return results.every((result) => result.status === "fulfilled" && result.value.stdout.trim() !== "");
}

/** @param {string} folder */
const stampFile = (folder) => join(folder, "node_modules", ".tokenhop-stamp");

/** @param {string} folder @param {Binaries} binaries */
async function isInstalled(folder, binaries) {
  const stamp = stampFile(folder);
  const stamped = existsSync(stamp) && readFileSync(stamp, "utf8") === stampOf(folder);
  return (stamped || npmFinished(folder)) && packagesAreThere(folder) && (await binariesRun(folder, binaries));
}

/**
 * npm itself: the one that started this script, or else the one in PATH.
 *
 * @returns {[string, string[]]}
 */
export function npm() {
  const { npm_execpath: script, npm_node_execpath: node = process.execPath } = process.env;
  return script?.endsWith("npm-cli.js") ? [node, [script]] : ["npm", []];
}

/** @param {string} folder @returns {Promise<void>} */
function npmCi(folder) {
  const [command, first] = npm();
  process.stderr.write(
    `Installing what ${relative(root, folder) || "the workspace"} needs (npm ci), about a minute...\n`,
  );
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...first, ...npmArguments], {
      cwd: folder,
      stdio: ["ignore", process.stderr, process.stderr],
      timeout: installTimeoutMs,
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code === 0) resolve();
      else reject(new Error(`npm ci ended with ${signal ?? `exit code ${code}`}`));
    });
  });
}

/**
 * Whether the process that made the lock is gone. A process id may be in use again, so a lock has a largest age too.
 *
 * @param {string} lock
 */
function isStale(lock) {
  try {
    const age = Date.now() - statSync(lock).mtimeMs;
    const pid = existsSync(join(lock, "pid")) ? Number(readFileSync(join(lock, "pid"), "utf8")) : 0;
    if (age > installTimeoutMs || (pid === 0 && age > lockWithoutPidMs)) return true;
    if (pid > 0) process.kill(pid, 0);
    return false;
  } catch (error) {
    return /** @type {NodeJS.ErrnoException} */ (error).code === "ESRCH";
  }
}

/** @param {string} lock */
function tryLock(lock) {
  try {
    mkdirSync(lock);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
  writeFileSync(join(lock, "pid"), String(process.pid));
  return true;
}

/**
 * Two commands started at once must not run `npm ci` into the same folder.
 *
 * @param {string} folder
 * @param {() => Promise<void>} work
 */
async function withLock(folder, work) {
  const lock = join(folder, ".out", "install.lock");
  mkdirSync(join(folder, ".out"), { recursive: true });
  while (!tryLock(lock)) {
    if (isStale(lock)) rmSync(lock, { recursive: true, force: true });
    else await sleep(500);
  }
  try {
    await work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

/**
 * Installs what is missing. The stamp is written last, so whatever breaks on the way is repaired by the next call.
 *
 * @param {string} [folder]
 * @param {Binaries} [binaries] those that must start
 */
export async function ensureInstalled(folder = root, binaries = pinned) {
  if (await isInstalled(folder, binaries)) return;
  await withLock(folder, async () => {
    if (await isInstalled(folder, binaries)) return;
    await npmCi(folder);
    if (!(packagesAreThere(folder) && (await binariesRun(folder, binaries))))
      throw new Error("npm ci left something uninstalled");
    writeFileSync(stampFile(folder), stampOf(folder));
  });
}

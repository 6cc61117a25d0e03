// @ts-check
/** Where the pinned binaries are. They are started by path: whatever `node` or `bun` a machine has in its PATH is not theirs. */
import { realpathSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The workspace's folder. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Every tool that must start before anything else may. */
export const pinned = /** @type {const} */ (["node", "bun", "deno", "workerd", "esbuild", "biome", "tsc"]);

/**
 * The real path of a pinned binary; throws when it is not installed.
 *
 * @param {typeof pinned[number]} name
 * @param {string} [folder]
 */
export function binary(name, folder = root) {
  return realpathSync(join(folder, "node_modules", ".bin", name));
}

/** The names of the tests that ran, kept from one part of `npm test` to the next. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { root } from "../binaries.mjs";

/** Each run leaves its report here. */
export const namesFolder: string = join(root, ".out", "names");

/** The same for two runs exactly when they ran tests of the same names. */
export function fingerprint(names: readonly string[]): string {
  return createHash("sha256")
    .update([...names].sort().join("\n"))
    .digest("hex")
    .slice(0, 12);
}

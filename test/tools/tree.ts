import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** Files by path; what is not text is written as JSON. */
export type Tree = Readonly<Record<string, string | object>>;

/** Gives a check a small workspace of its own, and takes it away again. */
export async function inTree<T>(tree: Tree, check: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "tokenhop-tree-"));
  try {
    for (const [path, content] of Object.entries(tree)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === "string" ? content : JSON.stringify(content, null, 2));
    }
    return await check(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

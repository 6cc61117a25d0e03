/** Links in documents must lead somewhere: to a file of the workspace and, where they name one, to a heading in it. */
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { at } from "./lib/check.ts";

/** Code is no text: what looks like a link or a heading in it is none. Line breaks stay, and so do line numbers. */
function withoutCode(markdown: string): string {
  const code = /^( *)```[\s\S]*?^ *```|<!--[\s\S]*?-->|`[^`\n]*`/gm;
  return markdown.replaceAll(code, (match) => match.replaceAll(/[^\n]/g, ""));
}

/** The anchors of a document's headings, made as GitHub makes them. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  // A heading keeps the words that are code in it.
  const text = markdown.replaceAll(/^( *)```[\s\S]*?^ *```/gm, "");
  for (const [, heading = ""] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const words = heading.replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count++) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

/** What is wrong with one link. */
function flawOf(folder: string, from: string, target: string): string | undefined {
  const [file = "", anchor] = target.split("#");
  const path = file === "" ? from : posix.join(posix.dirname(from), file);
  if (!existsSync(at(folder, path))) return `there is no ${path}`;
  if (anchor === undefined || !path.endsWith(".md")) return undefined;
  return anchorsOf(readFileSync(at(folder, path), "utf8")).has(anchor)
    ? undefined
    : `${path} has no heading for #${anchor}`;
}

/** Every dead link of these documents. Addresses elsewhere are not asked. */
export function linkProblems(folder: string, paths: readonly string[]): string[] {
  return paths.flatMap((path) => {
    const text = withoutCode(readFileSync(at(folder, path), "utf8"));
    return [...text.matchAll(/\]\(<?([^)\s>]+)/g)].flatMap(({ index, 1: target = "" }) => {
      const flaw = /^[a-z]+:/i.test(target) ? undefined : flawOf(folder, path, decodeURI(target));
      return flaw === undefined ? [] : [`${path}:${text.slice(0, index).split("\n").length}: ${flaw}`];
    });
  });
}

/**
 * Every snippet in documents and doc comments has to compile as a user's program would, every JSON snippet to parse, and
 * every link between documents to lead somewhere.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, root } from "./binaries.mjs";
import { at, type CheckResult, conclude, filesIn, sourcesIn } from "./lib/check.ts";
import { runProcess } from "./lib/process.ts";
import { linkProblems } from "./links.ts";

/** A fenced block of a document. */
interface Snippet {
  readonly path: string;
  /** Of its first line of code. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

const documents = ["*.md", "docs/**/*.md", "packages/*/README.md", "adapters/*/README.md"];

/** Doc comments as if they were Markdown: what is no comment becomes an empty line, so line numbers stay. */
function commentsOf(source: string): string {
  const comments = source.replaceAll(/\/\*\*[\s\S]*?\*\/|[^\n]/g, (match) => (match.length > 1 ? match : ""));
  return comments.replaceAll(/^\s*(\/\*\*|\*\/|\* ?)/gm, "").replaceAll(/\s*\*\/$/gm, "");
}

/** All fenced blocks of a text. */
export function snippetsOf(path: string, markdown: string): Snippet[] {
  const fence = /^( *)```(\w+)[^\n]*\n([\s\S]*?)^ *```/gm;
  return [...markdown.matchAll(fence)].map((match) => ({
    path,
    line: markdown.slice(0, match.index).split("\n").length + 1,
    language: match[2] ?? "",
    code: match[3] ?? "",
  }));
}

function allSnippets(folder: string): Snippet[] {
  const read = (path: string): string => readFileSync(at(folder, path), "utf8");
  return [
    ...filesIn(folder, ...documents).flatMap((path) => snippetsOf(path, read(path))),
    ...sourcesIn(folder).flatMap((path) => snippetsOf(path, commentsOf(read(path)))),
  ];
}

function jsonProblems({ path, line, code }: Snippet): string[] {
  try {
    // Several events, one a line, are JSON too.
    for (const text of code.trimStart().startsWith('{"event"') ? code.trim().split("\n") : [code]) JSON.parse(text);
    return [];
  } catch (error) {
    return [`${path}:${line}: ${error instanceof Error ? error.message : error}`];
  }
}

/** As a user's project: strict, but without this repository's own demands on declarations and unused names. */
const userConfig = (typeRoot: string): object => ({
  extends: "../../tsconfig.base.json",
  compilerOptions: {
    noEmit: true,
    isolatedDeclarations: false,
    declaration: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
    rewriteRelativeImportExtensions: false,
    customConditions: ["tokenhop-source"],
    typeRoots: [typeRoot, join(typeRoot, "..")],
    types: ["node", "bun-types"],
  },
  include: ["*.ts"],
});

/** Writes each snippet to a file of its own at the line it has in its document, so that the compiler names the right one. */
function writeSnippets(folder: string, snippets: readonly Snippet[], typeRoot: string): string {
  const out = join(folder, ".out", "docs");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const { path, line, code } of snippets) {
    const name = `${path.replaceAll("/", "_")}.L${line}.ts`;
    writeFileSync(join(out, name), `${"\n".repeat(line - 1)}${code}\nexport {};\n`);
  }
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify(userConfig(typeRoot)));
  return out;
}

/** Checks every snippet and every link of a workspace. */
export async function checkDocs(
  folder: string,
  typeRoot: string = join(root, "node_modules", "@types"),
): Promise<CheckResult> {
  const snippets = allSnippets(folder);
  const programs = snippets.filter(({ language }) => language === "ts");
  const data = snippets.filter(({ language }) => language === "json");
  const problems = [...data.flatMap(jsonProblems), ...linkProblems(folder, filesIn(folder, ...documents))];
  if (programs.length > 0) {
    const args = ["-p", writeSnippets(folder, programs, typeRoot), "--pretty", "false"];
    const { code, output } = await runProcess(binary("tsc"), args, { timeoutMs: 120_000, cwd: folder });
    if (code !== 0) problems.push(...output.trim().split("\n"));
  }
  // JSON alone would let a broken search for programs pass.
  return { checked: programs.length === 0 ? 0 : programs.length + data.length, problems };
}

if (import.meta.main) conclude("snippets", await checkDocs(root));

/**
 * Every snippet in documents and doc comments has to compile as a user's program would, every JSON snippet to parse, every
 * link between documents to lead somewhere, and every test that they name to be there. Programs that use packages of `test/real`
 * (their fence says `ts real`) are compiled, and run, by that part of the tests, because only there the packages are.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { binary, root } from "./binaries.mjs";
import { citedTestProblems } from "./cited-tests.ts";
import { frameworksIn } from "./docs-frameworks.ts";
import { at, type CheckResult, conclude, filesIn, sourcesIn } from "./lib/check.ts";
import { runProcess } from "./lib/process.ts";
import { linkProblems } from "./links.ts";

/** A fenced block of a document. */
interface Snippet {
  readonly path: string;
  /** Of its first line of code. */
  readonly line: number;
  readonly language: string;
  /** Whether it uses packages that only `test/real` has. */
  readonly real: boolean;
  /** What the document calls it (`ts file=src/app.ts`), so that other programs of the document can import it. */
  readonly file: string | undefined;
  readonly code: string;
}

const documents = ["*.md", "docs/**/*.md", "packages/*/README.md", "adapters/*/README.md", "templates/**/*.md"];

/** Doc comments as if they were Markdown: what is no comment becomes an empty line, so line numbers stay. */
function commentsOf(source: string): string {
  const comments = source.replaceAll(/\/\*\*[\s\S]*?\*\/|[^\n]/g, (match) => (match.length > 1 ? match : ""));
  return comments.replaceAll(/^\s*(\/\*\*|\*\/|\* ?)/gm, "").replaceAll(/\s*\*\/$/gm, "");
}

/** All fenced blocks of a text. */
export function snippetsOf(path: string, markdown: string): Snippet[] {
  const fence = /^( *)```(\w+)([^\n]*)\n([\s\S]*?)^ *```/gm;
  return [...markdown.matchAll(fence)].map((match) => ({
    path,
    line: markdown.slice(0, match.index).split("\n").length + 1,
    language: match[2] ?? "",
    real: match[3]?.trim() === "real",
    file: /\bfile=(\S+)/.exec(match[3] ?? "")?.[1],
    code: match[4] ?? "",
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
const userConfig = (base: string, typeRoot: string): object => ({
  extends: base,
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
  include: ["**/*.ts"],
});

/**
 * Compiles each snippet as a file of its own, with the code at the line that it has in its document, so that the compiler names
 * the right one. Returns what is wrong.
 */
async function compile(out: string, snippets: readonly Snippet[], config: object): Promise<string[]> {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const { path, line, code, file } of snippets) {
    const document = path.replaceAll("/", "_");
    const name = join(out, file === undefined ? `${document}.L${line}.ts` : join(document, file));
    mkdirSync(dirname(name), { recursive: true });
    writeFileSync(name, `${"\n".repeat(line - 1)}${code}\nexport {};\n`);
  }
  writeFileSync(join(out, "frameworks.d.ts"), frameworksIn(snippets.map(({ code }) => code).join("\n")));
  writeFileSync(join(out, "tsconfig.json"), JSON.stringify(config));
  const args = ["-p", out, "--pretty", "false"];
  const { code, output } = await runProcess(binary("tsc"), args, { timeoutMs: 120_000, cwd: out });
  return code === 0 ? [] : output.trim().split("\n");
}

/** Checks the programs that use packages of `test/real`, which have to be installed. */
export async function checkRealPrograms(folder: string): Promise<CheckResult> {
  const programs = allSnippets(folder).filter(({ language, real }) => language === "ts" && real);
  const config = userConfig("../../../../tsconfig.base.json", join(root, "node_modules", "@types"));
  return { checked: programs.length, problems: await compile(at(folder, "test/real/.out/docs"), programs, config) };
}

/** Checks every snippet and every link of a workspace. */
export async function checkDocs(
  folder: string,
  typeRoot: string = join(root, "node_modules", "@types"),
): Promise<CheckResult> {
  const snippets = allSnippets(folder);
  const programs = snippets.filter(({ language, real }) => language === "ts" && !real);
  const data = snippets.filter(({ language }) => language === "json");
  const paths = filesIn(folder, ...documents);
  const problems = [
    ...data.flatMap(jsonProblems),
    ...linkProblems(folder, paths),
    ...(await citedTestProblems(folder, paths)),
  ];
  if (programs.length > 0) {
    const config = userConfig("../../tsconfig.base.json", typeRoot);
    problems.push(...(await compile(at(folder, ".out/docs"), programs, config)));
  }
  // JSON alone would let a broken search for programs pass.
  return { checked: programs.length === 0 ? 0 : programs.length + data.length, problems };
}

// Not awaited here: documents name tests of this file too, and those wait for it to be loaded.
if (import.meta.main) void checkDocs(root).then((result) => conclude("snippets", result));

/**
 * What a document says that a test shows has to be shown by one: a link to a file of tests is called as one of its tests, unless
 * its text is code; every row of a table whose last column is "Shown by" has such a link; and a page that lists regressions lists
 * them all.
 */
import { existsSync, readFileSync } from "node:fs";
import { posix } from "node:path";
import { pathToFileURL } from "node:url";
import type { Suite } from "../test/harness.ts";
import { at, filesIn } from "./lib/check.ts";

/** Folders whose every test has to stand on a page. */
const listed: Readonly<Record<string, string>> = { "docs/tokenex.md": "test/parity" };

/** A document's link to a file of tests. */
interface Citation {
  readonly document: string;
  readonly line: number;
  /** The test that it names. */
  readonly name: string;
  /** From the workspace's root. */
  readonly file: string;
}

const link = /\[((?:\\.|[^`\]\\\n])(?:\\.|[^\]\\\n])*)\]\(([^)\s]+\.ts)\)/g;

function citationsIn(folder: string, document: string): Citation[] {
  return readFileSync(at(folder, document), "utf8")
    .split("\n")
    .flatMap((text, index) =>
      [...text.matchAll(link)].flatMap(([, name = "", target = ""]) => {
        const file = posix.join(posix.dirname(document), target);
        if (!file.startsWith("test/") || !existsSync(at(folder, file))) return [];
        return [{ document, line: index + 1, name: name.replaceAll(/\\(.)/g, "$1"), file }];
      }),
    );
}

/** The names of a file's tests. A suite only registers them: none is run. */
async function testsIn(folder: string, file: string): Promise<readonly string[]> {
  const { suite } = (await import(pathToFileURL(at(folder, file)).href)) as { readonly suite?: Suite };
  const names: string[] = [];
  suite?.({ module: (_, nested) => nested(), test: (name) => void names.push(name) });
  return names;
}

/** Rows without a test, in tables that promise one. */
function rowProblems(folder: string, document: string): string[] {
  let promised = false;
  return readFileSync(at(folder, document), "utf8")
    .split("\n")
    .flatMap((text, index, lines) => {
      if (!text.startsWith("|")) promised = false;
      else if (/^\|[ :|-]+\|$/.test(text)) promised = /\| *shown by *\|$/i.test(lines[index - 1] ?? "");
      else if (promised && !text.slice(text.lastIndexOf(" | ")).match(link)) {
        return [`${document}:${index + 1}: no test in the last column`];
      }
      return [];
    });
}

/** Everything that documents cite and that is not there, and what they should cite and do not. */
export async function citedTestProblems(folder: string, documents: readonly string[]): Promise<string[]> {
  const citations = documents.flatMap((document) => citationsIn(folder, document));
  const lists = documents.flatMap((document) => {
    const below = listed[document];
    return below === undefined ? [] : filesIn(folder, `${below}/**/*.ts`).map((file) => ({ document, file }));
  });
  const files = new Set([...citations, ...lists].map(({ file }) => file));
  const tests = new Map<string, readonly string[]>();
  for (const file of files) tests.set(file, await testsIn(folder, file));
  const isListed = (document: string, file: string, test: string): boolean =>
    citations.some((one) => one.document === document && one.file === file && one.name === test);
  return [
    ...citations
      .filter(({ file, name }) => !tests.get(file)?.includes(name))
      .map(({ document, line, file, name }) => `${document}:${line}: ${file} has no test "${name}"`),
    ...documents.flatMap((document) => rowProblems(folder, document)),
    ...lists.flatMap(({ document, file }) =>
      (tests.get(file) ?? [])
        .filter((test) => !isListed(document, file, test))
        .map((test) => `${document}: does not list "${test}" of ${file}`),
    ),
  ];
}

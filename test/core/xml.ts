/** The reader of STS's replies: what is written is what is read, and nothing takes long. */
import fc from "fast-check";
import { readXml } from "../../packages/core/src/internal/xml.ts";
import { FUZZ_RUNS } from "../fuzz.ts";
import type { Suite } from "../harness.ts";

interface Tree {
  readonly name: string;
  readonly prefix: string;
  readonly attributes: string;
  readonly blank: string;
  readonly content: string | readonly Tree[];
}

/** Every character that XML knows. */
const char = fc
  .oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0x20, max: 0x7e }) },
    fc.constantFrom(9, 10, 13),
    fc.integer({ min: 0x20, max: 0xd7ff }),
    fc.integer({ min: 0xe000, max: 0xfffd }),
    fc.integer({ min: 0x1_0000, max: 0x10_ffff }),
  )
  .map((code) => String.fromCodePoint(code));
const blank = fc.constantFrom("", " ", "\n", "\r\n\t");
const name = fc.stringMatching(/^[A-Za-z_][\w.-]{0,20}$/);
const prefix = fc.constantFrom("", "s:", "ns1:");
const attributes = fc.constantFrom("", ' a="1"', " xmlns:s='https://x.example/'\n b = \"<\" ".replace("<", ">"));

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name,
    prefix,
    attributes,
    blank,
    content: fc.oneof(
      { maxDepth: 6 },
      fc.array(char, { maxLength: 30 }).map((list) => list.join("")),
      fc.array(tie("tree"), { minLength: 1, maxLength: 4 }),
    ),
  }),
}));

/** Text in one of the ways in which it can be written; which one is chosen by its own characters. */
function written(text: string, way: number): string {
  const each = (char: string, at: number): string => {
    const code = char.codePointAt(0) as number;
    const named = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&apos;" }[char];
    const [decimal, hex] = [`&#${code};`, `&#x${code.toString(16)};`];
    const chosen = [named ?? char, decimal, hex, char === "<" || char === "&" ? hex : char][(at * 7 + way) % 4];
    return `${chosen}${(at + way) % 5 === 0 ? "<!-- a > b & c -->" : ""}`;
  };
  if (way % 3 === 0 && !text.includes("]]>")) return `<![CDATA[${text}]]>`;
  return [...text].map(each).join("");
}

function write({ name, prefix, attributes, blank, content }: Tree, way: number): string {
  const tag = prefix + name;
  if (content === "" && way % 2) return `<${tag}${attributes}${blank}/>`;
  const inner =
    typeof content === "string"
      ? written(content, way)
      : content.map((child) => blank + write(child, way + 1)).join("");
  const after = typeof content === "string" ? "" : `<!---->${blank}`;
  return `<${tag}${attributes}${blank}>${inner}${after}</${tag}${blank}>`;
}

function leavesOf({ name, content }: Tree, above = ""): readonly (readonly [string, string])[] {
  const path = above + name;
  if (typeof content === "string") return [[path, content]];
  return content.flatMap((child) => leavesOf(child, `${path}/`));
}

/** Texts that make a careless reader slow, by how often something is in them. */
const slow: Readonly<Record<string, (times: number) => string>> = {
  "tags that do not end": (times) => "<a ".repeat(times),
  "white space in a tag": (times) => `<a${" ".repeat(times)}`,
  "white space, and a wrong character": (times) => `<a${" \t".repeat(times)}!></a>`,
  "attributes that do not end": (times) => `<a${" b='c'".repeat(times)}`,
  "an attribute's name": (times) => `<a ${"b".repeat(times)}>`,
  "equals signs": (times) => `<a b${" =".repeat(times)}>`,
  quotes: (times) => `<a b="${"'".repeat(times)}>`,
  ampersands: (times) => `<a>${"&".repeat(times)}</a>`,
  "references that do not end": (times) => `<a>${"&#1".repeat(times)}</a>`,
  "good references": (times) => `<a>${"&#65;".repeat(times)}</a>`,
  "comments that begin": (times) => `<a>${"<!--".repeat(times)}</a>`,
  comments: (times) => `<a>${"<!---->x".repeat(times)}</a>`,
  dashes: (times) => `<a><!--${"-".repeat(times)}`,
  "CDATA that begins": (times) => `<a>${"<![CDATA[".repeat(times)}</a>`,
  CDATA: (times) => `<a>${"<![CDATA[x]]>".repeat(times)}</a>`,
  brackets: (times) => `<a><![CDATA[${"]]".repeat(times)}</a>`,
  "a nest": (times) => "<a>".repeat(times),
  brothers: (times) => `<a>${"<b/>".repeat(times)}</a>`,
  "a name": (times) => `<${"a".repeat(times)}/>`,
  "a declaration": (times) => `<?xml ${"a".repeat(times)}`,
  "end tags": (times) => `<a>${"</a>".repeat(times)}`,
  "blanks behind the root": (times) => `<a/>${" \n".repeat(times)}<`,
};

export const suite: Suite = (QUnit) => {
  QUnit.module("the reader of XML", () => {
    QUnit.test("reads what was written, 10,000 trees of it", (assert) => {
      const property = fc.property(tree, fc.nat(100), (root, way) => {
        const read = readXml(write(root, way))?.map(({ path, text }) => [path, text]);
        return JSON.stringify(read) === JSON.stringify(leavesOf(root));
      });
      fc.assert(property, { numRuns: FUZZ_RUNS });
      assert.ok(true);
    });

    QUnit.test("reads nothing at all of what ends too early", (assert) => {
      const property = fc.property(tree, fc.nat(100), fc.nat(), (root, way, cut) => {
        const text = write(root, way);
        return readXml(text.slice(0, cut % text.length)) === undefined;
      });
      fc.assert(property, { numRuns: 2_000, seed: 32 });
      assert.ok(true);
    });

    QUnit.test("never throws, whatever it is given, 10,000 times", (assert) => {
      const piece = fc.constantFrom(
        "<",
        ">",
        "/",
        "a",
        "=",
        '"',
        "'",
        "&",
        ";",
        "#",
        "x41",
        "<!--",
        "-->",
        "<![CDATA[",
        "]]>",
        " ",
        "<?xml",
        "?>",
        "!",
        "</a>",
        "<a>",
      );
      const text = fc.oneof(
        fc.array(piece, { maxLength: 80 }).map((list) => list.join("")),
        fc.string({ unit: "binary", maxLength: 200 }),
      );
      const property = fc.property(text, (source) => {
        const leaves = readXml(source);
        return leaves === undefined || leaves.every(({ path, text }) => path !== "" && text.length <= source.length);
      });
      fc.assert(property, { numRuns: FUZZ_RUNS });
      assert.ok(true);
    });

    QUnit.test("refuses what is nearly XML, wherever it is", (assert) => {
      for (const source of [
        "<a/><b/>",
        "<a>x<!-- a -- b -->y</a>",
        "<a>x<!-- a --->y</a>",
        "<a>x<b/></a>",
        "<a><b/>x</a>",
        "<a>&b;</a>",
        "<a>&#xD800;</a>",
        "<a>&#0;</a>",
        "<a b='&lt;'/>",
        "<a b/>",
        "<a></b>",
        "<a></A>",
        "<s:a></a>",
        "<a/>x",
        "x<a/>",
        "<![CDATA[]]><a/>",
        "<a><?b?></a>",
        " <?xml version='1.0'?><a/>",
        "<!DOCTYPE a><a/>",
        "",
        " ",
      ]) {
        assert.strictEqual(readXml(source), undefined, source);
      }
    });

    QUnit.test("its limits are 16 deep and 1,000 elements", (assert) => {
      const nest = (depth: number): string => "<a>".repeat(depth) + "</a>".repeat(depth);
      assert.strictEqual(readXml(nest(16))?.length, 1);
      assert.strictEqual(readXml(nest(17)), undefined);
      assert.strictEqual(readXml(`<a>${"<b/>".repeat(999)}</a>`)?.length, 999);
      assert.strictEqual(readXml(`<a>${"<b/>".repeat(1_000)}</a>`), undefined);
    });

    for (const [what, make] of Object.entries(slow)) {
      QUnit.test(`its time grows no faster than ${what}`, (assert) => {
        // Where it was quadratic, this would take minutes. A runtime whose clock stands still sees the time of the whole suite.
        const startedAt = Date.now();
        readXml(make(200_000));
        const tookMs = Date.now() - startedAt;
        assert.ok(tookMs < 2_000, `${tookMs} ms`);
      });
    }
  });
};

/**
 * XML as STS answers it, and nothing beyond: elements with text or with elements in them. No DOM is built, nothing is resolved,
 * and whatever STS never sends (a DOCTYPE, entities of its own, processing instructions, text between elements) is refused.
 * One pass: the time grows with the length of the text, and what is kept of it is bounded.
 */

/** An element that holds text, or nothing. */
export interface XmlLeaf {
  /** The names from the root to this element with `/` between, without their prefixes. */
  readonly path: string;
  readonly text: string;
}

interface Open {
  /** With its prefix, as the end tag has to have it. */
  readonly tag: string;
  readonly path: string;
  text: string;
  holdsElements: boolean;
}

const MAX_DEPTH = 16;
const MAX_ELEMENTS = 1_000;
const BLANK = /^[ \t\r\n]*$/;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** The characters that XML 1.0 knows. */
function charOf(code: number): string | undefined {
  const known =
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code < 0xd800) ||
    (code > 0xdfff && code < 0xfffe) ||
    (code > 0xffff && code <= 0x10ffff);
  return known ? String.fromCodePoint(code) : undefined;
}

/** Text with its references replaced; undefined for one that is neither of the five nor a number. */
function decoded(raw: string): string | undefined {
  let good = true;
  const text = raw.replace(
    /&(?:#(\d{1,7});|#x([\da-f]{1,6});|([a-z]{2,4});)?/gi,
    (_, decimal?: string, hex?: string, name?: string) => {
      const char = name ? NAMED[name] : charOf(decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : Number.NaN);
      good &&= char !== undefined;
      return char ?? "";
    },
  );
  return good ? text : undefined;
}

/**
 * Every leaf in its order. A text is read whole before anything of it counts: one that ends too early has no leaves at all.
 *
 * @returns undefined for whatever is not such XML.
 */
export function readXml(source: string): readonly XmlLeaf[] | undefined {
  // Made anew for each text, because they remember where they are. A name is short: paths are kept.
  const startTag =
    /<((?:[a-z_][\w.-]{0,63}:)?([a-z_][\w.-]{0,63}))((?:\s+[a-z_][\w.:-]*\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*)\s*(\/?)>/iy;
  const endTag = /<\/([a-z_][\w.:-]*)\s*>/iy;
  const leaves: XmlLeaf[] = [];
  const open: Open[] = [];
  let at = /^\uFEFF?(?:<\?xml\s[^<>?]{0,200}\?>)?/.exec(source)?.[0].length ?? 0;
  let elements = 0;

  /** Text, wherever it stands: between elements it may only be blank. */
  const add = (text: string | undefined): boolean => {
    const inner = open.at(-1);
    if (text === undefined) return false;
    if (inner === undefined) return BLANK.test(text);
    inner.text += text;
    return true;
  };
  const close = ({ path, text, holdsElements }: Open): boolean => {
    if (!holdsElements) leaves.push({ path, text });
    return !holdsElements || BLANK.test(text);
  };
  const begin = ([, tag = "", name = "", , empty]: RegExpExecArray): boolean => {
    const outer = open.at(-1);
    // A second root, a text without end, or a nest without end.
    if ((outer === undefined && elements > 0) || ++elements > MAX_ELEMENTS || open.length >= MAX_DEPTH) return false;
    if (outer) outer.holdsElements = true;
    const element: Open = { tag, path: outer ? `${outer.path}/${name}` : name, text: "", holdsElements: false };
    if (empty) return close(element);
    open.push(element);
    return true;
  };
  /** What stands between two marks; undefined when the second one is missing. */
  const between = (first: string, last: string): string | undefined => {
    const start = at + first.length;
    const end = source.indexOf(last, start);
    at = end + last.length;
    return end < 0 ? undefined : source.slice(start, end);
  };
  const markup = (): boolean => {
    if (source.startsWith("<!--", at)) return between("<!--", "--") !== undefined && source[at++] === ">";
    if (source.startsWith("<![CDATA[", at)) return open.length > 0 && add(between("<![CDATA[", "]]>"));
    const pattern = source[at + 1] === "/" ? endTag : startTag;
    pattern.lastIndex = at;
    const found = pattern.exec(source);
    if (!found) return false;
    at = pattern.lastIndex;
    if (pattern === startTag) return begin(found);
    const inner = open.pop();
    return inner !== undefined && inner.tag === found[1] && close(inner);
  };

  while (at < source.length) {
    const next = source.indexOf("<", at);
    const end = next < 0 ? source.length : next;
    if (!add(decoded(source.slice(at, end)))) return undefined;
    at = end;
    if (next >= 0 && !markup()) return undefined;
  }
  return open.length === 0 && elements > 0 ? leaves : undefined;
}

/** The little of XML that services answer with. Pure. */

/** A text as it may stand in XML. */
export function xmlText(text: string): string {
  // By name: not every client reads numbers here.
  const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
  return text.replace(/[&<>"]/g, (character) => entities[character] as string);
}

/** An element; what has no content is left empty, and what is undefined is left out. */
export function element(name: string, content: string | number | undefined): string {
  return content === undefined ? "" : `<${name}>${typeof content === "number" ? content : xmlText(content)}</${name}>`;
}

/** A document of ready-made XML. */
export function xmlBody(content: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>${content}`;
}

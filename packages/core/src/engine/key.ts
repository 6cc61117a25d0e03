/** Names objects and functions, so that an anonymous source is itself and never another one. */
export type NameObject = (object: object) => number;

/** A fresh {@link NameObject}: the same object gets the same number for as long as it lives. */
export function objectNames(): NameObject {
  const names = new WeakMap<object, number>();
  let last = 0;
  return (object) => {
    const known = names.get(object) ?? ++last;
    names.set(object, known);
    return known;
  };
}

/**
 * One text for one identity: nested arrays of texts, numbers and booleans as they are, any other object or function as a
 * number of its own, whatever it would look like as JSON. No two identities share a text: only texts stand in quotes, only
 * objects behind an `@`.
 */
export function canonical(identity: readonly unknown[], nameOf: NameObject): string {
  const parts = identity.map((value) => {
    if (Array.isArray(value)) return canonical(value, nameOf);
    if (typeof value === "string") return JSON.stringify(value);
    return Object(value) === value ? `@${nameOf(value as object)}` : String(value);
  });
  return `[${parts}]`;
}

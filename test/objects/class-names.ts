/** What the tests of a class's surface know its members by. */

/** Classes of which every name is tried. */
export type Classes = Readonly<Record<string, { readonly prototype: object }>>;

/** Every name on a class's prototypes, down to that of all objects. */
function namesOf({ prototype }: { readonly prototype: object }): string[] {
  const names: string[] = [];
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    names.push(...Object.getOwnPropertyNames(at));
  }
  return [...new Set(names)].sort();
}

/** The same of each. */
export function namesIn(classes: Classes): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Object.entries(classes).map(([name, one]) => [name, namesOf(one)]));
}

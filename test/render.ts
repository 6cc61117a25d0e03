/**
 * Every text that a value could end up as in a log: its own string and JSON forms, what the runtime's inspector prints, and each
 * string reachable through its properties, hidden ones included. The leak search looks through all of them.
 */

/** Bounds for what is recorded by accident, such as an object that leads to a whole server. */
const maxDepth = 8;
const maxObjects = 5_000;

type Render = (value: unknown) => unknown;
type Globals = {
  readonly Bun?: { readonly inspect: Render };
  readonly Deno?: { readonly inspect: Render };
  readonly process?: { getBuiltinModule?(id: string): { readonly inspect?: Render } | undefined };
};

/** The runtime's own inspector: what a console would print. Bare workerd has none. */
function inspectors(): Render[] {
  const { Bun, Deno, process } = globalThis as Globals;
  const inspect = Bun?.inspect ?? Deno?.inspect ?? process?.getBuiltinModule?.("node:util")?.inspect;
  return inspect === undefined ? [] : [(value) => inspect(value)];
}

const renders: readonly Render[] = [(value) => String(value), (value) => JSON.stringify(value), ...inspectors()];

/** A value may refuse to be printed in one form (a getter or a `toJSON` that throws); the other forms still count. */
function attempt(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error instanceof Error ? error.message : undefined;
  }
}

/** What hides in a platform object instead of in its properties. */
function contents(value: object): unknown[] {
  if (value instanceof Error) return [value.name, value.message, value.stack];
  if (value instanceof URL) return [value.href];
  if (value instanceof ArrayBuffer) return [new TextDecoder().decode(value)];
  if (ArrayBuffer.isView(value)) return [new TextDecoder().decode(value)];
  if (value instanceof Request || value instanceof Response) return [value.url, value.headers];
  if (value instanceof Map || value instanceof Set || value instanceof Headers || value instanceof URLSearchParams) {
    return [...value];
  }
  return [];
}

function* properties(value: object): Iterable<unknown> {
  for (const key of Reflect.ownKeys(value)) {
    yield typeof key === "symbol" ? key.description : key;
    yield attempt(() => Reflect.get(value, key));
  }
}

function* walk(value: unknown, depth: number, seen: Set<object>): Iterable<string> {
  if (typeof value === "string") yield value;
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return;
  if (depth > maxDepth || seen.size > maxObjects || seen.has(value)) return;
  seen.add(value);
  for (const content of contents(value)) yield* walk(content, depth + 1, seen);
  if (ArrayBuffer.isView(value)) return;
  for (const property of properties(value)) yield* walk(property, depth + 1, seen);
}

/** All texts of a value, each once. */
export function textsOf(value: unknown): Set<string> {
  const texts = new Set<string>(walk(value, 0, new Set()));
  for (const render of renders) {
    const text = attempt(() => render(value));
    if (typeof text === "string") texts.add(text);
  }
  return texts;
}

/** What a value prints as, without a look at what hides in it: an SDK's error keeps the request that failed, token and all. */
export function printsOf(value: unknown): string[] {
  const { message = "", stack = "" } = value instanceof Error ? value : {};
  const texts = renders.map((render) => attempt(() => render(value))).filter((text) => typeof text === "string");
  return [message, stack, ...texts];
}

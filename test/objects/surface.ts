/** Every name of an object or entrypoint, called and read from outside: what came of it, in a word or two. */
import type { Seen, Tell } from "../workerd/cloudflare-caller.ts";

/** What is asked: an entrypoint, an object, or a Worker's handlers. */
export type Asked = "entrypoint" | "object" | "handlers";

/** A way to something: a binding, and the steps from there. */
export interface Door {
  readonly says: string;
  readonly asked: Asked;
  readonly tell: Tell;
  readonly binding: string;
  readonly steps?: readonly unknown[] | undefined;
}

/** What comes of calling a name, and of reading it. */
export type Outcomes = readonly [called: string, read: string];

/** What names are called with: nothing, and what could get more than is due. */
const ARGUMENTS: readonly (readonly unknown[])[] = [
  [],
  [{ subject: "worker:bills", audience: "https://vault.example", props: {}, which: "all" }],
  ["issuer-keys", "all"],
];

/** Stubs have these themselves, and want to know where to. */
const PLACES: ReadonlyMap<string, readonly (readonly unknown[])[]> = new Map([
  ["fetch", [["https://issuer.example/mint"], ["https://issuer.example/mint", { method: "POST", body: "{}" }]]],
  ["connect", [["issuer.example:443"]]],
]);

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** What was seen, without what differs from one time to the next. */
export function outcomeOf({ status, value, thrown }: Seen): string {
  if (status !== undefined) return `HTTP ${status}`;
  if (thrown?.includes("does not implement the method")) return "hidden";
  if (thrown?.includes("is a reserved method")) return "reserved";
  if (thrown !== undefined) return thrown;
  if (!isObject(value)) return value === undefined ? "nothing" : String(value);
  if (value.ok === true) return ["ok", ...Object.keys(value).slice(1)].join(" ");
  if (value.ok === false) return String(isObject(value.error) && value.error.code);
  return JSON.stringify(value);
}

/** Calls a name, or a name of a name (`mint.call`), and reads it. Of several outcomes it gives all. */
async function tryName({ tell, binding, steps = [] }: Door, name: string): Promise<Outcomes> {
  const path = name.split(".");
  const last = path.pop() ?? "";
  const way = [...steps, ...path];
  const called = new Set<string>();
  for (const given of PLACES.get(last) ?? ARGUMENTS) {
    called.add(outcomeOf(await tell("rpc", binding, [...way, [last, ...given]], "call")));
  }
  return [[...called].join(" | "), outcomeOf(await tell("rpc", binding, [...way, last], "get"))];
}

/** All names through a door. */
export async function tryNames(door: Door, names: readonly string[]): Promise<Readonly<Record<string, Outcomes>>> {
  const outcomes = await Promise.all(names.map(async (name) => [name, await tryName(door, name)] as const));
  return Object.fromEntries(outcomes);
}

/** What is to come of a name: the same wherever it is asked for, or by what is asked. */
export type Row = Outcomes | Readonly<Record<Asked, Outcomes>>;

/** A table of them. */
export type Rows = Readonly<Record<string, Row>>;

/** The same row for several names. */
export const rows = (names: string, row: Row): Rows => Object.fromEntries(names.split(" ").map((name) => [name, row]));

const isSame = (row: Row): row is Outcomes => Array.isArray(row);

/** What the table says of a way to something. */
export const expectedAt = (asked: Asked, table: Rows): Readonly<Record<string, Outcomes>> =>
  Object.fromEntries(Object.entries(table).map(([name, row]) => [name, isSame(row) ? row : row[asked]]));

/** There is nothing of that name. */
export const HIDDEN: Outcomes = ["hidden", "hidden"];

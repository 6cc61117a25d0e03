/** Everything that a caller could try on the issuer's object and entrypoint, by every way to them. */
import type { Suite } from "../harness.ts";
import { once } from "../workerd/results.ts";
import { ORDERS } from "./issuer-names.ts";
import { OBJECT, openIssuer } from "./issuer-stage.ts";
import { storedIn } from "./stored.ts";
import { type Door, expectedAt, HIDDEN, type Outcomes, type Rows, rows, tryNames } from "./surface.ts";
import { runtimeRows } from "./surface-runtime.ts";

/** What can be had of any name by the caller's own side, before it is known whether there is something. */
const ofProperties = (names: readonly string[]): Rows => {
  const paths = (member: string): string => names.map((name) => `${name}.${member}`).join(" ");
  const notThen = "TypeError: Failed to execute 'then' on 'JsRpcProperty': parameter 1 is not of type 'Function'.";
  return {
    ...rows(paths("constructor"), ["TypeError: Illegal constructor", "a function"]),
    ...rows(paths("toString"), ["[object JsRpcProperty]", "a function"]),
    ...rows(paths("then"), [notThen, "a function"]),
  };
};

const ofFunction = (called: string, read: string): Rows[string] => ({
  entrypoint: [called, read],
  object: [called, read],
  handlers: HIDDEN,
});

/** The names of our classes, and of a user's that extend them. */
const issuerRows: Rows = {
  mint: {
    entrypoint: ["ERR_ISSUER_REFUSED", "a function"],
    object: ["ERR_ISSUER_REFUSED", "a function"],
    handlers: HIDDEN,
  },
  documents: { entrypoint: HIDDEN, object: ["ok discovery jwks maxAgeMs", "a function"], handlers: HIDDEN },
  dropKeys: { entrypoint: HIDDEN, object: ["ERR_ISSUER_REFUSED", "a function"], handlers: HIDDEN },
  // TypeScript's protected: the base classes'.
  ...rows("issuer keys", HIDDEN),
  // A user's: methods, getters, a generator, a field, a static, TypeScript's private and protected.
  ...rows("dump stream ring helper bindings field shared mintFor stub", HIDDEN),
  // Names of a function that may be called, and of one that may not.
  ...rows("mint.call mint.apply mint.bind mint.prototype mint.caller mint.arguments mint.token", HIDDEN),
  ...rows("mint.length", ofFunction('TypeError: "mint.length" is not a function.', "1")),
  ...rows("mint.name", ofFunction('TypeError: "mint.name" is not a function.', "mint")),
  ...rows("issuer.call issuer.apply issuer.bind issuer.prototype issuer.length issuer.name", HIDDEN),
  ...ofProperties(["mint", "issuer"]),
};

const table: Rows = { ...runtimeRows("issuer"), ...issuerRows };

/** Where nothing says who asks, there is no question that could be answered. */
const nobodys: Rows = { ...table, mint: ["ERR_CONFIG_INVALID", "a function"] };

const loopback: Outcomes = ["[object LoopbackServiceStub]", "a function"];
const nobodysHere: Rows = {
  ...nobodys,
  ...rows("toString toLocaleString", loopback),
  ...rows("valueOf", ["a function", "a function"]),
};

/** Who is let in where, and what the table of that place is. */
interface Place extends Omit<Door, "tell"> {
  readonly from: "tell" | "tellInside";
  readonly table: Rows;
}

const bound = { asked: "entrypoint", from: "tell", table } as const;
const exported = { asked: "entrypoint", from: "tellInside", binding: "exports", table } as const;
const object = { asked: "object", from: "tellInside", table } as const;

const places: readonly Place[] = [
  { ...bound, says: "a binding with props", binding: "ORDERS" },
  { ...bound, says: "a binding with props, to a class with more", binding: "MORE" },
  { ...bound, says: "a binding without props", binding: "BARE", table: nobodys },
  { ...exported, says: "exports with props", steps: [["Issuer", { props: ORDERS }]] },
  { ...exported, says: "exports with props, of a class with more", steps: [["MoreIssuer", { props: ORDERS }]] },
  { ...exported, says: "exports without props", steps: ["Issuer"], table: nobodysHere },
  { ...object, says: "the object's namespace", binding: "KEYS", steps: [OBJECT] },
  { ...object, says: "the namespace of a class with more", binding: "MORE_KEYS", steps: [OBJECT] },
  { ...object, says: "the object's namespace, of exports", binding: "exports", steps: ["Keys", OBJECT] },
  { ...bound, says: "the public handlers", asked: "handlers", binding: "PUBLIC" },
];

/** What workerd says of a request to what takes none. Nothing of ours has anything to say. */
const REMARKS = [
  "Received a FetchEvent but we lack a handler for FetchEvents. Did you remember to export a fetch() function?",
  "Received a connect event but we lack a handler. Did you remember to export a connect() function?",
];

type Seen = Readonly<Record<string, Outcomes>>;

interface Played {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly seen: ReadonlyMap<string, Seen>;
  readonly before: unknown;
  readonly after: unknown;
  readonly pages: readonly string[];
  readonly log: readonly string[];
}

/** All through all doors, and what is stored before and after it. */
async function play(): Promise<Played> {
  const issuer = await openIssuer();
  const { stage, tell, tellInside } = issuer;
  const { value } = await tell("rpc", "NAMES", ["list"], "call");
  for (const namespace of ["KEYS", "MORE_KEYS"]) await tellInside("rpc", namespace, [OBJECT, "documents"], "call");
  const before = storedIn(stage);
  const seen = new Map<string, Seen>();
  for (const { from, table: here, ...place } of places) {
    seen.set(place.says, await tryNames({ ...place, tell: issuer[from] }, Object.keys(here)));
  }
  const pages = await Promise.all(
    Object.keys(table).flatMap((name) =>
      ["GET", "POST"].map(async (method) => {
        const { status } = await fetch(`${stage.urls.public}/${name}`, { method });
        return `${method} ${name} ${status}`;
      }),
    ),
  );
  const after = storedIn(stage);
  stage.close();
  return {
    names: value as Readonly<Record<string, readonly string[]>>,
    seen,
    before,
    after,
    pages,
    log: stage.log(),
  };
}

export const suite: Suite = (QUnit) => {
  const played = once(play);
  QUnit.module("table: every name of the issuer's object and entrypoint", () => {
    QUnit.test("every name that the classes have is in the table", async (assert) => {
      const { names } = await played();
      const sizes = Object.entries(names).map(([name, list]) => [name, list.length > 11]);
      assert.deepEqual(sizes, [
        ["Keys", true],
        ["MoreKeys", true],
        ["Issuer", true],
        ["MoreIssuer", true],
        ["DurableObject", true],
        ["WorkerEntrypoint", true],
      ]);
      const missing = [...new Set(Object.values(names).flat())].filter((name) => !Object.hasOwn(table, name));
      assert.deepEqual(missing, []);
    });

    for (const { says, asked, table: here } of places) {
      QUnit.test(`by ${says}: what the table says of each name, called and read`, async (assert) => {
        const seen = (await played()).seen.get(says) ?? {};
        const expected = expectedAt(asked, here);
        const wrong = Object.keys(expected).filter((name) => String(seen[name]) !== String(expected[name]));
        const show = (all: Seen): unknown => wrong.map((name) => [name, all[name]]);
        assert.deepEqual(show(seen), show(expected));
        assert.ok(Object.keys(seen).length > 80);
      });
    }

    QUnit.test("over HTTP there is none of it", async (assert) => {
      const { pages } = await played();
      assert.ok(pages.length > 160);
      assert.deepEqual(
        pages.filter((page) => !page.endsWith(" 404")),
        [],
      );
    });

    QUnit.test("and nothing has changed by it", async (assert) => {
      const { before, after, log } = await played();
      assert.deepEqual(after, before);
      assert.deepEqual([...new Set(log)].sort(), REMARKS);
    });
  });
};

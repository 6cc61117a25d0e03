/** Everything that a caller could try on a broker's object, by every way to it. */
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { callerModule, type Seen, tellAt } from "../workerd/cloudflare-caller.ts";
import { once } from "../workerd/results.ts";
import { openStage } from "./stage.ts";
import { storedIn } from "./stored.ts";
import { type Door, expectedAt, HIDDEN, type Outcomes, type Rows, rows, tryNames } from "./surface.ts";
import { runtimeRows } from "./surface-runtime.ts";

const NOT_THEN = "TypeError: Failed to execute 'then' on 'JsRpcProperty': parameter 1 is not of type 'Function'.";

const table: Rows = {
  ...runtimeRows("broker"),
  // With whatever it is called: nothing of that is a question.
  credential: ["ERR_BROKER_REFUSED", "a function"],
  // TypeScript's protected: the base class's.
  ...rows("providers", HIDDEN),
  // A user's: methods, getters, a generator, a field, a static, TypeScript's private and protected.
  ...rows("token dump stream held helper bindings field shared", HIDDEN),
  // Names of a function that may be called, and of one that may not.
  ...rows("credential.call credential.apply credential.bind credential.prototype credential.caller", HIDDEN),
  ...rows("credential.arguments credential.token", HIDDEN),
  ...rows("credential.length", ['TypeError: "credential.length" is not a function.', "1"]),
  ...rows("credential.name", ['TypeError: "credential.name" is not a function.', "credential"]),
  ...rows("providers.call providers.apply providers.bind providers.prototype providers.length", HIDDEN),
  ...rows("providers.graph", HIDDEN),
  // The caller's own side.
  ...rows("credential.constructor providers.constructor", ["TypeError: Illegal constructor", "a function"]),
  ...rows("credential.toString providers.toString", ["[object JsRpcProperty]", "a function"]),
  ...rows("credential.then providers.then", [NOT_THEN, "a function"]),
};

const OBJECT = ["getByName", "broker"];

const places: readonly Omit<Door, "tell" | "asked">[] = [
  { says: "its namespace", binding: "PLAIN", steps: [OBJECT] },
  { says: "the namespace of a class with providers as a field", binding: "FIELD", steps: [OBJECT] },
  { says: "the namespace of a class with more", binding: "MORE", steps: [OBJECT] },
  { says: "its namespace, of exports", binding: "exports", steps: ["Plain", OBJECT] },
  { says: "the namespace of a class with more, of exports", binding: "exports", steps: ["More", OBJECT] },
];

/** What workerd says of a request to what takes none. Nothing of ours has anything to say. */
const REMARK =
  "Received a FetchEvent but we lack a handler for FetchEvents. Did you remember to export a fetch() function?";

/** In none of what is seen there may be a part of it. */
const TOKEN = canary("the-token-of-graph");

/** What a question that makes sense is answered, without what differs each time. */
function answerIn({ value, thrown }: Seen): unknown {
  const { ok, id, token, expiresInMs, refreshInMs, ...rest } = Object(value) as Readonly<Record<string, unknown>>;
  const fits = [expiresInMs, refreshInMs].every((ms) => typeof ms === "number" && ms > 0 && ms <= 3_600_000);
  return thrown ?? [ok, /^[\da-f-]{36}$/.test(`${id}`), token === TOKEN, fits, rest];
}

interface Played {
  readonly names: Readonly<Record<string, readonly string[]>>;
  readonly seen: ReadonlyMap<string, Readonly<Record<string, Outcomes>>>;
  readonly answers: readonly unknown[];
  readonly stored: readonly (readonly string[])[];
  readonly log: readonly string[];
}

async function play(): Promise<Played> {
  const stage = await openStage({
    workers: {
      app: {
        program: `export * from "./test/objects/broker-surface-app.ts";${callerModule}`,
        objects: ["Plain", "Field", "More"],
        services: { NAMES: { service: "app", entrypoint: "Names" } },
        namespaces: { PLAIN: { className: "Plain" }, FIELD: { className: "Field" }, MORE: { className: "More" } },
      },
    },
    sockets: { http: { service: "app" } },
  });
  const tell = tellAt(stage.url);
  const { value } = await tell("rpc", "NAMES", ["list"], "call");
  const seen = new Map<string, Readonly<Record<string, Outcomes>>>();
  for (const place of places) {
    seen.set(place.says, await tryNames({ ...place, asked: "object", tell }, Object.keys(table)));
  }
  const keys = (): string[] =>
    storedIn(stage)
      .flatMap(({ owner, rows: stored }) => Object.keys(stored).map((key) => `${owner} ${key}`))
      .sort();
  const before = keys();
  const question = { version: 1, provider: "graph" };
  const answers = await Promise.all(
    places.map(async ({ binding, steps = [] }) =>
      answerIn(await tell("rpc", binding, [...steps, ["credential", question]], "call")),
    ),
  );
  await stage.kill();
  const after = keys();
  stage.close();
  return {
    names: value as Readonly<Record<string, readonly string[]>>,
    seen,
    answers,
    stored: [before, after],
    log: stage.log(),
  };
}

export const suite: Suite = (QUnit) => {
  const played = once(play);
  QUnit.module("table: every name of a broker's object", () => {
    QUnit.test("every name that the classes have is in the table", async (assert) => {
      const { names } = await played();
      assert.deepEqual(
        Object.entries(names).map(([name, list]) => [name, list.length > 11]),
        [
          ["Plain", true],
          ["Field", true],
          ["More", true],
          ["DurableObject", true],
        ],
      );
      const missing = [...new Set(Object.values(names).flat())].filter((name) => !Object.hasOwn(table, name));
      assert.deepEqual(missing, []);
    });

    for (const { says } of places) {
      QUnit.test(`by ${says}: what the table says of each name, called and read`, async (assert) => {
        const seen = (await played()).seen.get(says) ?? {};
        const expected = expectedAt("object", table);
        const wrong = Object.keys(expected).filter((name) => String(seen[name]) !== String(expected[name]));
        assert.deepEqual(
          wrong.map((name) => [name, seen[name]]),
          wrong.map((name) => [name, expected[name]]),
        );
        assert.ok(Object.keys(seen).length > 80);
      });
    }

    QUnit.test("nothing has changed by it, and a question that makes sense is answered", async (assert) => {
      const { answers, stored, log } = await played();
      // The class with more asks itself.
      const [before, after] = [
        ["app-More broker:graph"],
        ["Field", "More", "Plain"].map((name) => `app-${name} broker:graph`),
      ];
      assert.deepEqual(stored, [before, after]);
      assert.deepEqual(
        answers,
        places.map(() => [true, true, true, true, { version: 1 }]),
      );
      assert.deepEqual([...new Set(log)], [REMARK]);
    });
  });
};

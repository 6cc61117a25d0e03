/** Where an issuer's private key is, and where it is not: everything that is stored, configured, printed or answered. */
import type { Suite } from "../harness.ts";
import { canary, createRecorder, type Recorder } from "../leak.ts";
import { once } from "../workerd/results.ts";
import { AUDIENCE, OTHER_AUDIENCE } from "./issuer-names.ts";
import { type IssuerStage, OBJECT, openIssuer } from "./issuer-stage.ts";
import { storedIn } from "./stored.ts";

const PRIVATE = ["d", "p", "q", "dp", "dq", "qi"] as const;

/** The object's own files. */
const OWN = ["storage issuer-PlayedKeys/ID.sqlite", "storage issuer-PlayedKeys/ID.sqlite-wal"];

const SEARCHED = [
  "configuration",
  "discovery",
  "JWKS",
  "the caller's bindings and globals",
  "the issuer's bindings and globals",
  "the object and its globals",
];

interface Ring {
  readonly keys: readonly { readonly privateKey: Readonly<Record<string, string>> }[];
}

/** Asks for everything that can be had, and for much that cannot. Gives the tokens that came of it. */
async function use(issuer: IssuerStage): Promise<readonly string[]> {
  const { stage, tell, tellInside, mint, mintIn } = issuer;
  const tokens = [await mint("ORDERS"), await mint("BILLS", OTHER_AUDIENCE), await mint("MORE"), await mintIn("KEYS")];
  for (const binding of ["BARE", "STRANGER", "ELSEWHERE", "TEXT"]) {
    await tell("rpc", binding, [["mint", { audience: AUDIENCE }]], "call");
  }
  for (const method of ["documents", "dump", "ring", "ctx"]) await tellInside("rpc", "KEYS", [OBJECT, method], "call");
  await tellInside("rpc", "KEYS", [OBJECT, ["dropKeys", "signing"]], "call");
  tokens.push(await mint("ORDERS"), await mintIn("KEYS"));
  for (const path of ["/.well-known/openid-configuration", "/.well-known/jwks.json", "/mint"]) {
    await fetch(`${stage.urls.public}${path}`);
  }
  return tokens;
}

/** Everything there is of a stage, by what it is. */
async function everythingOf({ stage, tell, tellInside }: IssuerStage): Promise<ReadonlyMap<string, unknown>> {
  const public_ = (path: string): Promise<string> => fetch(stage.urls.public + path).then((answer) => answer.text());
  return new Map<string, unknown>([
    ...stage
      .storage()
      .map(({ path, bytes }): [string, unknown] => [`storage ${path.replace(/[\da-f]{64}/, "ID")}`, bytes]),
    ["configuration", stage.config()],
    ["log", stage.log()],
    ["the issuer's bindings and globals", (await tell("rpc", "DUMP", ["texts"], "call")).value],
    ["the caller's bindings and globals", (await tell("rpc", "DUMP_OF_CALLER", ["texts"], "call")).value],
    [
      "the object and its globals",
      (await tellInside("rpc", "KEYS", [OBJECT, ["fetch", "https://object/self"]], "call")).text,
    ],
    ["discovery", await public_("/.well-known/openid-configuration")],
    ["JWKS", await public_("/.well-known/jwks.json")],
  ]);
}

interface Found {
  readonly keys: readonly string[];
  readonly tokens: readonly string[];
  readonly control: readonly string[];
  readonly searched: readonly string[];
  /** How much text there was of what is in {@link SEARCHED}. */
  readonly sizes: readonly number[];
  readonly canaries: readonly [keys: number, tokens: number];
}

const kindsOf = (recorder: Recorder): readonly string[] =>
  [...new Set(recorder.scan().hits.map(({ kind }) => kind))].sort();

async function play(): Promise<Found> {
  const issuer = await openIssuer({ className: "PlayedKeys" });
  const [keys, tokens] = [createRecorder(), createRecorder()];
  const known = async (): Promise<void> => {
    for (const { rows } of storedIn(issuer.stage)) {
      for (const { privateKey } of (rows["issuer-keys"] as Ring | undefined)?.keys ?? []) {
        // Where anything is recorded in this run, it must not be.
        for (const member of PRIVATE) keys.canary(canary(privateKey[member] ?? ""));
      }
    }
  };
  // The first key, before it is dropped, and the one that follows.
  await issuer.mint("ORDERS");
  await known();
  for (const token of await use(issuer)) tokens.canary(token);
  await known();
  const everything = await everythingOf(issuer);
  for (const recorder of [keys, tokens]) {
    for (const [kind, value] of everything) recorder.record(kind, value);
  }
  const found = { keys: kindsOf(keys), tokens: kindsOf(tokens) };
  const [key = "", token = ""] = [keys.canaries().at(-1), tokens.canaries().at(-1)];
  keys.record("control", { log: `x${key.slice(40, 80)}` });
  tokens.record("control", Buffer.from(`{"t":"${btoa(token)}"}`));
  const control = [keys, tokens].map((recorder) => kindsOf(recorder).includes("control"));
  issuer.stage.close();
  return {
    ...found,
    control: control.map(String),
    searched: [...everything.keys()],
    sizes: SEARCHED.map((kind) => JSON.stringify(everything.get(kind) ?? "").length),
    canaries: [keys.canaries().length, tokens.canaries().length],
  };
}

export const suite: Suite = (QUnit) => {
  const played = once(play);
  QUnit.module("secrets of an issuer", () => {
    QUnit.test("a private key is in its object's storage, and in nothing else", async (assert) => {
      const { keys, canaries } = await played();
      assert.deepEqual(canaries[0], 2 * PRIVATE.length);
      // SQLite moves it from the one to the other when it likes.
      assert.ok(keys.length > 0 && keys.every((kind) => OWN.includes(kind)), keys.join());
    });

    QUnit.test("a token is in nothing but the answer to who asked for it", async (assert) => {
      const { tokens, canaries } = await played();
      assert.strictEqual(canaries[1], 6);
      assert.deepEqual([...tokens], []);
    });

    QUnit.test("everything was searched, and what is put there is found", async (assert) => {
      const { searched, control, sizes } = await played();
      assert.deepEqual([...control], ["true", "true"]);
      for (const kind of [...SEARCHED, ...OWN]) assert.ok(searched.includes(kind), kind);
      assert.ok(
        sizes.every((size) => size > 100),
        sizes.join(),
      );
    });
  });
};

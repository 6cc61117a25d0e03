/** Who gets a token of whom: subject and audiences are the binding's, whatever is asked. */
import { decodeJwt } from "jose";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import type { Seen } from "../workerd/cloudflare-caller.ts";
import { once } from "../workerd/results.ts";
import { AUDIENCE, BILLS, ELSEWHERE, ORDERS, OTHER_AUDIENCE } from "./issuer-names.ts";
import { OBJECT, openIssuer } from "./issuer-stage.ts";

/** Whom a token is for and of whom it speaks, or the code of the refusal. */
function gotBy({ value, thrown }: Seen): string {
  const { ok, token, error } = Object(value) as {
    readonly ok?: boolean;
    readonly token: string;
    readonly error?: { readonly code: string };
  };
  if (ok !== true) return thrown ?? error?.code ?? JSON.stringify(value);
  const { sub, aud } = decodeJwt(canary(token));
  return `${sub} for ${aud}`;
}

const REFUSED = "ERR_ISSUER_REFUSED";
const NO_PROPS = "ERR_CONFIG_INVALID";
const OURS = `worker:orders for ${AUDIENCE}`;

/** What each binding gets for three audiences: two that the issuer knows, and one that it does not. */
const bindings: Readonly<Record<string, readonly [string, string, string]>> = {
  ORDERS: [OURS, REFUSED, REFUSED],
  BILLS: [`worker:bills for ${AUDIENCE}`, `worker:bills for ${OTHER_AUDIENCE}`, REFUSED],
  MORE: [OURS, REFUSED, REFUSED],
  // The props say more than the issuer's own lists: the object refuses.
  STRANGER: [REFUSED, REFUSED, REFUSED],
  ELSEWHERE: [REFUSED, REFUSED, REFUSED],
  BARE: [NO_PROPS, NO_PROPS, NO_PROPS],
  EMPTY: [NO_PROPS, NO_PROPS, NO_PROPS],
  TEXT: [NO_PROPS, NO_PROPS, NO_PROPS],
  NULL: [NO_PROPS, NO_PROPS, NO_PROPS],
  EXTRA: [NO_PROPS, NO_PROPS, NO_PROPS],
};

/** What the binding of orders is asked, as JSON carries it. */
const questions: readonly (readonly [asked: readonly unknown[], gets: string])[] = [
  [[{ audience: AUDIENCE }], OURS],
  [[{ audience: AUDIENCE }, BILLS], OURS],
  [[{ audience: AUDIENCE }, { props: BILLS }, BILLS.subject, null, []], OURS],
  [[{ audience: AUDIENCE, subject: BILLS.subject }], REFUSED],
  [[{ audience: AUDIENCE, subject: ORDERS.subject }], REFUSED],
  [[{ audience: AUDIENCE, props: BILLS }], REFUSED],
  [[{ audience: AUDIENCE, ctx: { props: BILLS } }], REFUSED],
  [[{ audience: AUDIENCE, lifetimeMs: 86_400_000 }], REFUSED],
  [[{ audience: AUDIENCE, audiences: [OTHER_AUDIENCE] }], REFUSED],
  [[{ audience: AUDIENCE, constructor: BILLS }], REFUSED],
  [[BILLS], REFUSED],
  [[BILLS, { audience: AUDIENCE }], REFUSED],
  [[{ audience: [AUDIENCE] }], REFUSED],
  [[{ audience: { 0: AUDIENCE, length: 1 } }], REFUSED],
  [[{ audience: { toString: AUDIENCE } }], REFUSED],
  ...["", " ", `${AUDIENCE} `, `${AUDIENCE}/`, `${AUDIENCE}\0`, `${AUDIENCE}\u200b`, AUDIENCE.toLowerCase()].map(
    (audience) => [[{ audience }], REFUSED] as const,
  ),
  ...[`${AUDIENCE},${OTHER_AUDIENCE}`, "*", "0", "length", "includes", "__proto__", "constructor"].map(
    (audience) => [[{ audience }], REFUSED] as const,
  ),
  ...[[], [null], [AUDIENCE], [0], [true], [[]], [[AUDIENCE]], [{}], [{ audience: null }], [{ audience: 0 }]].map(
    (asked) => [asked, REFUSED] as const,
  ),
];

const UNSENT = (type: string): string =>
  `DataCloneError: Could not serialize object of type "${type}". This type does not support serialization.`;

/** The same for what JSON does not carry: see `odd-caller.ts`. */
const odd: Readonly<Record<string, string>> = {
  "a function": REFUSED,
  "a target": REFUSED,
  "a target as audience": REFUSED,
  "a function as audience": REFUSED,
  "an instance of a class": UNSENT("Question"),
  "an inherited property": UNSENT("Object"),
  "a String": REFUSED,
  "a Map": REFUSED,
  "an array with a property": REFUSED,
  "a Date with a property": REFUSED,
  bytes: REFUSED,
  "a BigInt": REFUSED,
  "a property called __proto__": REFUSED,
  "a cycle": REFUSED,
  "undefined beside it": REFUSED,
  "a megabyte": REFUSED,
  "a request": REFUSED,
  "a response": REFUSED,
  headers: REFUSED,
  "a stream": REFUSED,
  // What comes of these is a question like any other.
  "an Error with a property": OURS,
  "a symbol's property": OURS,
  "a property that is not enumerable": OURS,
  "a getter": OURS,
  "many arguments": OURS,
};

/** What the issuer's own Worker asks the object, which takes any subject of the list. */
const inside: readonly (readonly [method: string, asked: readonly unknown[], gets: string])[] = [
  ["mint", [{ subject: BILLS.subject, audience: AUDIENCE }], `worker:bills for ${AUDIENCE}`],
  ["mint", [{ subject: BILLS.subject, audience: AUDIENCE, lifetimeMs: 60_000 }], `worker:bills for ${AUDIENCE}`],
  ["mint", [{ subject: BILLS.subject, audience: AUDIENCE, lifetimeMs: 86_400_000 }], REFUSED],
  ["mint", [{ subject: BILLS.subject, audience: AUDIENCE, lifetimeMs: "60000" }], REFUSED],
  ["mint", [{ subject: "worker:stranger", audience: AUDIENCE }], REFUSED],
  ["mint", [{ subject: BILLS.subject, audience: ELSEWHERE }], REFUSED],
  ["mint", [{ subject: [BILLS.subject], audience: AUDIENCE }], REFUSED],
  ["mint", [{ subject: BILLS.subject, audience: AUDIENCE, extra: 1 }], REFUSED],
  ["mint", [null], REFUSED],
  ["mint", [], REFUSED],
  ["dropKeys", [], REFUSED],
  ["dropKeys", ["none"], REFUSED],
  ["dropKeys", [[]], REFUSED],
  ["dropKeys", [{ 0: "all", length: 1 }], REFUSED],
  ["dropKeys", [1], REFUSED],
];

export const suite: Suite = (QUnit) => {
  const open = once(openIssuer);
  QUnit.module("table: identities of the issuer's bindings", () => {
    for (const [binding, expected] of Object.entries(bindings)) {
      QUnit.test(`a binding gets what its props and the issuer allow: ${binding}`, async (assert) => {
        const { tell } = await open();
        const got = [AUDIENCE, OTHER_AUDIENCE, ELSEWHERE].map((audience) =>
          tell("rpc", binding, [["mint", { audience }]], "call"),
        );
        assert.deepEqual((await Promise.all(got)).map(gotBy), [...expected]);
      });
    }

    for (const [at, [asked, gets]] of questions.entries()) {
      QUnit.test(`question ${at + 1}: ${JSON.stringify(asked)}`, async (assert) => {
        const { tell } = await open();
        assert.strictEqual(gotBy(await tell("rpc", "ORDERS", [["mint", ...asked]], "call")), gets);
      });
    }

    for (const [name, gets] of Object.entries(odd)) {
      QUnit.test(`a question that is no JSON: ${name}`, async (assert) => {
        const { tell } = await open();
        assert.strictEqual(gotBy(await tell("rpc", "ODD", [["ask", name]], "call")), gets);
      });
    }

    for (const [at, [method, asked, gets]] of inside.entries()) {
      QUnit.test(`the object itself, ${at + 1}: ${method} ${JSON.stringify(asked)}`, async (assert) => {
        const { tellInside } = await open();
        assert.strictEqual(gotBy(await tellInside("rpc", "KEYS", [OBJECT, [method, ...asked]], "call")), gets);
      });
    }

    QUnit.test("a loopback has the props that its own Worker gives it", async (assert) => {
      const { tellInside } = await open();
      const ask = (issuer: unknown): Promise<Seen> =>
        tellInside("rpc", "exports", [issuer, ["mint", { audience: AUDIENCE }]], "call");
      const issuers = [["Issuer", { props: BILLS }], ["MoreIssuer", { props: ORDERS }], ["Issuer", {}], "Issuer"];
      const got = (await Promise.all(issuers.map(ask))).map(gotBy);
      assert.deepEqual(got, [`worker:bills for ${AUDIENCE}`, OURS, NO_PROPS, NO_PROPS]);
    });

    QUnit.test("what was given verifies by what is published; nothing was printed", async (assert) => {
      const { stage, mint, verify } = await open();
      const { sub, aud, kid } = await verify(await mint("BILLS", OTHER_AUDIENCE), OTHER_AUDIENCE);
      assert.deepEqual([sub, aud, kid.length], [BILLS.subject, OTHER_AUDIENCE, 43]);
      assert.deepEqual([...stage.log()], []);
      stage.close();
    });
  });
};

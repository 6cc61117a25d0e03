/**
 * The life of an issuer's object: its process is killed, it is left alone for fifteen seconds, it is thrown out in the middle of
 * calls, its keys are rotated by alarm. What it signed before verifies afterwards, by what is published over HTTP.
 */
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { AUDIENCE } from "./issuer-names.ts";
import { type IssuerStage, OBJECT, openIssuer } from "./issuer-stage.ts";
import { storedIn } from "./stored.ts";
import { type Play, playTogether } from "./together.ts";

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** As short as the issuer lets them be: a key is published for six seconds before it is used, and signs for five minutes. */
const SHORT = {
  tokenLifetimeMs: 3_000,
  maxTokenLifetimeMs: 3_000,
  jwksMaxAgeMs: 1_000,
  rotation: { publishAheadMs: 6_000, everyMs: 309_000 },
};
/** How long before that a next key is made. */
const DUE_MS = 303_000;

interface StoredKey {
  readonly kid: string;
  readonly activeAt: number;
  readonly retiredAt?: number;
}

/** The object's keys as they are stored: to look at them wakes nobody. */
function keysIn({ stage }: IssuerStage): readonly StoredKey[] {
  const [object] = storedIn(stage).filter(({ owner }) => owner === "issuer-PlayedKeys");
  return (object?.rows["issuer-keys"] as { readonly keys: readonly StoredKey[] } | undefined)?.keys ?? [];
}

/** Looks until it is so, or for as long as that may take at most. */
async function until(isSo: () => boolean): Promise<void> {
  for (let left = 100; left > 0 && !isSo(); left--) await pause(100);
}

const lives = ({ stage }: IssuerStage): number =>
  stage.log().filter((line) => line === "an object comes to life").length;

/** A door of the object's for tests: see `issuer-app.ts`. */
async function knock({ tellInside }: IssuerStage, path: string): Promise<string | undefined> {
  const { text, thrown } = await tellInside("rpc", "KEYS", [OBJECT, ["fetch", `https://object${path}`]], "call");
  return thrown ?? text;
}

/** Who signed a token that verifies. */
const signer = async (issuer: IssuerStage, token: string): Promise<string> => (await issuer.verify(token)).kid;

/** Plays on a stage of its own, and closes it. */
const on =
  (options: object, play: (issuer: IssuerStage) => Promise<unknown>): (() => Promise<unknown>) =>
  async () => {
    const issuer = await openIssuer({ className: "PlayedKeys", options });
    try {
      return await play(issuer);
    } finally {
      issuer.stage.close();
    }
  };

const plays: readonly Play[] = [
  {
    says: "killed in the middle of calls and started again: the same key signs, and nobody else's",
    play: on({}, async (issuer) => {
      const { stage, mint, tell } = issuer;
      const before = await mint("ORDERS");
      const first = await signer(issuer, before);
      const calls = Array.from({ length: 50 }, () => tell("rpc", "ORDERS", [["mint", { audience: AUDIENCE }]], "call"));
      const ended = Promise.allSettled(calls);
      await pause(5);
      await stage.kill();
      await ended;
      await stage.start();
      const after = await mint("BILLS");
      // What was signed before is still good, and published before anybody has asked the new process for a token.
      return [(await signer(issuer, after)) === first, (await signer(issuer, before)) === first, lives(issuer)];
    }),
    expected: [true, true, 2],
  },
  {
    says: "killed while its first key is made: one key comes of it, and it stays",
    play: on({}, async (issuer) => {
      const { stage, mint, tell } = issuer;
      for (const afterMs of [5, 20, 60]) {
        const calls = Array.from({ length: 20 }, () =>
          tell("rpc", "ORDERS", [["mint", { audience: AUDIENCE }]], "call"),
        );
        const ended = Promise.allSettled(calls);
        await pause(afterMs);
        await stage.kill();
        await ended;
        await stage.start();
      }
      const tokens = await Promise.all(Array.from({ length: 20 }, () => mint("ORDERS")));
      const signers = await Promise.all(tokens.map((token) => signer(issuer, token)));
      return [new Set(signers).size, keysIn(issuer).map(({ kid }) => kid === signers[0])];
    }),
    expected: [1, [true]],
  },
  {
    says: "left alone for fifteen seconds: another instance, the same key",
    play: on({}, async (issuer) => {
      const before = await signer(issuer, await issuer.mint("ORDERS"));
      const livesBefore = lives(issuer);
      await pause(15_000);
      const after = await signer(issuer, await issuer.mint("ORDERS"));
      return [livesBefore, lives(issuer), after === before];
    }),
    expected: [1, 2, true],
  },
  {
    says: "thrown out in the middle of calls: none fails by the entrypoint, the same key signs",
    play: on({}, async (issuer) => {
      const first = await signer(issuer, await issuer.mint("ORDERS"));
      const tokens: Promise<string>[] = [];
      const thrown: (string | undefined)[] = [];
      for (let round = 0; round < 10; round++) {
        for (let call = 0; call < 10; call++) tokens.push(issuer.mint("ORDERS"));
        thrown.push(await knock(issuer, "/abort"));
        for (let call = 0; call < 10; call++) tokens.push(issuer.mint("BILLS"));
      }
      const signers = await Promise.all(tokens.map(async (token) => signer(issuer, await token)));
      return [[...new Set(thrown)], signers.length, new Set([...signers, first]).size, lives(issuer) > 9];
    }),
    expected: [["Error: the end of an object"], 200, 1, true],
  },
  {
    says: "rotated by alarm, asleep: published ahead, then used, and gone once its tokens are",
    play: on(SHORT, async (issuer) => {
      const story: unknown[] = [];
      const first = await signer(issuer, await issuer.mint("ORDERS"));
      const set = Number(await knock(issuer, "/alarm"));
      story.push(Math.round((set - (keysIn(issuer)[0]?.activeAt ?? 0)) / 1000));
      // As if it had signed for so long that a next key is due in 12 seconds. Nobody asks: the object is asleep by then.
      await knock(issuer, `/age?ms=${DUE_MS - 12_000}`);
      const asleep = lives(issuer);
      await pause(11_500);
      await until(() => keysIn(issuer).length === 2);
      const [one, next] = keysIn(issuer);
      story.push([one?.kid === first, next !== undefined, lives(issuer) > asleep]);
      // Published and not used: it signs in six seconds, to the moment.
      const usedInMs = (next?.activeAt ?? 0) - Date.now();
      story.push([usedInMs > 1_000 && usedInMs <= 6_000, await issuer.kids().then((kids) => kids.length)]);
      const last = await issuer.mint("ORDERS");
      story.push((await signer(issuer, last)) === first);
      await pause(usedInMs);
      await until(() => keysIn(issuer)[0]?.retiredAt !== undefined);
      const [retired] = keysIn(issuer);
      story.push(retired?.retiredAt === next?.activeAt);
      story.push((await signer(issuer, await issuer.mint("ORDERS"))) === next?.kid);
      // The last one's key is published as long as its tokens could be accepted, and five minutes more.
      story.push(await issuer.kids().then((kids) => kids.join() === [first, next?.kid].join()));
      await knock(issuer, `/age?ms=${DUE_MS - 2_000}`);
      await until(() => keysIn(issuer)[0]?.kid === next?.kid);
      // Its successor is made by the same alarm: there are never more than two.
      story.push(keysIn(issuer).map(({ kid }) => kid === next?.kid));
      return story;
    }),
    expected: [303, [true, true, true], [true, 2], true, true, true, true, [true, false]],
  },
  {
    says: "an emergency: the key is gone at once, everywhere",
    play: on(SHORT, async (issuer) => {
      const old = await issuer.mint("ORDERS");
      const first = await signer(issuer, old);
      const dropped = await issuer.tellInside("rpc", "KEYS", [OBJECT, ["dropKeys", "signing"]], "call");
      const second = await issuer.mint("ORDERS");
      const kids = await issuer.kids();
      return [dropped.value, kids.includes(first), kids.length, keysIn(issuer).length, canary(second) !== old];
    }),
    expected: [{ ok: true }, false, 1, 1, true],
  },
  {
    says: "what is stored and no ring is left as it is, and said; the alarm rings again",
    play: on(SHORT, async (issuer) => {
      await issuer.mint("ORDERS");
      await knock(issuer, `/age?ms=${DUE_MS - 5_000}`);
      await knock(issuer, "/spoil");
      const inMs = async (): Promise<number> => Number(await knock(issuer, "/alarm")) - Date.now();
      const before = await inMs();
      await pause(6_000);
      const after = await inMs();
      const { value } = await issuer.tell("rpc", "ORDERS", [["mint", { audience: AUDIENCE }]], "call");
      const { error } = value as { readonly error: Record<"code" | "recovery", string> };
      const rows = storedIn(issuer.stage).map((object) => object.rows["issuer-keys"]);
      return [before < 5_000, after > 40_000 && after <= 60_000, error.code, error.recovery, rows];
    }),
    expected: [true, true, "ERR_ISSUER_KEYS", "stop", [{ version: 2 }]],
  },
];

export const suite: Suite = (QUnit) => playTogether(QUnit, "the life of an issuer's object", plays);

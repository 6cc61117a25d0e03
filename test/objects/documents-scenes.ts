/** What becomes of the public documents while the object in front of which they are answers, is slow, hangs, fails or talks nonsense. */
import { send } from "../workerd/client.ts";
import { failureScenes, type Scene } from "./documents-failures.ts";
import { placeScenes } from "./documents-places.ts";

export const JWKS = "https://id.example/.well-known/jwks.json";
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const nobodys = [
  "https://id.example/",
  "https://id.example/.well-known/jwks.json/",
  "https://id.example/.well-known/JWKS.json",
  "https://id.example//.well-known/jwks.json",
  "https://id.example/mint",
  "https://id.example:8443/.well-known/jwks.json",
  "https://other.example/.well-known/jwks.json",
  "https://id.example.other.example/.well-known/jwks.json",
  "https://id.example./.well-known/jwks.json",
];

export const scenes: readonly Scene[] = [
  {
    says: "the object is asked at most once a minute",
    async play({ get, later, calls }) {
      const seen = [await get(), await get(), await get("https://id.example/.well-known/openid-configuration")];
      await later(59_999);
      seen.push(await get());
      await later(1);
      seen.push(await get(), await get(), `${await calls()} calls`);
      return seen;
    },
    expected: ["200 call 1", "200 call 1", "200", "200 call 1", "200 call 2", "200 call 2", "2 calls"],
  },
  {
    says: "one request asks for all, at first and when the copy is old",
    async play({ get, become, later, calls }) {
      await become("slowly");
      const seen = [];
      for (const _ of [1, 2]) {
        const many = await Promise.all(Array.from({ length: 100 }, () => get()));
        seen.push([...new Set(many)].sort().join(), await calls());
        await later(60_000);
      }
      return seen;
    },
    // The second time the old copy is good enough for all but the one that asks.
    expected: ["200 call 1", 1, "200 call 1,200 call 2", 2],
  },
  {
    says: "what a copy is old counts for those who cache it",
    async play({ get, later, age }) {
      const seen = [await get(), await age()];
      await later(40_000);
      return [...seen, await age()];
    },
    expected: ["200 call 1", "public, max-age=900", "public, max-age=860"],
  },
  {
    says: "documents that may be cached for less are kept for less, and for a second at least",
    place: { jwksMaxAgeMs: 0 },
    async play({ get, later, calls, age }) {
      const seen = [await get(), await get()];
      await later(999);
      seen.push(await get());
      await later(1);
      return [...seen, await get(), await calls(), await age()];
    },
    expected: ["200 call 1", "200 call 1", "200 call 1", "200 call 2", 2, "public, max-age=0"],
  },
  {
    says: "another host, path or method never reaches the object",
    async play({ get, calls }) {
      const seen = await Promise.all(nobodys.map((url) => get(url)));
      const methods = ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"];
      const wrong = await Promise.all(methods.map((method) => get(JWKS, { method })));
      return [[...new Set(seen)], [...new Set(wrong)], await calls()];
    },
    expected: [["404"], ["405"], 0],
  },
  {
    says: "without a copy a failing object is 503, and is left alone for some seconds",
    async play({ get, become, later, calls }) {
      await become("fails");
      const seen = [await get(), await get(), await get(), await calls()];
      await later(5_000);
      seen.push(await get(), await calls());
      await become("answers");
      seen.push(await get());
      await later(5_000);
      seen.push(await get(), await calls());
      return seen;
    },
    expected: [
      "503 after 5 s",
      "503 after 5 s",
      "503 after 5 s",
      1,
      "503 after 5 s",
      2,
      "503 after 5 s",
      "200 call 1",
      1,
    ],
  },
  {
    says: "with a copy nobody notices, as long as it may be cached",
    async play({ get, become, later, calls }) {
      const seen: unknown[] = [await get()];
      await become("fails");
      await later(60_000);
      seen.push(await get(), await get(), await calls());
      await later(5_000);
      seen.push(await get(), await calls());
      await later(834_999);
      seen.push(await get());
      await later(1);
      seen.push(await get());
      await become("answers");
      await later(5_000);
      seen.push(await get());
      return seen;
    },
    expected: [
      "200 call 1",
      "200 call 1",
      "200 call 1",
      1,
      "200 call 1",
      2,
      "200 call 1",
      "503 after 5 s",
      "200 call 1",
    ],
  },
  {
    says: "documents that say for themselves how long they may be cached, whatever the handler was told",
    async play({ get, become, later, calls, age }) {
      await become("answers, good for ten seconds");
      const seen: unknown[] = [await get(), await age()];
      await later(9_999);
      seen.push(await get(), await age());
      await become("fails");
      await later(1);
      // The next key may sign by now, and this copy does not have it.
      seen.push(await get(), await calls());
      return seen;
    },
    expected: ["200 call 1", "public, max-age=10", "200 call 1", "public, max-age=0", "503 after 5 s", 1],
  },
  {
    says: "what a copy was is counted for each answer, also of a clock that was set back",
    async play({ get, later, calls, age }) {
      await later(3 * 3_600_000);
      const seen: unknown[] = [await get()];
      await later(-3 * 3_600_000);
      seen.push(await get(), await age());
      await later(59_999);
      seen.push(await get(), await age());
      await later(1);
      seen.push(await get(), await calls());
      return seen;
    },
    expected: ["200 call 1", "200 call 2", "public, max-age=900", "200 call 2", "public, max-age=840", "200 call 3", 3],
  },
  {
    says: "an object that hangs is waited for five seconds, by one request",
    async play({ get, become, later, calls }) {
      await become("never");
      const startedAt = Date.now();
      const first = await Promise.all([get(), get(), get()]);
      const tookMs = Date.now() - startedAt;
      await become("answers");
      await later(5_000);
      const copy = await get();
      await become("never");
      await later(60_000);
      let isWaiting = true;
      const asking = get().finally(() => {
        isWaiting = false;
      });
      await pause(200);
      const others = [await get(), await get()];
      return [first, tookMs > 4_900, copy, others, isWaiting, await asking, await calls()];
    },
    expected: [
      ["503 after 5 s", "503 after 5 s", "503 after 5 s"],
      true,
      "200 call 1",
      ["200 call 1", "200 call 1"],
      true,
      "200 call 1",
      1,
    ],
  },
  {
    says: "when the request that asks goes away, another one asks",
    async play({ become, later, calls, url }) {
      await become("never");
      const host = { host: "id.example" };
      const leader = send(`${url}/.well-known/jwks.json`, host);
      await pause(300);
      const joiner = send(`${url}/.well-known/jwks.json`, host);
      await pause(300);
      leader.reset();
      await become("answers");
      await pause(300);
      const before = await calls();
      await later(6_000);
      return [(await leader.answer).kind, before, (await joiner.answer).status, await calls()];
    },
    expected: ["gone", 0, 200, 1],
  },
  {
    says: "of a failure the caller is told nothing, and the log its class",
    async play({ get, told, become, log }) {
      await become("fails");
      const seen = [await get(), await told()];
      const texts = log().filter((line) => /: Error$|the object was sent/.test(line));
      return [...seen, [...new Set(texts)].sort()];
    },
    expected: [
      "503 after 5 s",
      "Cannot mint a token: the issuer's object does not answer (ERR_ISSUER_KEYS, https://github.com/tokenhop/tokenhop/blob/main/docs/errors.md#err_issuer_keys)",
      [
        "Cannot mint a token: the issuer's object does not answer: Error",
        "Cannot publish the issuer's documents: Error",
      ],
    ],
  },
  ...placeScenes,
  ...failureScenes,
];

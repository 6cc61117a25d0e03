import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken, createRecorder, leaks, record } from "../leak.ts";

/** Records one thing that is made from a fresh token, and tells how many hits the search has. */
function hitsFor(leak: (token: string) => unknown): number {
  const recorder = createRecorder();
  recorder.record("control", leak(recorder.canaryToken({ sub: "someone" })));
  return recorder.scan().hits.length;
}

class Hiding {
  readonly #token: string;
  constructor(token: string) {
    this.#token = token;
  }
  get length(): number {
    return this.#token.length;
  }
}

const segment = (token: string, index: number): string => token.split(".")[index] ?? "";

/** Every way out that the search must see; each is a control of its own. */
const controls: Readonly<Record<string, (token: string) => unknown>> = {
  "a message": (token) => new Error(`refused: ${token}`),
  "the cause of a cause": (token) =>
    new Error("a", { cause: new Error("b", { cause: { body: { access_token: token } } }) }),
  "a hidden property": (token) => Object.defineProperty({}, "response", { value: token, enumerable: false }),
  "a property under a symbol": (token) => ({ [Symbol("held")]: token }),
  "the header segment": (token) => segment(token, 0),
  "the claims segment": (token) => segment(token, 1),
  "the signature": (token) => segment(token, 2),
  "its first 12 characters": (token) => `token ${segment(token, 0).slice(0, 12)}...`,
  "the end of its signature": (token) => `...${segment(token, 2).slice(-12)}`,
  "its base64": (token) => btoa(token),
  "its base64 behind a user name": (token) => ({ authorization: `Basic ${btoa(`id:${token}`)}` }),
  "a URL": (token) => new URL(`https://host.example/?assertion=${encodeURIComponent(token)}`),
  "a header": (token) => new Headers({ authorization: `Bearer ${token}` }),
  "a form body": (token) => new URLSearchParams({ client_assertion: token }),
  bytes: (token) => new TextEncoder().encode(token),
  "a map": (token) => new Map([["key", { token }]]),
  "its JSON form": (token) => ({ toJSON: () => ({ token }) }),
  "its string form": (token) => ({ toString: () => token }),
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("leak search", () => {
    for (const [name, leak] of Object.entries(controls)) {
      QUnit.test(`finds a token in ${name}`, (assert) => assert.strictEqual(hitsFor(leak), 1));
    }

    QUnit.test("finds what only URL encoding or base64url changes", (assert) => {
      const recorder = createRecorder();
      const secret = recorder.canary("q+w/e+r/t+y/u+i/o+p/~~~~????>>>>");
      recorder.record("url", encodeURIComponent(secret));
      recorder.record("base64url", btoa(secret).replaceAll("+", "-").replaceAll("/", "_"));
      assert.strictEqual(recorder.scan().hits.length, 2);
    });

    QUnit.test("stays silent where the token does not show", (assert) => {
      assert.strictEqual(
        hitsFor((token) => new Hiding(token)),
        0,
      );
      assert.strictEqual(
        hitsFor(() => canaryToken()),
        0,
        "another recorder's token",
      );
    });

    QUnit.test("names the kind of the item, not its text", (assert) => {
      const recorder = createRecorder();
      recorder.enter("some test");
      recorder.record("event", { token: recorder.canaryToken() });
      assert.deepEqual([...recorder.scan().hits], [{ kind: "event", test: "some test", canary: 0 }]);
    });

    QUnit.test("is fed by expected errors and by suites", (assert) => {
      const before = leaks.scan().items;
      record("event", { type: "refresh" });
      assert.throws(
        () => {
          throw new Error("expected");
        },
        (error) => error instanceof Error,
      );
      assert.strictEqual(leaks.scan().items, before + 2);
    });
  });
};

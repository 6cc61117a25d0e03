/** What every target must do. Each has a file in `test/targets` that runs this, and tests what is its own there. */
import { type Credential, type ErrorCode, type Provenance, type Recovery, secret, type Target } from "@tokenhop/core";
import { type ManualClock, manualClock, type ScriptedReply, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import type { QUnitLike } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { assertHides, contextFor, failureOf, json, NOW } from "./platform.ts";

export interface TargetContract<Out extends Credential, P extends object> {
  readonly name: string;
  readonly kind: Out["kind"];
  readonly audience: string;
  readonly produces: Provenance;
  /** What it refuses at construction. */
  readonly refused: readonly Provenance[];
  create(): Target<Out, P>;
  /** A function where they have to be made first. */
  readonly params: P | (() => Promise<P>);
  /** The body of a good reply whose secret is this, and which lasts an hour. Absent where nothing is asked of a server. */
  body?(secretText: unknown): unknown;
  /** How a body is written. Default: as JSON. */
  encode?(body: unknown): string;
  /** Statuses of a good reply beside 200. Default none. */
  readonly statuses?: readonly number[];
  /** Wrong options, and every problem that must be named. */
  readonly mistakes: readonly { readonly what: string; make(): unknown; readonly problems: readonly string[] }[];
  /** The body of a refusal that says this. */
  refusal?(text: string): unknown;
}

/** One bad reply, and what it must come to. `good` is the text of a good reply with this secret. */
interface Fault {
  readonly reply: (good: (secretText: unknown) => string) => ScriptedReply;
  /** What can only be wrong in JSON. */
  readonly jsonOnly?: boolean;
  readonly code: ErrorCode;
  readonly recovery: Recovery;
  readonly status?: number;
  readonly retryAfterMs?: number;
}

const HTML = "<!doctype html><title>Sign in</title><p>Welcome</p>";
const unreadable = { code: "ERR_EXCHANGE_REPLY", recovery: "retry" } as const;
const failed = { code: "ERR_EXCHANGE_FAILED" } as const;

/** One bad reply each, and what it must come to. Hand-written. */
const faults: Readonly<Record<string, Fault>> = {
  "a page with status 200": { reply: () => new Response(HTML), ...unreadable },
  "an empty body": { reply: () => new Response(""), ...unreadable },
  "a JSON null": { reply: () => json(null), ...unreadable },
  "a JSON list": { reply: () => json([]), ...unreadable },
  "truncated JSON": {
    reply: (good) => new Response(good(canaryToken()).slice(0, -9)),
    ...unreadable,
  },
  "no secret": { reply: (good) => new Response(good(undefined)), ...unreadable },
  "an empty secret": { reply: (good) => new Response(good("")), ...unreadable },
  "a secret of two lines": { reply: (good) => new Response(good("a.b.c\r\nx-evil: 1")), ...unreadable },
  "a secret that is a number": { reply: (good) => new Response(good(5)), ...unreadable, jsonOnly: true },
  "a huge body": {
    reply: (good) => new Response(good(canaryToken()) + " ".repeat(300_000)),
    code: "ERR_HTTP_TOO_LARGE",
    recovery: "retry",
  },
  "a redirect": {
    reply: () => new Response(null, { status: 307, headers: { location: "https://elsewhere.example/" } }),
    code: "ERR_HTTP_REDIRECT",
    recovery: "stop",
  },
  "no answer": { reply: () => new TypeError("fetch failed"), code: "ERR_HTTP_NETWORK", recovery: "retry" },
  "201": {
    reply: (good) => new Response(good(canaryToken()), { status: 201 }),
    ...failed,
    recovery: "stop",
    status: 201,
  },
  "404 with a page": { reply: () => new Response(HTML, { status: 404 }), ...failed, recovery: "stop", status: 404 },
  "408": { reply: () => new Response("", { status: 408 }), ...failed, recovery: "retry", status: 408 },
  "429 with seconds": {
    reply: () => new Response("", { status: 429, headers: { "retry-after": "7" } }),
    ...failed,
    recovery: "retry",
    status: 429,
    retryAfterMs: 7_000,
  },
  "500 with a page": { reply: () => new Response(HTML, { status: 500 }), ...failed, recovery: "retry", status: 500 },
  "503 with truncated JSON": {
    reply: () => new Response('{"error":"temporar', { status: 503 }),
    ...failed,
    recovery: "retry",
    status: 503,
  },
};

/** Every way in which a server could show the assertion again. */
const echoes: Readonly<Record<string, (token: string) => string>> = {
  "as it is": (token) => token,
  "its header": (token) => token.split(".")[0] ?? "",
  "its claims": (token) => token.split(".")[1] ?? "",
  "its signature": (token) => token.split(".")[2] ?? "",
  "a piece of its signature": (token) => token.slice(-64, -36),
  "its end behind a word": (token) => `assertion=...${token.slice(-16)}`,
  "URL-encoded": (token) => encodeURIComponent(token),
  "in base64": (token) => btoa(token),
  "in a URL": (token) => `https://login.example/?client_assertion=${token}&x=1`,
  "in lines": (token) => token.replace(/.{60}/g, "$&\r\n"),
};

/** Registers what is said of the exchange with a server. */
function wireTests<Out extends Credential, P extends object>(
  QUnit: QUnitLike,
  contract: TargetContract<Out, P>,
  body: (secretText: unknown) => unknown,
  refused: (text: string) => unknown,
): void {
  const { name, create, encode = JSON.stringify } = contract;
  const good = (secretText: unknown): string => encode(body(secretText));
  const refusal = (text: string): string => encode(refused(text));
  const made = async (): Promise<P> => (typeof contract.params === "function" ? contract.params() : contract.params);

  const subjectOf = (token: string) => ({ token: secret(token), expiresAt: NOW + 300_000 });
  const worldOf = (reply: ScriptedReply, clock: ManualClock = manualClock()) => {
    const fetch = scriptedFetch([reply]);
    return { fetch, clock, context: contextFor(testPlatform({ clock, fetch })) };
  };

  QUnit.test("asks once, over https, and follows no redirect", async (assert) => {
    const { fetch, context } = worldOf(new Response(good(canaryToken())));
    await create().exchange(subjectOf(canaryToken()), await made(), context);
    const sent = fetch.requests.map(({ url, redirect }) => [new URL(url).protocol, redirect]);
    assert.deepEqual(sent, [["https:", "manual"]]);
  });

  QUnit.test("counts the lifetime from before the request", async (assert) => {
    const { context, clock } = worldOf(() => {
      clock.jump(2_000);
      return new Response(good(canaryToken()));
    });
    const { kind, expiresAt } = await create().exchange(subjectOf(canaryToken()), await made(), context);
    assert.deepEqual([kind, expiresAt], [contract.kind, NOW + 3_600_000]);
  });

  QUnit.test("shows neither what it was given nor what it gives", async (assert) => {
    const [sent, given] = [canaryToken(), canaryToken()];
    const { context } = worldOf(new Response(good(given)));
    const target = create();
    const params = await made();
    assertHides(assert, await target.exchange(subjectOf(sent), params, context), [sent, given]);
    assertHides(assert, { ...target, hosts: target.hosts?.(params) }, [sent, given]);
  });

  for (const [what, { reply, code, recovery, status, retryAfterMs, jsonOnly }] of Object.entries(faults)) {
    if ((jsonOnly && contract.encode) || contract.statuses?.includes(status ?? 0)) continue;
    QUnit.test(`answers ${what} with its code`, async (assert) => {
      const sent = canaryToken();
      const { fetch, context } = worldOf(reply(good));
      const error = await failureOf(async () => create().exchange(subjectOf(sent), await made(), context));
      assert.deepEqual(
        [error.code, error.recovery, error.status, error.retryAfterMs, error.step],
        [code, recovery, status, retryAfterMs, name],
      );
      assert.strictEqual(error.cause, undefined, "another library's error may hold the reply");
      assert.strictEqual(fetch.requests.length, 1, "it does not retry by itself");
      assertHides(assert, error, [sent]);
    });
  }

  for (const [what, echo] of Object.entries(echoes)) {
    QUnit.test(`shows no assertion that a server echoes ${what}`, async (assert) => {
      const sent = canaryToken({ sub: "someone" });
      for (const status of [400, 503]) {
        const { context } = worldOf(new Response(refusal(`got <${echo(sent)}> from you`), { status }));
        const error = await failureOf(async () => create().exchange(subjectOf(sent), await made(), context));
        assert.ok(/got <.*\[redacted\]/.test(error.message), "the rest is still there");
        assertHides(assert, error, [sent]);
      }
    });
  }

  QUnit.test("shows no opaque assertion either", async (assert) => {
    const sent = canary("opaque/assertion+0123456789");
    const { context } = worldOf(new Response(refusal(`got <${sent}>`), { status: 400 }));
    const error = await failureOf(async () => create().exchange(subjectOf(sent), await made(), context));
    assert.ok(error.message.includes("got <[redacted]>"), error.message);
  });

  QUnit.test("puts no control characters into a message", async (assert) => {
    const { context } = worldOf(new Response(refusal("a\u0000b\u001b[31mc\u202ed\u2028e\r\nf"), { status: 400 }));
    const error = await failureOf(async () => create().exchange(subjectOf(canaryToken()), await made(), context));
    assert.ok(error.message.includes("a b [31mc d e f"), error.message);
  });

  QUnit.test("rejects with the signal's reason, before and on the way", async (assert) => {
    const reason = new Error("enough");
    const controller = new AbortController();
    const { fetch, context } = worldOf(() => {
      controller.abort(reason);
      throw new TypeError("aborted");
    });
    for (let round = 0; round < 2; round++) {
      const asked = create().exchange(subjectOf(canaryToken()), await made(), {
        ...context,
        signal: controller.signal,
      });
      await assert.rejects(asked, (error) => error === reason);
    }
    assert.ok(fetch.requests.length > 0);
  });
}

/** Registers the contract for one target. */
export function targetContract<Out extends Credential, P extends object>(
  QUnit: QUnitLike,
  contract: TargetContract<Out, P>,
): void {
  const { name, create } = contract;
  QUnit.module(`target ${name}`, () => {
    QUnit.test("says what it is", (assert) => {
      const target = create();
      assert.strictEqual(target.name, name);
      assert.strictEqual(target.identity[0], name, "nothing else can have its identity");
      assert.strictEqual(target.audience, contract.audience);
      assert.strictEqual(target.produces, contract.produces);
    });

    QUnit.test("refuses at construction what can never work", (assert) => {
      const all: Provenance[] = ["platform", "external", "entra-federated", "unknown"];
      assert.deepEqual(
        all.filter((from) => create().refuses?.(from) !== undefined),
        [...contract.refused],
      );
    });

    if (contract.body && contract.refusal) wireTests(QUnit, contract, contract.body, contract.refusal);

    for (const { what, make, problems } of contract.mistakes) {
      QUnit.test(`refuses ${what} at once`, async (assert) => {
        const error = await failureOf(make);
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
        assert.deepEqual([...(error.problems ?? [])], [...problems]);
      });
    }
  });
}

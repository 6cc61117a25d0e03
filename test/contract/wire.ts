/** What every identity source that asks an endpoint must do. Run by `source.ts`. */
import type { IdentitySource, Recovery } from "@tokenhop/core";
import type { QUnitLike } from "../harness.ts";
import {
  assertHides,
  contextFor,
  type FakePlatform,
  failureOf,
  fakePlatform,
  json,
  NOW,
  type Sent,
} from "./platform.ts";
import { AUDIENCE, faults, freshToken } from "./wire-faults.ts";

export { AUDIENCE, freshToken };

/** How a source talks to an endpoint. */
export interface WireContract {
  readonly env: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
  /** Default GET. */
  readonly method?: string;
  /** The body of a good reply whose token is this. */
  body(token: unknown): unknown;
  /** How it is written. Default JSON; `text` is a reply that is the token alone, `xml` what `body` gives, as it is. */
  readonly format?: "json" | "text" | "xml";
  /** Statuses of a good reply beside 200, the first of which it has here. Default none. */
  readonly statuses?: readonly number[];
  /** Headers of every good reply. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Name of the parameter of the query that the audience stands in, or where else it is. Absent where it cannot be asked for. */
  readonly audienceParameter?: string;
  audienceOf?(sent: Sent): unknown;
  /** Answers the requests that come before the one for the token. */
  prelude?(sent: Sent): Response | undefined;
  /** The secret of the request, if it has one. */
  readonly secret?: string;
  /** What a 404 means. */
  readonly notFound: Recovery;
}

/** The text of a good reply with this token. */
export function goodText({ body, format = "json" }: WireContract, token: unknown): string {
  return format === "json" ? JSON.stringify(body(token)) : String(body(token) ?? "");
}

/** A platform with the world that such a source wants, where `respond` answers for the token. */
export function wirePlatform(wire: WireContract, respond: (sent: Sent) => Response | Promise<Response>): FakePlatform {
  const { env, files } = wire;
  return fakePlatform({ env, ...(files && { files }), respond: (sent) => wire.prelude?.(sent) ?? respond(sent) });
}

/** What the source demands of every reply, a bad one too. */
function withHeaders(response: Response, headers: WireContract["headers"]): Response {
  for (const [name, value] of Object.entries(headers ?? {})) response.headers.set(name, value);
  return response;
}

/** Registers what is said of the wire. */
export function wireContract(QUnit: QUnitLike, create: () => IdentitySource, wire: WireContract): void {
  const good = (token: unknown): string => goodText(wire, token);
  const fine = (token: string, headers?: Readonly<Record<string, string>>): Response =>
    new Response(good(token), { status: wire.statuses?.[0] ?? 200, headers: { ...wire.headers, ...headers } });
  const worldOf = (respond: (sent: Sent) => Response | Promise<Response>) => {
    const asked: Sent[] = [];
    const platform = wirePlatform(wire, (sent) => {
      asked.push(sent);
      return respond(sent);
    });
    return { asked, platform };
  };

  QUnit.test("asks once, for the audience, and follows no redirect", async (assert) => {
    const { audienceParameter, audienceOf, method = "GET" } = wire;
    const fixed = !audienceParameter && !audienceOf;
    const audience = fixed ? AUDIENCE : `${AUDIENCE}?a=b&c d`;
    const { asked, platform } = worldOf(() => fine(freshToken()));
    await create().getToken({ audience }, contextFor(platform));
    const told = (sent: Sent): unknown =>
      audienceOf?.(sent) ?? sent.url.searchParams.getAll(audienceParameter ?? "").join(" and ");
    assert.deepEqual(
      asked.map((sent) => [sent.method, sent.redirect, told(sent)]),
      [[method, "manual", fixed ? "" : audience]],
    );
    assert.ok(
      platform.requests.every(({ redirect }) => redirect === "manual"),
      "none of its requests is redirected",
    );
  });

  QUnit.test("corrects the expiry by the clock of the reply", async (assert) => {
    const { platform } = worldOf(() => fine(freshToken(), { date: new Date(NOW - 60_000).toUTCString() }));
    const { expiresAt } = await create().getToken({ audience: AUDIENCE }, contextFor(platform));
    assert.strictEqual(
      expiresAt,
      NOW + 360_000,
      "it ends 300 s after the server's now, which is 60 s ahead of its date",
    );
  });

  for (const [name, { reply, code, recovery, jsonOnly = false, ...fields }] of Object.entries(faults)) {
    if (jsonOnly && (wire.format ?? "json") !== "json") continue;
    if (wire.statuses?.includes(fields.status ?? 0)) continue;
    QUnit.test(`answers ${name} with its code`, async (assert) => {
      const { asked, platform } = worldOf(() => withHeaders(reply(good), wire.headers));
      const error = await failureOf(() => create().getToken({ audience: AUDIENCE }, contextFor(platform)));
      const { status, retryAfterMs } = error;
      assert.deepEqual(
        { code: error.code, recovery: error.recovery, status, error: error.error, retryAfterMs, step: error.step },
        {
          code,
          recovery: recovery === "notFound" ? wire.notFound : recovery,
          status: fields.status,
          error: fields.error,
          retryAfterMs: fields.retryAfterMs,
          step: create().name,
        },
      );
      assert.ok(error.message.includes(fields.says ?? ""), error.message);
      assert.strictEqual(asked.length, 1, "it does not retry by itself");
    });
  }

  QUnit.test("keeps what a server echoes out of the error", async (assert) => {
    const token = freshToken();
    const secrets = wire.secret === undefined ? [token] : [token, wire.secret];
    const echo = `got ${secrets.join(" and ")}\u0000`;
    for (const body of [
      { error: echo, error_description: echo, correlationId: echo },
      { message: echo },
      { error: { code: echo, message: echo } },
    ]) {
      const { platform } = worldOf(() => withHeaders(json(body, { status: 400 }), wire.headers));
      const error = await failureOf(() => create().getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.notOk(error.message.includes("\u0000"), "no control characters");
      assert.ok(error.message.includes("got [redacted]"), "the rest is still there");
      assertHides(assert, error, secrets);
    }
  });

  QUnit.test("rejects with the signal's reason when it aborts on the way", async (assert) => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const { platform } = worldOf(() => new Promise(() => controller.abort(reason)));
    const asked = create().getToken({ audience: AUDIENCE }, contextFor(platform, { signal: controller.signal }));
    await assert.rejects(asked, (error) => error === reason);
  });
}

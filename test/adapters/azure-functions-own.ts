/** What the adapter of Azure Functions does besides the contract: other triggers, the host's log, answers that are plain data. */
import { type HttpRequest, HttpResponse, type Timer } from "@azure/functions";
import { bearerAuth, downstream } from "@tokenhop/azure-functions";
import { defineTarget, federate, isTokenError } from "@tokenhop/core";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { exchanged, outage, refusal } from "../contract/adapter/providers.ts";
import { API, worldOf } from "../contract/adapter/stage.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { freshName, hostOf } from "./azure-functions.ts";
import { authTests } from "./azure-functions-auth.ts";
import { asked, textOf, triggered } from "./azure-functions-support.ts";
import { goodOnly } from "./good-only.ts";
import { whileProgramRuns } from "./readme-program.ts";

const { platform, sent } = worldOf({ workers: false }, () => new Response("users"));
const options = { platform };

function triggerTests(QUnit: QUnitLike): void {
  QUnit.test("a timer and a queue are given the providers", async (assert) => {
    const { provider, tokens } = exchanged({ platform });
    const cloud = downstream({ graph: provider }, options);
    const seen: unknown[] = [];
    await triggered(
      "timer",
      cloud(async (timer: Timer, context, { graph }) => {
        seen.push(timer.isPastDue, context.functionName.startsWith("function-"), await (await graph.fetch(API)).text());
      }),
    );
    const work = cloud(async (message: string, _context, { graph }) => [message, (await graph.token()) === tokens[0]]);
    const result = await triggered("queue", work, { string: "hello" });
    assert.deepEqual(seen, [true, true, "users"]);
    assert.deepEqual(result, { json: '["hello",true]' } as unknown);
    assert.strictEqual(tokens.length, 1);
    assert.ok(sent.at(-1)?.authorization?.includes(tokens[0] ?? "none"));
  });

  QUnit.test("a timer fails as its exchange does, for the host to try again", async (assert) => {
    for (const eager of [false, true]) {
      const { provider } = exchanged({ platform, error: outage });
      const cloud = downstream({ graph: provider }, { platform, eager });
      const work = triggered(
        "timer",
        cloud(async (_timer: Timer, _context, { graph }) => graph.token()),
      );
      await assert.rejects(work, (error) => isTokenError(error) && error.code === "ERR_EXCHANGE_FAILED");
    }
  });

  QUnit.test("a source that reads the request has one in app.http alone", async (assert) => {
    const token = canaryToken();
    const seen: string[] = [];
    const graph = federate({
      platform,
      from: fromRequest((request) => {
        seen.push(`${request instanceof Request} ${request.method} ${new URL(request.url).pathname}`);
        return request.headers.get("x-token");
      }),
      to: defineTarget({
        name: "pass-on",
        identity: ["pass-on", {}],
        audience: "test",
        produces: "external",
        exchange: async ({ token }, _params: Readonly<Record<string, never>>) => ({
          kind: "bearer" as const,
          token,
          expiresAt: platform.now() + 60_000,
        }),
      }),
    });
    const cloud = downstream({ graph }, options);
    const handler = cloud(async (_request: HttpRequest, _context, given) => ({
      jsonBody: (await given.graph.token()) === token,
    }));
    assert.strictEqual(
      (await asked(handler, { method: "POST", headers: { "x-token": token }, body: "x" })).text,
      "true",
    );
    assert.ok(seen.length > 0 && seen.every((one) => one === "true POST /"));
    const work = triggered(
      "timer",
      cloud((_timer: Timer, _context, given) => given.graph.token()),
    );
    await assert.rejects(work, (error) => isTokenError(error) && error.code === "ERR_SOURCE_UNAVAILABLE");
  });
}

function answerTests(QUnit: QUnitLike): void {
  QUnit.test("what Azure Functions takes by itself is not touched", async (assert) => {
    const cloud = downstream({}, options);
    const given = [
      { status: 201, jsonBody: { a: 1 }, cookies: [{ name: "a", value: "1" }] },
      new HttpResponse({ status: 202, body: "text", headers: { connection: "x" } }),
      undefined,
    ];
    for (const one of given) {
      const handler = cloud((_request: HttpRequest) => one);
      assert.ok((await handler({ headers: new Headers() } as HttpRequest, {} as never)) === one);
    }
  });

  QUnit.test("a Response arrives with its cookies, and without what belongs to another connection", async (assert) => {
    const cookies = [
      ["a=1; Path=/; Domain=a.example; Max-Age=60; HttpOnly; Secure; SameSite=Lax", "same but for its order"],
      ["b=%C3%A9%20x; expires=Thu, 01 Jan 2026 00:00:00 GMT; samesite=none", "encoded once"],
      ["c=", "empty"],
      ["d=%zz; max-age=soon; expires=never; partitioned", "what nobody understands is left out"],
    ] as const;
    const headers = new Headers([
      ["connection", "close, X-Hop"],
      ["keep-alive", "timeout=1"],
      ["x-hop", "1"],
      ["x-end", "1"],
      ...cookies.map(([text]): [string, string] => ["set-cookie", text]),
    ]);
    const cloud = downstream({}, options);
    const answer = await asked(cloud((_request: HttpRequest) => new Response("body", { status: 203, headers })));
    assert.deepEqual([answer.status, answer.text, textOf(answer.headers, "x-end")], [203, "body", "1"]);
    assert.notOk(answer.headers.has("x-hop"));
    assert.deepEqual(answer.headers.getSetCookie(), [
      "a=1; Max-Age=60; Domain=a.example; Path=/; HttpOnly; Secure; SameSite=Lax",
      "b=%C3%A9%20x; Expires=Thu, 01 Jan 2026 00:00:00 GMT; SameSite=None",
      "c=",
      "d=%25zz",
    ]);
    const single = "one=a:b/c==; Path=/; Partitioned";
    const one = await asked(cloud((_r: HttpRequest) => new Response(null, { headers: { "set-cookie": single } })));
    assert.deepEqual(one.headers.getSetCookie(), [single], "one cookie is left as it is");
  });

  QUnit.test("without enableHttpStream the answer is plain data", async (assert) => {
    const { app, invoke } = await hostOf("plain data");
    const { provider } = exchanged({ platform, error: outage });
    const cloud = downstream({ graph: provider }, options);
    const headers = { "transfer-encoding": "chunked", "x-end": "1" };
    const handlers = [
      cloud((_request: HttpRequest) => new Response("body", { status: 203, headers })),
      cloud((_request: HttpRequest, _context, { graph }) => graph.fetch(API)),
    ];
    const answers: unknown[] = [];
    for (const handler of handlers) {
      const name = freshName();
      app.http(name, { handler });
      const data = { http: { method: "GET", url: "http://app.example/", headers: { accept: "*/*" } } };
      const { http } = (await invoke(name, data)) as {
        http: { statusCode: string; headers: object; body: { bytes: Uint8Array } };
      };
      answers.push([http.statusCode, http.headers, new TextDecoder().decode(http.body.bytes).slice(0, 8)]);
    }
    const problem = { "cache-control": "no-store", "content-type": "application/problem+json", "retry-after": "7" };
    assert.deepEqual(answers, [
      ["203", { "content-type": "text/plain;charset=UTF-8", "x-end": "1" }, "body"],
      ["503", problem, '{"type":'],
    ]);
  });

  QUnit.test("the host's log has what failed, and not what a client did wrong", async (assert) => {
    const { logged } = await hostOf("streams");
    const before = logged.length;
    for (const error of [refusal, outage]) {
      const cloud = downstream({ graph: exchanged({ platform, error }).provider }, options);
      await asked(cloud((_request: HttpRequest, _context, { graph }) => graph.fetch(API)));
    }
    await asked(bearerAuth(goodOnly)((_request, _context, { user }) => ({ jsonBody: user.expiresAt })));
    const lines = logged.slice(before).map(({ level, text }) => [level, /ERR_\w+/.exec(text)?.[0]]);
    assert.deepEqual(lines, [
      ["error", "ERR_EXCHANGE_REFUSED"],
      ["error", "ERR_EXCHANGE_FAILED"],
    ]);
  });
}

export const azureFunctionsOwn: Suite = (QUnit) => {
  QUnit.module("adapter azure-functions, its own", () => {
    QUnit.test("the program of the README runs", async (assert) => {
      const { serve, invoke, logged } = await hostOf("streams");
      await whileProgramRuns("azure-functions", async (ask) => {
        const { url, close } = await serve("users");
        const response = await ask("/", url);
        assert.strictEqual(response.status, 200);
        assert.ok((await response.text()).includes("Ada Lovelace"));
        await close();
        await invoke("count", { json: "{}" });
        assert.ok(/^[1-9]\d* users$/.test(logged.at(-1)?.text ?? ""), logged.at(-1)?.text);
      });
    });
    triggerTests(QUnit);
    answerTests(QUnit);
    authTests(QUnit);
  });
};

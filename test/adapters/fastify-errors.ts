/** Fastify's adapter on Fastify's way of errors: an error handler of the user's answers, wherever it is set. */
import { isTokenError, type TokenError } from "@tokenhop/core";
import { bearerAuth, downstream } from "@tokenhop/fastify";
import { type FastifyInstance, fastify } from "fastify";
import { exchanged, outage, refusal } from "../contract/adapter/providers.ts";
import { API, worldOf } from "../contract/adapter/stage.ts";
import type { QUnitLike } from "../harness.ts";
import { asked } from "./fastify-support.ts";
import { goodOnly } from "./good-only.ts";

const { platform } = worldOf({ workers: false });
const options = { platform };

const REFUSED = [502, "ERR_EXCHANGE_REFUSED"];

/** A plugin whose tokens cannot be had. */
const failing = (error: () => Error = refusal) =>
  downstream({ graph: exchanged({ platform, error }).provider }, options);
type Failing = ReturnType<typeof failing>;

/** An app with a route that needs a token which cannot be had. */
function appOf(cloud: Failing = failing()): FastifyInstance {
  const app = fastify();
  app.register(cloud);
  app.get("/", (request) => cloud.of(request).graph.fetch(API));
  return app;
}

/** Registers them. */
export function errorTests(QUnit: QUnitLike): void {
  QUnit.test("an error handler answers, set before the plugin or behind it, here or around", async (assert) => {
    const mine = (error: unknown) => `mine: ${(error as TokenError).code}`;
    const before = fastify().setErrorHandler(mine);
    const cloud = failing();
    before.register(cloud).get("/", (request) => cloud.of(request).graph.token());
    const behind = appOf().setErrorHandler(mine);
    const around = fastify().setErrorHandler(mine);
    around.register(async (scope) => {
      scope.register(cloud).get("/", (request) => cloud.of(request).graph.token());
    });
    const within = fastify().register(cloud);
    within.register(async (scope) => {
      scope.setErrorHandler(mine).get("/", (request) => cloud.of(request).graph.token());
    });
    for (const app of [before, behind, around, within]) {
      assert.deepEqual(await asked(app), [200, "mine: ERR_EXCHANGE_REFUSED"]);
    }
  });

  QUnit.test("an app may forbid a second error handler, for the plugin sets none", async (assert) => {
    const warned: unknown[] = [];
    const warn = (warning: unknown): void => void warned.push(warning);
    process.on("warning", warn);
    const app = fastify({ allowErrorHandlerOverride: false });
    app.register(failing()).register(bearerAuth(goodOnly));
    app.after(() => app.setErrorHandler(() => "mine"));
    await app.ready();
    await new Promise((resolve) => setTimeout(resolve, 10));
    process.off("warning", warn);
    assert.deepEqual(warned, []);
  });

  QUnit.test("the usual error handler answers with no status of another server's", async (assert) => {
    const app = appOf().setErrorHandler((error: TokenError & { statusCode?: number }, _request, reply) =>
      reply.status(error.statusCode ?? error.status ?? 500).send({ error: error.code }),
    );
    assert.deepEqual(await asked(app), [502, '{"error":"ERR_EXCHANGE_REFUSED"}']);
  });

  QUnit.test("an error handler that hands the error on leaves the answer to the adapter", async (assert) => {
    const seen: unknown[] = [];
    const sent = appOf(failing(outage)).setErrorHandler((error, _request, reply) => {
      seen.push(error);
      reply.send(error);
    });
    const thrown = appOf(failing(outage)).setErrorHandler((error) => {
      seen.push(error);
      throw error;
    });
    for (const app of [sent, thrown]) assert.deepEqual(await asked(app), [503, "ERR_EXCHANGE_FAILED", "7"]);
    assert.ok(
      seen.length === 2 && seen.every((error) => isTokenError(error) && !JSON.stringify(error).includes("retry-after")),
    );
  });

  QUnit.test("an answer of the app's own is not touched, however like it is", async (assert) => {
    const own = [
      { statusCode: 500, code: "ERR_EXCHANGE_REFUSED", error: "mine", message: "mine" },
      { statusCode: 500, code: "mine", error: "mine", message: "mine" },
      "{",
      "null",
      '"text"',
    ];
    for (const answer of own) {
      const app = appOf().setErrorHandler((_error, _request, reply) => void reply.code(500).send(answer));
      assert.deepEqual(await asked(app), [500, typeof answer === "string" ? answer : JSON.stringify(answer)]);
    }
  });

  QUnit.test("where the app has a form of its own for errors, the status and headers are right", async (assert) => {
    const cloud = failing(outage);
    const app = fastify().register(cloud);
    const properties = { code: { type: "string" } };
    const schema = { response: { "5xx": { type: "object", properties } } };
    app.get("/", { schema }, (request) => cloud.of(request).graph.token());
    const [status, body, retryAfter] = await asked(app);
    assert.deepEqual([status, retryAfter], [503, "7"]);
    assert.notOk(/application\/problem|status/.test(String(body)), "the form is the app's");
  });

  QUnit.test("other errors stay Fastify's own", async (assert) => {
    const app = appOf();
    app.get("/bug", () => Promise.reject(new RangeError("a bug")));
    app.get("/teapot", () => Promise.reject(Object.assign(new Error("short"), { statusCode: 418 })));
    const bug = '{"statusCode":500,"error":"Internal Server Error","message":"a bug"}';
    assert.deepEqual(await asked(app, "/bug"), [500, bug]);
    assert.strictEqual((await asked(app, "/teapot"))[0], 418);
    assert.strictEqual((await asked(app, "/none"))[0], 404);
  });

  QUnit.test("headers of the route do not stay on a problem that they do not fit", async (assert) => {
    const cloud = failing();
    const app = fastify().register(cloud);
    app.get("/", (request, reply) => {
      reply
        .code(201)
        .headers({ "content-type": "text/html", "content-length": 3, "cache-control": "public", "x-own": "1" });
      return cloud.of(request).graph.token();
    });
    assert.deepEqual(await asked(app), REFUSED);
    const { headers } = await app.inject("/");
    assert.deepEqual([headers["cache-control"], headers["x-own"]], ["no-store", "1"]);
  });

  QUnit.test("a Response is handed on without what belongs to another connection, to HEAD as well", async (assert) => {
    const app = fastify().register(failing());
    let cancelled = 0;
    const body = (): ReadableStream =>
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("body")),
        pull: (controller) => controller.close(),
        cancel: () => void cancelled++,
      });
    const given: [string, string][] = [
      ["set-cookie", "a=1"],
      ["set-cookie", "b=2"],
      ["connection", "close, X-Hop"],
      ["keep-alive", "timeout=1"],
      ["upgrade", "h2c"],
      ["x-hop", "1"],
      ["x-end", "1"],
    ];
    app.get("/", () => new Response(body(), { status: 203, headers: given }));
    app.get("/empty", () => new Response(null, { status: 202 }));
    app.get("/used", async () => {
      const response = new Response("text");
      await response.text();
      return response;
    });
    for (const [method, text] of [
      ["GET", "body"],
      ["HEAD", ""],
    ] as const) {
      const { statusCode, headers, payload } = await app.inject({ method, url: "/" });
      assert.deepEqual(
        [statusCode, headers["x-end"], headers["set-cookie"], payload],
        [203, "1", ["a=1", "b=2"], text],
      );
      for (const name of ["x-hop", "upgrade"]) assert.strictEqual(headers[name], undefined, name);
      assert.notOk(/close|timeout=1$/.test(`${headers.connection} ${headers["keep-alive"]}`));
      const empty = await app.inject({ method, url: "/empty" });
      assert.deepEqual([empty.statusCode, empty.payload], [202, ""]);
    }
    assert.strictEqual(cancelled, 1);
    assert.strictEqual((await app.inject("/used")).statusCode, 500, "that is Fastify's to say");
  });
}

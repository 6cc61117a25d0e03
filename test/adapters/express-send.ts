/** Express' adapter as the sender of a web `Response`. */
import { problems, send } from "@tokenhop/express";
import express, { type ErrorRequestHandler, type Express, type Response as ExpressResponse } from "express";
import { outage } from "../contract/adapter/providers.ts";
import { pause, until } from "../contract/adapter/stage.ts";
import type { QUnitLike } from "../harness.ts";
import { asked, kindOf, on } from "./express-support.ts";
import { lazyClient } from "./node-clients.ts";

/** A body of parts without end, and what became of it. */
function endless(partBytes: number) {
  const seen = { parts: 0, cancelled: 0 };
  const body = new ReadableStream({
    pull(controller) {
      seen.parts++;
      controller.enqueue(new Uint8Array(partBytes));
    },
    cancel() {
      seen.cancelled++;
    },
  });
  return { seen, body };
}

/** An app that hands these on, and what its error handler saw. */
function sending(answer: (res: ExpressResponse) => Response | Promise<Response>): {
  readonly app: Express;
  readonly errors: unknown[];
} {
  const app = express();
  const errors: unknown[] = [];
  app.get("/", (_req, res) => send(res, answer(res)));
  app.use(((error, _req, _res, next) => {
    errors.push(error);
    next(error);
  }) satisfies ErrorRequestHandler);
  return { app, errors };
}

/** Registers them. */
export function sendTests(QUnit: QUnitLike): void {
  QUnit.test("send() leaves out what belongs to another connection, and keeps every cookie", async (assert) => {
    const headers = new Headers([
      ["connection", "close, X-Hop"],
      ["keep-alive", "timeout=5"],
      ["transfer-encoding", "chunked"],
      ["proxy-authenticate", "Basic"],
      ["te", "trailers"],
      ["trailer", "x"],
      ["upgrade", "h2c"],
      ["x-hop", "1"],
      ["x-end", "1"],
      ["set-cookie", "a=1; Path=/"],
      ["set-cookie", "b=2"],
    ]);
    const answer = await asked(sending(() => new Response("body", { status: 203, headers })).app);
    assert.deepEqual([answer.status, answer.text, answer.headers.get("x-end")], [203, "body", "1"]);
    assert.deepEqual(answer.headers.getSetCookie(), ["a=1; Path=/", "b=2"]);
    for (const name of ["proxy-authenticate", "te", "trailer", "upgrade", "x-hop"]) {
      assert.strictEqual(answer.headers.get(name), null, name);
    }
    assert.notOk(
      /close|timeout=5,/.test(answer.headers.get("connection") ?? ""),
      "the connection is this server's own",
    );
  });

  QUnit.test("send() cancels the body when the client goes away", async (assert) => {
    const { seen, body } = endless(1024);
    const { app, errors } = sending(() => new Response(body));
    await on(app, async (url) => {
      const client = lazyClient(url);
      client.read();
      await until(() => seen.parts > 3, "the answer was begun");
      client.leave();
      await until(() => seen.cancelled === 1, "the body was cancelled");
    });
    assert.deepEqual(errors, [], "nobody is told of it");
  });

  QUnit.test("send() cancels the body when the client was gone before", async (assert) => {
    const { seen, body } = endless(1024);
    const state = { begun: false, gone: false };
    let answer = (_: Response): void => undefined;
    const { app, errors } = sending((res) => {
      state.begun = true;
      res.on("close", () => {
        state.gone = true;
      });
      return new Promise((resolve) => {
        answer = resolve;
      });
    });
    await on(app, async (url) => {
      const client = lazyClient(url);
      await until(() => state.begun, "the route runs");
      client.leave();
      await until(() => state.gone, "the server knows");
      answer(new Response(body));
      await until(() => seen.cancelled === 1, "the body was cancelled");
    });
    assert.ok(seen.parts < 3);
    assert.deepEqual(errors, []);
  });

  QUnit.test("send() reads no faster than the client", async (assert) => {
    const { seen, body } = endless(65_536);
    await on(sending(() => new Response(body)).app, async (url) => {
      const client = lazyClient(url);
      await until(() => seen.parts > 1, "the answer was begun");
      let before = -1;
      while (seen.parts !== before) {
        before = seen.parts;
        await pause(150);
      }
      assert.ok(seen.parts < 400, `${seen.parts} parts of 64 KiB`);
      client.read();
      await until(() => seen.parts > before + 50, "it goes on");
      client.leave();
    });
  });

  QUnit.test("send() of HEAD reads no body", async (assert) => {
    const { seen, body } = endless(1024);
    const { app } = sending(() => new Response(body, { headers: { "x-end": "1" } }));
    const { status, headers, text } = await asked(app, "/", { method: "HEAD" });
    assert.deepEqual([status, headers.get("x-end"), text, seen.cancelled], [200, "1", "", 1]);
  });

  QUnit.test("send() fails as what it is to send", async (assert) => {
    const none = sending(() => Promise.reject(outage()));
    assert.deepEqual(kindOf(await asked(none.app.use(problems))), [503, "application/problem+json", "7"]);
    const broken = (): ReadableStream<Uint8Array<ArrayBuffer>> =>
      new ReadableStream({
        start: (controller) => controller.enqueue(new Uint8Array(10)),
        async pull(controller) {
          await pause(100);
          controller.error(new RangeError("broken"));
        },
      });
    const { app, errors } = sending(() => new Response(broken()));
    await on(app, async (url) => {
      const whole = fetch(url).then((response) => response.text());
      await assert.rejects(whole, () => true, "the client learns that it is not all");
      await until(() => errors.length > 0, "the error handler is told");
    });
    assert.deepEqual(
      errors.map((error) => (error as Error).name),
      ["RangeError"],
    );
  });
}

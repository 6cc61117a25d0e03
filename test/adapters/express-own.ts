/** What Express' adapter does besides the contract: on Express' way of errors, and as the sender of responses. */
import { isTokenError, TokenError } from "@tokenhop/core";
import { type DownstreamLocals, downstream, problems, send } from "@tokenhop/express";
import express, { type ErrorRequestHandler, type Express, type Response as ExpressResponse, Router } from "express";
import { exchanged, outage, refusal } from "../contract/adapter/providers.ts";
import { API, worldOf } from "../contract/adapter/stage.ts";
import type { Assert, QUnitLike, Suite } from "../harness.ts";
import { authTests } from "./express-auth.ts";
import { sendTests } from "./express-send.ts";
import { asked, inEnvironment, kindOf } from "./express-support.ts";
import { whileProgramRuns } from "./readme-program.ts";

const { platform } = worldOf({ workers: false });
const options = { platform };

/** An app whose one route needs a token that cannot be had. */
function failing(error: () => Error, eager = false): Express {
  const app = express();
  const { provider } = exchanged({ platform, error });
  app.get("/", downstream({ graph: provider }, { platform, eager }), (_req, res) =>
    send(res, res.locals.graph.fetch(API)),
  );
  return app;
}

/** The usual error handler of an Express app, as tutorials have it. */
const usual: ErrorRequestHandler = (error, _req, res, _next) =>
  void res.status(error.status ?? 500).json({ error: error.code });

function errorTests(QUnit: QUnitLike): void {
  for (const eager of [false, true]) {
    for (const environment of ["production", "development"]) {
      const name = `without an error handler Express answers as it should, ${eager ? "eager, " : ""}in ${environment}`;
      QUnit.test(name, (assert) =>
        inEnvironment(environment, async () => {
          assert.deepEqual(kindOf(await asked(failing(refusal, eager))), [502, "text/html", null]);
          const passing = await asked(failing(outage, eager));
          assert.deepEqual(kindOf(passing), [503, "text/html", "7"]);
          assert.strictEqual(passing.headers.get("cache-control"), "no-store");
          if (environment === "production")
            assert.notOk(/detail/.test(passing.text), "what failed is nobody's business");
        }),
      );
    }
  }

  QUnit.test("the usual error handler answers with no status of another server's", async (assert) => {
    for (const eager of [false, true]) {
      const answer = await asked(failing(refusal, eager).use(usual));
      assert.deepEqual(
        [...kindOf(answer), answer.text],
        [502, "application/json", null, '{"error":"ERR_EXCHANGE_REFUSED"}'],
      );
    }
  });

  QUnit.test("an error keeps everything else, and elsewhere it stays as it is", async (assert) => {
    const said = {
      code: "ERR_EXCHANGE_REFUSED",
      status: 401,
      error: "a-detail",
      correlationId: "c-1",
      errorCodes: [1],
    } as const;
    const { provider } = exchanged({ platform, error: () => new TokenError("Cannot", said) });
    const seen: unknown[] = [];
    const app = express();
    app.get("/", downstream({ graph: provider }, options), (_req, res) => res.locals.graph.token());
    app.use(((error, _req, res, _next) => {
      seen.push(error);
      res.sendStatus(500);
    }) satisfies ErrorRequestHandler);
    await asked(app);
    const [error] = seen as [TokenError];
    assert.ok(isTokenError(error) && error instanceof TokenError);
    const { name, message, ...rest } = error.toJSON();
    assert.deepEqual([name, /^Cannot \(ERR_EXCHANGE_REFUSED, /.test(message)], ["TokenError", true]);
    assert.deepEqual(rest, { ...said, status: 502, recovery: "stop" });
    await assert.rejects(provider.get(), (other) => isTokenError(other) && other.status === 401);
  });

  QUnit.test("with() gives what fails as well, and is answered when it refuses", async (assert) => {
    const { provider } = exchanged({ platform, error: refusal });
    const scoped = express();
    scoped.get("/", downstream({ graph: provider }, options), (_req, res) =>
      send(res, res.locals.graph.with({ scope: "x" }).fetch(API)),
    );
    assert.strictEqual((await asked(scoped.use(usual))).status, 502);
    const appOnly = Object.create(provider, {
      with: {
        value() {
          throw new TokenError("Cannot", { code: "ERR_AUTH_APP_ONLY" });
        },
      },
    });
    const app = express();
    app.get("/", downstream({ graph: appOnly as typeof provider }, options), (_req, res) =>
      send(res, res.locals.graph.with({}).fetch(API)),
    );
    assert.strictEqual((await asked(app)).status, 403);
    assert.deepEqual(kindOf(await asked(app.use(problems))), [403, "application/problem+json", null]);
  });

  QUnit.test("problems() hands on what is not its own, and what comes too late", async (assert) => {
    const app = express();
    app.get("/bug", () => Promise.reject(new RangeError("a bug")));
    app.get("/late", (_req, res) => {
      res.write("begun");
      throw outage();
    });
    const seen: unknown[] = [];
    app.use(problems, ((error, _req, _res, next) => {
      seen.push(error);
      next(error);
    }) satisfies ErrorRequestHandler);
    assert.deepEqual(kindOf(await asked(app, "/bug")), [500, "text/html", null]);
    await assert.rejects(asked(app, "/late"), () => true, "the connection ends");
    assert.deepEqual(
      seen.map((error) => (isTokenError(error) ? error.code : (error as Error).name)),
      ["RangeError", "ERR_EXCHANGE_FAILED"],
    );
  });

  QUnit.test("a problem takes nothing of the answer that was begun", async (assert) => {
    const app = express();
    app.use((_req, res, next) => {
      res.set({
        "content-length": "3",
        etag: '"1"',
        "content-encoding": "br",
        "x-own": "1",
        "cache-control": "public",
      });
      next();
    });
    app.use(failing(outage)).use(problems);
    const { headers, text } = await asked(app);
    assert.strictEqual(JSON.parse(text).code, "ERR_EXCHANGE_FAILED");
    const names = ["content-length", "etag", "content-encoding", "x-own", "cache-control"];
    assert.deepEqual(
      names.map((name) => headers.get(name)),
      [null, null, null, "1", "no-store"],
    );
  });
}

function requestTests(QUnit: QUnitLike): void {
  QUnit.test("a source sees the path that the client asked for, wherever the router is", async (assert) => {
    const urls: string[] = [];
    const { provider } = exchanged({ platform });
    const reading = Object.create(provider, {
      get: {
        value: (given: { readonly request: Request }) => {
          urls.push(given.request.url);
          return provider.get();
        },
      },
    });
    const app = express();
    const router = Router().use("/inner", downstream({ graph: reading as typeof provider }, options));
    router.get("/inner/users", (_req, res: ExpressResponse<unknown, DownstreamLocals<{ graph: typeof provider }>>) =>
      send(res, res.locals.graph.fetch(API)),
    );
    app.use("/outer", router);
    await asked(app, "/outer/inner/users?a=1");
    assert.deepEqual(
      urls.map((url) => new URL(url).pathname + new URL(url).search),
      ["/outer/inner/users?a=1"],
    );
  });

  QUnit.test("nothing of the request is read before a source asks for it", (assert) => {
    const { provider } = exchanged({ platform });
    const untouchable = new Proxy({}, { get: () => assert.ok(false, "read") });
    const locals = {};
    let went = 0;
    downstream({ graph: provider }, options)(untouchable as never, { locals }, () => went++);
    assert.deepEqual([went, Object.keys(locals)], [1, ["graph"]]);
  });
}

export const expressOwn: Suite = (QUnit) => {
  QUnit.module("adapter express, its own", () => {
    QUnit.test("the program of the README runs", async (assert) => {
      await whileProgramRuns("express", async (ask) => {
        const response = await ask("/api/users");
        assert.strictEqual(response.status, 200);
        assert.ok((await response.text()).includes("Ada Lovelace"));
      });
    });
    errorTests(QUnit);
    authTests(QUnit);
    requestTests(QUnit);
    sendTests(QUnit);
    QUnit.test("refuses wrong providers and options when the app is made", (assert: Assert) => {
      for (const make of [() => downstream({ graph: 1 } as never), () => downstream({}, { eagre: true } as never)]) {
        assert.throws(make, (error) => isTokenError(error) && error.code === "ERR_CONFIG_INVALID");
      }
    });
  });
};

import type { AttachContext, CredentialProvider, DownstreamOptions } from "@tokenhop/core";
import { isTokenError, TokenError } from "@tokenhop/core";
import { manualClock, scriptedFetch, testPlatform, testProvider } from "@tokenhop/core/testing";
import { type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import { adapterContract, OWN_ERROR } from "../contract/adapter.ts";
import type { AdapterContract, App } from "../contract/adapter-setting.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { record } from "../leak.ts";

type Create = AdapterContract["create"];
type Providers = { readonly graph: CredentialProvider };

/** Hono prints what its own error handler meets; here it is recorded instead. */
async function quietly<T>(run: () => Promise<T> | T): Promise<T> {
  const { error } = console;
  console.error = (...values: unknown[]) => record("console.error", values);
  try {
    return await run();
  } finally {
    console.error = error;
  }
}

function appOf(
  source: Parameters<Create>[0],
  options: DownstreamOptions,
  handle: Parameters<Create>[2],
): Hono<DownstreamEnv<Providers>> {
  const app = new Hono<DownstreamEnv<Providers>>();
  app.use(downstream(source as Providers, options));
  app.get("/", (c) => handle(c.var.graph));
  return app;
}

const served = (app: Hono<DownstreamEnv<Providers>>): App => ({
  fetch: (request, env, context) => quietly(() => app.fetch(request, env, context && (lazily(context) as never))),
});

/** An execution context that counts as asked for when it is used. */
function lazily(context: () => Pick<AttachContext, "waitUntil">): object {
  return {
    get waitUntil() {
      return context().waitUntil;
    },
  };
}

const REQUEST = "https://app.example/";
const failing = (recovery: "retry" | "stop" = "stop"): CredentialProvider =>
  testProvider({
    platform: testPlatform({ clock: manualClock() }),
    hosts: ["api.example"],
    error: new TokenError("Cannot", { code: "ERR_EXCHANGE_REFUSED", recovery, retryAfterMs: 100_000 }),
  });

export const suite: Suite = (QUnit: QUnitLike) => {
  adapterContract(QUnit, {
    name: "hono",
    create: (source, options, handle) => served(appOf(source, options, handle)),
    createWithOwnErrors: (source, options, handle) => {
      const app = appOf(source, options, handle);
      app.onError((error, c) => c.text(`${OWN_ERROR}: ${isTokenError(error) ? error.code : error.name}`, 500));
      return served(app);
    },
  });

  QUnit.module("adapter hono, its own", () => {
    const platform = testPlatform({ clock: manualClock(), fetch: scriptedFetch([new Response("ok")]) });
    const fetched = (app: { fetch(request: Request): Response | Promise<Response> }, path = ""): Promise<Response> =>
      quietly(() => app.fetch(new Request(REQUEST + path)));

    QUnit.test("keeps what other middleware put on the answer, but for caching", async (assert) => {
      const app = new Hono<DownstreamEnv<Providers>>();
      app.use(downstream({ graph: failing() }));
      app.use(async (c, next) => {
        await next();
        c.header("access-control-allow-origin", "*");
        c.header("cache-control", "public, max-age=600");
      });
      app.get("/", (c) => c.var.graph.fetch("https://api.example/"));
      const { status, headers } = await fetched(app);
      assert.deepEqual(
        [status, headers.get("access-control-allow-origin"), headers.get("cache-control"), headers.get("content-type")],
        [502, "*", "no-store", "application/problem+json"],
      );
    });

    QUnit.test("takes no other 500 for Hono's own", async (assert) => {
      const own = [
        () => new Response("Internal Server Error", { status: 500, headers: { "content-type": "text/html" } }),
        () => new Response("Internal Server Error!", { status: 500 }),
        () => new Response("Internal Server Error", { status: 501 }),
      ];
      for (const answer of own) {
        const app = appOf({ graph: failing() }, {}, (graph) => graph.fetch("https://api.example/"));
        app.onError(answer);
        const expected = answer();
        const response = await fetched(app);
        assert.deepEqual([response.status, await response.text()], [expected.status, await expected.text()]);
      }
    });

    QUnit.test("leaves the error handler of a part of the app alone", async (assert) => {
      const part = new Hono<DownstreamEnv<Providers>>();
      part.get("/", (c) => c.var.graph.fetch("https://api.example/"));
      part.onError((_, c) => c.text("of the part", 500));
      const app = new Hono<DownstreamEnv<Providers>>();
      app.use(downstream({ graph: failing() })).route("/part", part);
      assert.strictEqual(await (await fetched(app, "part")).text(), "of the part");
    });

    QUnit.test("leaves an error that the route deals with alone", async (assert) => {
      const app = appOf({ graph: failing() }, {}, (graph) =>
        graph.token().then(
          () => new Response("never"),
          () => new Response("dealt with"),
        ),
      );
      const response = await fetched(app);
      assert.deepEqual([response.status, await response.text()], [200, "dealt with"]);
    });

    QUnit.test("eager: an own error handler sees the error itself, and it stays printable", async (assert) => {
      const app = appOf({ graph: failing() }, { eager: true }, () => new Response("never"));
      let seen: unknown;
      app.onError((error, c) => {
        seen = error;
        return c.text("mine", 500);
      });
      await fetched(app);
      assert.ok(isTokenError(seen) && seen.code === "ERR_EXCHANGE_REFUSED");
      assert.notOk(Object.keys(seen as object).includes("getResponse"));
    });

    QUnit.test("does not touch executionCtx while a token is held", async (assert) => {
      const fresh = testPlatform({ clock: manualClock(), fetch: scriptedFetch([new Response("ok")]) });
      const graph = testProvider({ platform: fresh, hosts: ["api.example"] });
      let asked = 0;
      const app = new Hono<DownstreamEnv<Providers>>();
      app.use(async (c, next) => {
        Object.defineProperty(c, "executionCtx", {
          get() {
            asked++;
            throw new Error("This context has no ExecutionContext");
          },
        });
        await next();
      });
      app.use(downstream({ graph }, { platform: fresh }));
      app.get("/", async (c) => {
        const { signal } = new AbortController();
        await c.var.graph.fetch("https://api.example/", { signal });
        await c.var.graph.fetch(new Request("https://api.example/"));
        return c.text(await c.var.graph.token());
      });
      await fetched(app);
      assert.strictEqual(asked, 1, "for the exchange");
      await fetched(app);
      assert.strictEqual(asked, 1);
    });

    QUnit.test("serves several providers, and a part of the routes only", async (assert) => {
      const one = testProvider({ token: "one-token", platform });
      const two = testProvider({ token: "two-token", platform });
      const providers = { one, two };
      const app = new Hono<DownstreamEnv<typeof providers>>();
      app.use("/api/*", downstream(providers, { platform }));
      app.get("/api/x", async (c) => c.json([await c.var.one.token(), await c.var.two.token()]));
      app.get("/free", (c) => c.json(Object.keys(c.var)));
      assert.deepEqual(await (await fetched(app, "api/x")).json(), ["one-token", "two-token"]);
      assert.deepEqual(await (await fetched(app, "free")).json(), []);
    });

    QUnit.test("refuses wrong providers and options when the app is made", (assert) => {
      for (const make of [() => downstream({ graph: 1 } as never), () => downstream({}, { eagre: true } as never)]) {
        assert.throws(make, (error) => isTokenError(error) && error.code === "ERR_CONFIG_INVALID");
      }
    });
  });
};

import {
  type Attached,
  type CredentialProvider,
  type DownstreamOptions,
  isTokenError,
  TokenError,
} from "@tokenhop/core";
import { type BearerAuth, createBearerAuth, entraIssuer } from "@tokenhop/core/bearer-auth";
import { manualClock, scriptedFetch, testPlatform, testProvider } from "@tokenhop/core/testing";
import { type BearerAuthEnv, bearerAuth, type DownstreamEnv, downstream } from "@tokenhop/hono";
import { Hono } from "hono";
import type { FetchFramework, Plan } from "../contract/adapter/framework.ts";
import { inProcess } from "../contract/adapter/in-process.ts";
import { quietly } from "../contract/adapter/stage.ts";
import { forges } from "../core/bearer-auth-forge.ts";
import { authWorld } from "../core/bearer-auth-support.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { careless } from "./good-only.ts";

type Providers = { readonly graph: CredentialProvider };

/** Hono under the contract. */
export const hono: FetchFramework = {
  name: "hono",
  create({ auth, providers, options, headers = {}, onError, handle }: Plan) {
    const app = new Hono<BearerAuthEnv<BearerAuth>>();
    app.use(async (c, next) => {
      await next();
      for (const [name, value] of Object.entries(headers)) c.header(name, value);
    });
    if (auth) app.use(bearerAuth(auth));
    if (providers) app.use(downstream(providers, options));
    // The names are not known here, so they are taken without their types.
    app.on(["GET", "POST", "OPTIONS"], "/", (c) =>
      handle({ attached: c.var as never, user: c.var.user, request: c.req.raw }),
    );
    if (onError) app.onError((error) => onError(error));
    return { fetch: (request, env, context) => app.fetch(request, env, context as never) };
  },
};

type Graph = Attached<Providers>["graph"];

function appOf(
  providers: Providers,
  options: DownstreamOptions,
  handle: (graph: Graph) => Promise<Response> | Response,
): Hono<DownstreamEnv<Providers>> {
  const app = new Hono<DownstreamEnv<Providers>>();
  app.use(downstream(providers, options));
  app.get("/", (c) => handle(c.var.graph));
  return app;
}

const REQUEST = "https://app.example/";
const failing = (recovery: "retry" | "stop" = "stop"): CredentialProvider =>
  testProvider({
    platform: testPlatform({ clock: manualClock() }),
    hosts: ["api.example"],
    error: new TokenError("Cannot", { code: "ERR_EXCHANGE_REFUSED", recovery, retryAfterMs: 100_000 }),
  });

const nobody = createBearerAuth({
  issuers: entraIssuer({ tenantId: "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01", audience: "api://mine" }),
});

export const suite: Suite = (QUnit: QUnitLike) => {
  inProcess(QUnit, hono);

  QUnit.module("adapter hono, its own", () => {
    const platform = testPlatform({ clock: manualClock(), fetch: scriptedFetch([new Response("ok")]) });
    const fetched = (app: { fetch(request: Request): Response | Promise<Response> }, path = ""): Promise<Response> =>
      quietly(async () => app.fetch(new Request(REQUEST + path)));

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

    QUnit.test(
      "bearerAuth: a refusal behind downstream, or in a part of the app, is answered as it is",
      async (assert) => {
        const part = new Hono().use(bearerAuth(nobody)).get("/", (c) => c.text("never"));
        const app = new Hono().use(downstream({ graph: failing() })).route("/part", part);
        const response = await fetched(app, "part");
        assert.deepEqual([response.status, response.headers.get("www-authenticate")], [401, 'Bearer realm="api"']);
      },
    );

    QUnit.test("bearerAuth: an own error handler sees the error itself", async (assert) => {
      let seen: unknown;
      const app = new Hono().use(bearerAuth(nobody)).get("/", (c) => c.text("never"));
      app.onError((error, c) => {
        seen = error;
        return c.text("mine", 401);
      });
      assert.strictEqual(await (await fetched(app)).text(), "mine");
      assert.ok(isTokenError(seen) && seen.code === "ERR_AUTH_MISSING");
    });

    QUnit.test("bearerAuth: whoever is not verified by a verification of one's own is let nowhere", async (assert) => {
      for (const auth of careless) {
        let runs = 0;
        const app = new Hono().use(bearerAuth(auth)).get("/", (c) => c.text(String(runs++)));
        assert.deepEqual([(await fetched(app)).status, runs], [500, 0]);
      }
    });

    QUnit.test("bearerAuth: asks for the execution context only when keys are to be read", async (assert) => {
      const world = await authWorld();
      const token = await forges(world).v2();
      const counting = { uses: 0 };
      const context = {
        get waitUntil() {
          counting.uses++;
          return () => undefined;
        },
      };
      const app = new Hono().use(bearerAuth(world.auth())).get("/", (c) => c.text(c.var.user.claims.iss));
      const ask = (): Response | Promise<Response> =>
        app.fetch(new Request(REQUEST, { headers: { authorization: `Bearer ${token}` } }), {}, context as never);
      assert.strictEqual((await ask()).status, 200);
      const { uses } = counting;
      assert.ok(uses > 0, "they may outlive the request");
      assert.strictEqual((await ask()).status, 200);
      assert.strictEqual(counting.uses, uses);
    });

    QUnit.test("refuses wrong providers and options when the app is made", (assert) => {
      for (const make of [
        () => downstream({ graph: 1 } as never),
        () => downstream({}, { eagre: true } as never),
        () => bearerAuth({} as never),
      ]) {
        assert.throws(make, (error) => isTokenError(error) && error.code === "ERR_CONFIG_INVALID");
      }
    });
  });
};

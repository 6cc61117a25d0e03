import { isTokenError, TokenError, type VerifiedUser } from "@tokenhop/core";
import { manualClock, testPlatform, testProvider } from "@tokenhop/core/testing";
import { bearerAuth, downstream } from "@tokenhop/elysia";
import { Elysia } from "elysia";
import type { FetchFramework, Plan } from "../contract/adapter/framework.ts";
import { inProcess } from "../contract/adapter/in-process.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { careless, good, goodOnly } from "./good-only.ts";

/** An app for the servers that Elysia has, or for the adapter of another one. */
export function elysiaApp(
  { auth, providers, options, headers = {}, onError, handle }: Plan,
  config: object = {},
): Elysia {
  const app = new Elysia({ ...config });
  if (onError) app.onError(({ error }) => onError(error));
  app.onRequest(({ set }) => {
    Object.assign(set.headers, headers);
  });
  if (auth) app.use(bearerAuth(auth));
  if (providers) app.use(downstream(providers, options));
  for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
    const answer = async (context: { readonly request: Request }): Promise<Response> => {
      const { user } = context as { readonly user?: VerifiedUser };
      return handle({ attached: context as never, user, request: context.request });
    };
    app.route(method, "/", answer, { parse: () => "left to the route" });
  }
  return app;
}

/** Elysia under the contract. */
export const elysia: FetchFramework = {
  name: "elysia",
  workers: "platform",
  // What it compiles otherwise no Worker runs that has started already.
  create: (plan) => elysiaApp(plan, { aot: false }),
};

const options = { platform: testPlatform({ clock: manualClock() }) };
const graph = testProvider({ ...options, token: "a-token" });
const mail = testProvider({ ...options, token: "another-token" });
const failing = testProvider({ ...options, error: new TokenError("Cannot", { code: "ERR_EXCHANGE_REFUSED" }) });

type App = { fetch(request: Request): Response | Promise<Response> };

async function fetched(app: App, path = "/", init?: RequestInit): Promise<readonly [number, string]> {
  const response = await app.fetch(new Request(`http://localhost${path}`, init));
  return [response.status, await response.text()];
}

/** Compiled by Elysia where that is allowed, and not. */
const ways: readonly { readonly aot: boolean }[] =
  globalThis.navigator?.userAgent === "Cloudflare-Workers" ? [{ aot: false }] : [{ aot: false }, { aot: true }];

export const suite: Suite = (QUnit: QUnitLike) => {
  inProcess(QUnit, elysia);

  QUnit.module("adapter elysia, its own", () => {
    QUnit.test("serves the app that uses it, and no other", async (assert) => {
      for (const way of ways) {
        const inner = new Elysia({ ...way, prefix: "/api" }).use(downstream({ graph }, options));
        inner.get("/x", async (context) => context.graph.token());
        const app = new Elysia(way).use(inner).get("/free", (context) => String("graph" in context));
        assert.deepEqual(await fetched(app, "/api/x"), [200, "a-token"]);
        assert.deepEqual(await fetched(app, "/free"), [200, "false"]);
      }
    });

    QUnit.test("takes two of them for two", async (assert) => {
      for (const way of ways) {
        const app = new Elysia(way).use(downstream({ graph }, options)).use(downstream({ mail }, options));
        app.get("/", async ({ graph: one, mail: two }) => `${await one.token()} ${await two.token()}`);
        assert.deepEqual(await fetched(app), [200, "a-token another-token"]);
      }
    });

    QUnit.test("an own onError goes first when it was there first", async (assert) => {
      for (const way of ways) {
        const first = new Elysia(way).onError(() => new Response("mine", { status: 500 }));
        const later = new Elysia(way).use(downstream({ graph: failing }, options));
        const before = first.use(downstream({ graph: failing }, options)).get("/", async (c) => c.graph.token());
        const after = later.onError(() => new Response("mine")).get("/", async (c) => c.graph.token());
        assert.deepEqual(await fetched(before), [500, "mine"]);
        assert.strictEqual((await fetched(after))[0], 502);
      }
    });

    QUnit.test("leaves errors that are none of its business to those behind it", async (assert) => {
      const behind = ({ error }: { readonly error: unknown }): Response => new Response(String(error), { status: 500 });
      for (const way of ways) {
        const app = new Elysia(way).use(downstream({ graph }, options)).onError(behind);
        app.get("/", async () => {
          throw new TypeError("a bug");
        });
        assert.deepEqual(await fetched(app), [500, "TypeError: a bug"]);
      }
    });

    QUnit.test("bearerAuth: whoever is not verified by a verification of one's own is let nowhere", async (assert) => {
      for (const way of ways) {
        for (const auth of careless) {
          let runs = 0;
          const app = new Elysia(way).use(bearerAuth(auth)).get("/", () => String(runs++));
          assert.deepEqual([(await fetched(app))[0], runs], [500, 0]);
        }
      }
    });

    QUnit.test("bearerAuth: guards answers that no function makes, and keeps bodies from the route", async (assert) => {
      for (const way of ways) {
        const bodies: unknown[] = [];
        const app = new Elysia(way).use(bearerAuth(goodOnly)).get("/static", "within");
        app.post("/", ({ body }) => String(bodies.push(body)));
        assert.strictEqual((await fetched(app, "/static"))[0], 401);
        assert.deepEqual(await fetched(app, "/static", { headers: good }), [200, "within"]);
        const post = (body: string, headers: object = {}): Promise<readonly [number, string]> =>
          fetched(app, "/", { method: "POST", body, headers: { ...headers, "content-type": "application/json" } });
        assert.strictEqual((await post("{}"))[0], 401);
        // Elysia has read the body by then; see the README.
        assert.ok([400, 500].includes((await post("{"))[0]));
        assert.deepEqual(bodies, []);
        assert.deepEqual([await post("{}", good), bodies], [[200, "1"], [{}]]);
      }
    });

    QUnit.test("bearerAuth: guards a mounted app where Elysia compiles, and there only", async (assert) => {
      for (const way of ways) {
        const app = new Elysia(way).use(bearerAuth(goodOnly)).mount("/mounted", () => new Response("within"));
        // Elsewhere Elysia runs no hook for it; see the README.
        assert.strictEqual((await fetched(app, "/mounted"))[0], way.aot ? 401 : 200);
        assert.deepEqual(await fetched(app, "/mounted", { headers: good }), [200, "within"]);
      }
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

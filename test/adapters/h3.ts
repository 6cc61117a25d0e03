import { type CredentialProvider, isTokenError, TokenError, type VerifiedUser } from "@tokenhop/core";
import { entraIssuer } from "@tokenhop/core/bearer-auth";
import { manualClock, testPlatform, testProvider, testUser } from "@tokenhop/core/testing";
import { bearerAuth, downstream } from "@tokenhop/h3";
import { H3, onError } from "h3";
import { serve } from "h3/cloudflare";
import type { FetchFramework, Plan } from "../contract/adapter/framework.ts";
import { inProcess } from "../contract/adapter/in-process.ts";
import { quietly } from "../contract/adapter/stage.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { careless, good, goodOnly } from "./good-only.ts";

/** An app for the servers that h3 has. */
export function h3App({ auth, providers, options, headers = {}, onError: own, handle }: Plan): H3 {
  const app = new H3({ ...(own && { onError: (error) => own(error) }) });
  app.use((event, next) => {
    for (const [name, value] of Object.entries(headers)) {
      event.res.headers.set(name, value);
      event.res.errHeaders.set(name, value);
    }
    return next();
  });
  if (auth) app.use(bearerAuth(auth));
  if (providers) app.use(downstream(providers, options));
  for (const method of ["GET", "POST", "OPTIONS"] as const) {
    app.on(method, "/", ({ context, req }) =>
      // The names are not known here, so they are taken without their types.
      handle({ attached: context as never, user: context.user as VerifiedUser, request: req as unknown as Request }),
    );
  }
  return app;
}

/** h3 under the contract. On Workers its own `serve` tells it of `env` and of the execution context. */
export const h3: FetchFramework = {
  name: "h3",
  create(plan) {
    const app = h3App(plan);
    const worker = serve(app, { manual: true }) as unknown as { fetch(...all: readonly unknown[]): Promise<Response> };
    return { fetch: (request, env, context) => (context ? worker.fetch(request, env, context) : app.fetch(request)) };
  },
};

const ORIGIN = "http://localhost";
const TENANT = "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01";
const options = { platform: testPlatform({ clock: manualClock() }) };
const graph: CredentialProvider = testProvider({ ...options, token: "a-token" });
const failing: CredentialProvider = testProvider({
  ...options,
  error: new TokenError("Cannot", { code: "ERR_EXCHANGE_REFUSED" }),
});

async function fetched(app: H3, path = "/", init?: RequestInit): Promise<readonly [number, string]> {
  const response = await quietly(async () => app.fetch(new Request(ORIGIN + path, init)));
  return [response.status, await response.text()];
}

const codeIn = (text: string): string => (JSON.parse(text) as { readonly code: string }).code;

export const suite: Suite = (QUnit: QUnitLike) => {
  inProcess(QUnit, h3);

  QUnit.module("adapter h3, its own", () => {
    QUnit.test("gives by of what is in the context", async (assert) => {
      const cloud = downstream({ graph }, options);
      const app = new H3().use("/api/**", cloud);
      app.get("/api/x", (event) => cloud.of(event).graph.token());
      app.get("/api/same", (event) => String(event.context.graph === cloud.of(event).graph));
      assert.deepEqual(await fetched(app, "/api/x"), [200, "a-token"]);
      assert.deepEqual(await fetched(app, "/api/same"), [200, "true"]);
    });

    QUnit.test("of: an event that did not pass the middleware has nothing", async (assert) => {
      const clouds = [downstream({ graph }, options), downstream(() => ({ graph }), options), downstream({}, options)];
      const auth = bearerAuth({ issuers: entraIssuer({ tenantId: TENANT, audience: "x" }), ...options });
      const refused: unknown[] = [];
      const user = await testUser();
      const app = new H3().use((event) => {
        Object.assign(event.context, { user, graph: "of somebody else" });
      });
      app.get("/", (event) => {
        for (const { of } of [...clouds, auth]) {
          const look = (): unknown => of(event);
          assert.throws(look, (error) => isTokenError(error) && error.code === "ERR_CONFIG_INVALID");
          refused.push(look);
        }
        return "ok";
      });
      assert.deepEqual(await fetched(app), [200, "ok"]);
      assert.strictEqual(refused.length, 4);
    });

    QUnit.test("of: each gives its own, and nobody whom another one has let in", async (assert) => {
      const [admins, everybody] = [bearerAuth(goodOnly), bearerAuth({ verify: async () => testUser() })];
      const [cloud, other] = [downstream({ graph }, options), downstream({ graph: failing }, options)];
      const app = new H3().use("/admin", admins).use(everybody).use(cloud).use(other);
      app.get("/admin", (event) => {
        const last = everybody.of(event);
        return String(admins.of(event) !== last && event.context.user === last);
      });
      app.get("/lax", (event) => admins.of(event));
      app.get("/graph", (event) => cloud.of(event).graph.token());
      assert.deepEqual(await fetched(app, "/admin", { headers: good }), [200, "true"]);
      assert.strictEqual((await fetched(app, "/lax", { headers: good }))[0], 500);
      assert.deepEqual(await fetched(app, "/graph"), [200, "a-token"]);
    });

    QUnit.test("bearerAuth: whoever is not verified by a verification of one's own is let nowhere", async (assert) => {
      for (const auth of careless) {
        let runs = 0;
        const app = new H3().use(bearerAuth(auth)).get("/", () => String(runs++));
        assert.deepEqual([(await fetched(app))[0], runs], [500, 0]);
      }
    });

    QUnit.test("needs no promise to be of the class Promise", async (assert) => {
      const { Promise: own } = globalThis;
      const cloud = downstream({ graph: failing }, options);
      let runs = 0;
      const app = new H3().use("/api/**", bearerAuth(goodOnly)).use(cloud);
      app.get("/api/x", () => String(runs++));
      app.get("/token", async (event) => cloud.of(event).graph.token());
      const answers: unknown[] = [];
      // As zone.js does it: what an async function gives is of the old class.
      globalThis.Promise = class extends Promise<unknown> {} as PromiseConstructor;
      try {
        for (const path of ["/api/x", "/token"]) answers.push(await fetched(app, path));
      } finally {
        globalThis.Promise = own;
      }
      const [refused, failed] = answers as [readonly [number, string], readonly [number, string]];
      assert.deepEqual([refused[0], codeIn(refused[1]), runs], [401, "ERR_AUTH_MISSING", 0]);
      assert.deepEqual([failed[0], codeIn(failed[1])], [502, "ERR_EXCHANGE_REFUSED"]);
      assert.deepEqual(await fetched(app, "/api/x", { headers: good }), [200, "0"]);
    });

    QUnit.test("a part of the routes has it only", async (assert) => {
      const app = new H3().use("/api/**", downstream({ graph }, options));
      app.get("/free", ({ context }) => String("graph" in context));
      assert.deepEqual(await fetched(app, "/free"), [200, "false"]);
    });

    QUnit.test("makes no promise where h3 needs none", (assert) => {
      const app = new H3().use(downstream({ graph }, options)).get("/", () => "ok");
      assert.ok(app.fetch(new Request(ORIGIN)) instanceof Response);
    });

    QUnit.test("an own onError that only looks leaves the answer to the problem", async (assert) => {
      let seen: unknown;
      const app = new H3({
        onError(error) {
          seen = error.cause;
        },
      });
      app.use(downstream({ graph: failing }, options));
      app.get("/token", ({ context }) => (context.graph as unknown as { token(): Promise<string> }).token());
      const [status, text] = await fetched(app, "/token");
      assert.deepEqual([status, codeIn(text)], [502, "ERR_EXCHANGE_REFUSED"]);
      assert.ok(isTokenError(seen) && seen.code === "ERR_EXCHANGE_REFUSED");
    });

    QUnit.test("a middleware that deals with errors goes first, before it and behind it", async (assert) => {
      for (const isBehind of [false, true]) {
        const cloud = downstream({ graph: failing }, options);
        const deal = onError((error) => `dealt with ${(error.cause as TokenError).code}`);
        const app = isBehind ? new H3().use(cloud).use(deal) : new H3().use(deal).use(cloud);
        app.get("/", (event) => cloud.of(event).graph.token());
        assert.deepEqual(await fetched(app), [200, "dealt with ERR_EXCHANGE_REFUSED"]);
      }
    });

    QUnit.test("serves an app that is mounted in another one", async (assert) => {
      const cloud = downstream({ graph: failing }, options);
      const inner = new H3().use(cloud).get("/x", (event) => cloud.of(event).graph.token());
      const [status, text] = await fetched(new H3().mount("/inner", inner), "/inner/x");
      assert.deepEqual([status, codeIn(text)], [502, "ERR_EXCHANGE_REFUSED"]);
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

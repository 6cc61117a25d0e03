/** What Fastify's adapter does besides the contract: scopes, decorators, and who is let in. */
import type { CredentialProvider } from "@tokenhop/core";
import { testUser } from "@tokenhop/core/testing";
import { bearerAuth, downstream } from "@tokenhop/fastify";
import { fastify } from "fastify";
import { exchanged } from "../contract/adapter/providers.ts";
import { worldOf } from "../contract/adapter/stage.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { listen } from "./fastify.ts";
import { errorTests } from "./fastify-errors.ts";
import { asked, isConfigError } from "./fastify-support.ts";
import { CHALLENGE, careless, good, goodOnly } from "./good-only.ts";
import { rawRequest } from "./node-clients.ts";
import { whileProgramRuns } from "./readme-program.ts";

const { platform } = worldOf({ workers: false });
const options = { platform };

function scopeTests(QUnit: QUnitLike): void {
  QUnit.test("decorates the requests of its scope and of those within, and of no other", async (assert) => {
    const { provider } = exchanged({ platform });
    const cloud = downstream({ graph: provider }, options);
    const app = fastify();
    const seen = (request: object): readonly unknown[] => ["graph" in request, isOf(request)];
    const isOf = (request: object): unknown => {
      try {
        return cloud.of(request as never).graph === (request as { readonly graph?: unknown }).graph;
      } catch (error) {
        return isConfigError(error) && "refused";
      }
    };
    app.get("/around", async (request) => seen(request));
    app.register(async (scope) => {
      scope.register(cloud);
      scope.get("/here", async (request) => seen(request));
      scope.get("/by-name", async (request) => request.getDecorator<object>("graph") === cloud.of(request).graph);
      scope.register(async (inner) => void inner.get("/within", async (request) => seen(request)));
    });
    app.register(async (sibling) => void sibling.get("/beside", async (request) => seen(request)));
    const answers = await Promise.all(["/here", "/within", "/by-name"].map(async (url) => (await asked(app, url))[1]));
    assert.deepEqual(answers, ["[true,true]", "[true,true]", "true"]);
    for (const url of ["/around", "/beside"]) assert.strictEqual((await asked(app, url))[1], '[false,"refused"]');
  });

  QUnit.test("attaches once for each request, and when it is asked to", async (assert) => {
    let made = 0;
    const { provider } = exchanged({ platform });
    const cloud = downstream(() => {
      made++;
      return { graph: provider };
    }, options);
    const app = fastify().register(cloud);
    app.get("/none", async () => "none");
    app.get("/", async (request) => {
      const [first, second] = [cloud.of(request), cloud.of(request)];
      return first === second;
    });
    assert.deepEqual(await asked(app, "/none"), [200, "none"]);
    assert.strictEqual(made, 0);
    for (let round = 0; round < 2; round++) assert.deepEqual(await asked(app), [200, "true"]);
    assert.strictEqual(made, 1);
  });

  QUnit.test("refuses names that requests have already", async (assert) => {
    const { provider } = exchanged({ platform });
    for (const name of ["url", "body", "headers", "log", "graph"]) {
      const app = fastify();
      app.register(downstream({ graph: provider }, options));
      app.register(downstream({ [name]: provider } as { graph: CredentialProvider }, options));
      await assert.rejects(Promise.resolve(app.ready()), isConfigError, name);
    }
    await assert.rejects(
      Promise.resolve(fastify().register(bearerAuth(goodOnly)).register(bearerAuth(goodOnly)).ready()),
      isConfigError,
    );
  });

  QUnit.test("refuses wrong providers and options when the plugin is made", (assert) => {
    for (const make of [() => downstream({ graph: 1 } as never), () => downstream({}, { eagre: true } as never)]) {
      assert.throws(make, isConfigError);
    }
  });
}

function authTests(QUnit: QUnitLike): void {
  QUnit.test("guards every route of its scope, those declared before it and those that are none", async (assert) => {
    const app = fastify();
    const signedIn = bearerAuth(goodOnly);
    app.get("/before", async () => "in");
    app.register(signedIn);
    app.get("/", async (request) => signedIn.of(request) === request.getDecorator("user"));
    app.register(async (inner) => void inner.get("/within", async () => "in"));
    for (const url of ["/before", "/", "/within", "/none"]) {
      assert.deepEqual(await asked(app, url), [401, "ERR_AUTH_MISSING"], url);
    }
    const { headers } = await app.inject({ url: "/", headers: { authorization: "Bearer bad" } });
    assert.strictEqual(headers["www-authenticate"], CHALLENGE);
    assert.deepEqual(await asked(app, { url: "/", headers: good }), [200, "true"]);
    assert.strictEqual((await asked(app, { url: "/none", headers: good }))[0], 404);
  });

  QUnit.test("looks at the token before the body", async (assert) => {
    const app = fastify().register(bearerAuth(goodOnly));
    app.post("/", async () => "in");
    const post = (headers: object) =>
      asked(app, { method: "POST", url: "/", headers: { ...headers, "content-type": "x/y" }, payload: "x" });
    assert.deepEqual([(await post({}))[0], (await post(good))[0]], [401, 415]);
  });

  QUnit.test("of() throws where nobody was verified", async (assert) => {
    const signedIn = bearerAuth(goodOnly);
    const app = fastify();
    app.get("/", (request) => signedIn.of(request));
    app.register(async (scope) => void scope.register(signedIn));
    assert.strictEqual((await asked(app, { url: "/", headers: good }))[0], 500);
  });

  QUnit.test("of() gives nobody whom another one has let in", async (assert) => {
    const [admins, everybody] = [bearerAuth(goodOnly), bearerAuth({ verify: async () => testUser() })];
    const app = fastify();
    app.register(async (scope) => {
      scope.register(admins);
      scope.get("/admin", (request) => admins.of(request).claims.ver);
    });
    app.register(async (scope) => {
      scope.register(everybody);
      scope.get("/lax", (request) => admins.of(request));
      scope.get("/own", async (request) => everybody.of(request) === request.getDecorator("user"));
    });
    app.register(async (scope) => {
      const user = await testUser();
      scope.decorateRequest("user");
      scope.addHook("onRequest", async (request) => request.setDecorator("user", user));
      scope.get("/app", (request) => admins.of(request));
    });
    const statuses: unknown[] = [];
    for (const url of ["/admin", "/lax", "/app", "/own"]) statuses.push((await asked(app, { url, headers: good }))[0]);
    assert.deepEqual(statuses, [200, 500, 500, 200]);
    assert.deepEqual(await asked(app, "/own"), [200, "true"]);
  });

  QUnit.test("whoever is not verified by a verification of one's own is let nowhere", async (assert) => {
    for (const auth of careless) {
      let runs = 0;
      const app = fastify().register(bearerAuth(auth));
      app.get("/", async () => runs++);
      assert.deepEqual([(await asked(app))[0], runs], [500, 0]);
    }
  });

  QUnit.test("of two tokens neither is taken", async (assert) => {
    const app = fastify().register(bearerAuth(goodOnly));
    app.get("/", async () => "in");
    const { url, close } = await listen(app);
    const lines = ["Authorization: Bearer good", "Authorization: Bearer good"];
    const [one, two] = [await rawRequest(url, "/", lines.slice(1)), await rawRequest(url, "/", lines)];
    await close();
    assert.deepEqual([/^HTTP\/1.1 200 /.test(one), /^HTTP\/1.1 401 /.test(two)], [true, true]);
  });
}

export const fastifyOwn: Suite = (QUnit) => {
  QUnit.module("adapter fastify, its own", () => {
    QUnit.test("the program of the README runs", async (assert) => {
      await whileProgramRuns("fastify", async (ask) => {
        const response = await ask("/api/users");
        assert.strictEqual(response.status, 200);
        assert.ok((await response.text()).includes("Ada Lovelace"));
      });
    });
    errorTests(QUnit);
    scopeTests(QUnit);
    authTests(QUnit);
  });
};

/** The adapter of Express where it is asked who sent a request. */
import { testUser } from "@tokenhop/core/testing";
import { bearerAuth, problems } from "@tokenhop/express";
import express from "express";
import type { QUnitLike } from "../harness.ts";
import { asked, inEnvironment, on } from "./express-support.ts";
import { CHALLENGE, careless, good, goodOnly } from "./good-only.ts";
import { rawRequest } from "./node-clients.ts";

/** Registers them. */
export function authTests(QUnit: QUnitLike): void {
  QUnit.test("without an error handler Express sends the challenge", async (assert) => {
    const app = express();
    app.get("/", bearerAuth(goodOnly), (_req, res) => void res.json(res.locals.user.claims.ver));
    const { status, headers } = await asked(app);
    assert.deepEqual([status, headers.get("www-authenticate")], [401, CHALLENGE]);
    assert.strictEqual((await asked(app, "/", { headers: good })).text, '"2.0"');
  });

  QUnit.test("without an error handler nobody is told why their token is no good", async (assert) => {
    const app = express();
    app.get("/", bearerAuth(goodOnly), (_req, res) => void res.end());
    for (const environment of ["production", "development"]) {
      for (const headers of [{}, { authorization: "Bearer bad" }]) {
        const { status, text } = await inEnvironment(environment, () => asked(app, "/", { headers }));
        assert.strictEqual(status, 401);
        assert.notOk(/detail|\.[jt]s\b|\n +at |&nbsp; at /.test(text), text);
      }
    }
  });

  QUnit.test("whoever is not verified by a verification of one's own is let nowhere", async (assert) => {
    for (const auth of careless) {
      let runs = 0;
      const app = express();
      app.get("/", bearerAuth(auth), (_req, res) => void res.end(String(runs++)));
      app.use(problems);
      assert.deepEqual([(await asked(app)).status, runs], [500, 0]);
    }
  });

  QUnit.test("of two tokens neither is taken", async (assert) => {
    const user = await testUser();
    const seen: unknown[] = [];
    const app = express();
    const verify = async ({ headers }: { readonly headers: Pick<Headers, "get"> }) => {
      seen.push(headers.get("authorization"), headers.get("x-none"));
      return user;
    };
    app.use((req, _res, next) => {
      if (req.query.own) req.headers.authorization = "Bearer own";
      next();
    });
    app.get("/", bearerAuth({ verify }), (_req, res) => void res.json(res.locals.user === user));
    await on(app, async (url) => {
      const [a, b] = ["Authorization: Bearer a", "Authorization: Bearer b"];
      for (const lines of [[a], [a, b], []]) await rawRequest(url, "/", lines);
      await rawRequest(url, "/?own=1", [a]);
      await rawRequest(url, "/?own=1", []);
    });
    const values = seen.filter((_, index) => index % 2 === 0);
    assert.deepEqual(values, ["Bearer a", "Bearer a,Bearer b", null, "Bearer own", "Bearer own"]);
    assert.ok(seen.every((value, index) => index % 2 === 0 || value === null));
  });
}

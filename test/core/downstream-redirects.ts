import type { QUnitLike, Suite } from "../harness.ts";
import { API, carried, to, world } from "./downstream-support.ts";

const done = (): Response => new Response("done");

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream redirects", () => {
    for (const status of [301, 302, 303, 307, 308]) {
      QUnit.test(`${status}: follows on the same origin, token and headers with it`, async (assert) => {
        const here = world([to("../v2/x?y=1", status), done()]);
        const response = await here.api.fetch(API, { headers: { "x-mine": "1" } });
        assert.strictEqual(await response.text(), "done");
        assert.deepEqual(
          here.requests.map(({ url, method, redirect, headers }) => [url, method, redirect, headers.get("x-mine")]),
          [
            [API, "GET", "manual", "1"],
            ["https://api.example/v2/x?y=1", "GET", "manual", "1"],
          ],
        );
        assert.deepEqual([...carried(here)], [0, 0]);
      });
    }

    QUnit.test("keeps HEAD a HEAD", async (assert) => {
      const here = world([to("/x", 303), new Response(null)]);
      await here.api.fetch(new Request(API, { method: "HEAD" }));
      assert.deepEqual(
        here.requests.map(({ method }) => method),
        ["HEAD", "HEAD"],
      );
    });

    const elsewhere = [
      "https://evil.example/",
      "//evil.example/x",
      "https://api.example:8443/",
      "https://sub.api.example/",
      "https://api.example./",
    ];
    for (const location of elsewhere) {
      QUnit.test(`to ${location}: goes without the token, and without other credentials`, async (assert) => {
        const here = world([to(location), done()], ["api.example", "sub.api.example"]);
        const headers = { cookie: "session=1", "proxy-authorization": "Basic x", "x-mine": "1" };
        const response = await here.api.fetch(API, { headers });
        assert.strictEqual(await response.text(), "done");
        assert.deepEqual([...carried(here)], [0, undefined]);
        const sent = here.requests[1]?.headers;
        assert.deepEqual(
          ["cookie", "proxy-authorization", "x-mine"].map((name) => sent?.get(name)),
          [null, null, "1"],
        );
      });
    }

    QUnit.test("never takes the token up again on the way back", async (assert) => {
      const here = world([to("https://evil.example/"), to(API), new Response("no", { status: 401 })]);
      const response = await here.api.fetch(API);
      assert.strictEqual(response.status, 401, "and its refusal is no reason for a new token");
      assert.deepEqual([...carried(here)], [0, undefined, undefined]);
      assert.strictEqual(here.tokens.length, 1);
    });

    for (const location of [
      "http://api.example/",
      "https://u:p@api.example/",
      "ftp://x/",
      "https://",
      "javascript:1",
    ]) {
      QUnit.test(`does not follow to ${location}`, async (assert) => {
        const here = world([to(location), done()]);
        const response = await here.api.fetch(API);
        assert.deepEqual([response.status, response.headers.get("location"), here.requests.length], [302, location, 1]);
      });
    }

    QUnit.test("leaves a redirect without a location, and other 3xx, to the caller", async (assert) => {
      for (const reply of [new Response(null, { status: 302 }), new Response(null, { status: 304 }), to("/x", 300)]) {
        const here = world([reply, done()]);
        assert.strictEqual((await here.api.fetch(API)).status, reply.status);
        assert.strictEqual(here.requests.length, 1);
      }
    });

    QUnit.test("does not follow with a method that may have a body", async (assert) => {
      for (const method of ["POST", "PUT", "DELETE"]) {
        const here = world([to("/x", 307), done()]);
        assert.strictEqual((await here.api.fetch(API, { method })).status, 307);
        assert.strictEqual(here.requests.length, 1);
      }
    });

    QUnit.test("gives up on a loop, with the redirect as the answer", async (assert) => {
      const here = world([to(API)]);
      assert.strictEqual((await here.api.fetch(API)).status, 302);
      assert.strictEqual(here.requests.length, 6);
    });

    QUnit.test("manual: gives the redirect as it is", async (assert) => {
      for (const request of [new Request(API, { redirect: "manual" }), API]) {
        const here = world([to("/x"), done()]);
        const response = await here.api.fetch(request, { redirect: "manual" });
        assert.deepEqual([response.status, here.requests.length], [302, 1]);
      }
    });

    QUnit.test("error: rejects, and asks no runtime for a mode that it may not have", async (assert) => {
      const here = world([to("/x"), done()]);
      await assert.rejects(here.api.fetch(API, { redirect: "error" }), (error) => error instanceof TypeError);
      assert.deepEqual(
        here.requests.map(({ redirect }) => redirect),
        ["manual"],
      );
      assert.strictEqual(await (await here.api.fetch(API, { redirect: "error" })).text(), "done");
    });

    QUnit.test("lets go of the bodies on the way", async (assert) => {
      let cancelled = 0;
      const body = (): ReadableStream => new ReadableStream({ cancel: () => void cancelled++ });
      const moved = (): Response => new Response(body(), { status: 302, headers: { location: "/x" } });
      await world([moved, moved, done()]).api.fetch(API);
      assert.strictEqual(cancelled, 2);
    });
  });
};

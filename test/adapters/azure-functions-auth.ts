/** The adapter of Azure Functions where it is asked who sent a request. */
import { bearerAuth, downstream } from "@tokenhop/azure-functions";
import { isTokenError } from "@tokenhop/core";
import { exchanged } from "../contract/adapter/providers.ts";
import { worldOf } from "../contract/adapter/stage.ts";
import type { QUnitLike } from "../harness.ts";
import { asked, textOf, triggered } from "./azure-functions-support.ts";
import { CHALLENGE, careless, good, goodOnly } from "./good-only.ts";

const { platform } = worldOf({ workers: false });

/** Registers them. */
export function authTests(QUnit: QUnitLike): void {
  QUnit.test("nothing happens before it is known who asks", async (assert) => {
    const { provider, begun } = exchanged({ platform });
    const signedIn = bearerAuth(goodOnly, downstream({ graph: provider }, { platform, eager: true }));
    let ran = 0;
    const handler = signedIn(async (_request, _context, { user, graph }) => {
      ran++;
      return { jsonBody: [user.claims.ver, graph.expiresAt !== undefined] };
    });
    const refused = await asked(handler);
    assert.deepEqual([refused.status, textOf(refused.headers, "www-authenticate")], [401, CHALLENGE]);
    assert.strictEqual(textOf(refused.headers, "content-type"), "application/problem+json");
    assert.deepEqual([ran, begun()], [0, 0]);
    assert.deepEqual([(await asked(handler, { headers: good })).text, ran, begun()], ['["2.0",true]', 1, 1]);
  });

  QUnit.test("works without providers, and hands on a Response", async (assert) => {
    const handler = bearerAuth(goodOnly)(
      (_request, _context, given) => new Response(Object.keys(given).join(), { status: 203 }),
    );
    const { status, text } = await asked(handler, { headers: good });
    assert.deepEqual([status, text], [203, "user"]);
  });

  QUnit.test("whoever is not verified by a verification of one's own is let nowhere", async (assert) => {
    for (const auth of careless) {
      let runs = 0;
      const { status } = await asked(bearerAuth(auth)(() => ({ jsonBody: runs++ })));
      assert.deepEqual([status, runs], [500, 0]);
    }
  });

  QUnit.test(
    "knows a request whose headers are of another class, as in older versions of the library",
    async (assert) => {
      const own = new Map(Object.entries({ ...good, "x-own": "1" }));
      const { get, entries, [Symbol.iterator]: each } = Map.prototype;
      const headers = { get: get.bind(own), entries: entries.bind(own), [Symbol.iterator]: each.bind(own) };
      const request = { method: "GET", url: "http://app.example/", headers } as never;
      const { provider } = exchanged({ platform });
      const seen: unknown[] = [];
      const reading = Object.create(provider, {
        get: {
          value: (given: { readonly request: Request }) => {
            seen.push(given.request.headers.get("x-own"));
            return provider.get();
          },
        },
      });
      const signedIn = bearerAuth(goodOnly, downstream({ graph: reading as typeof provider }, { platform }));
      const handler = signedIn(async (_request, _context, { graph }) => {
        await graph.token();
        return new Response("in", { status: 203 });
      });
      const { status } = await handler(request, {} as never);
      assert.deepEqual([status, seen], [203, ["1"]]);
      own.delete("authorization");
      assert.strictEqual((await handler(request, {} as never)).status, 401);
    },
  );

  QUnit.test("lets nothing in that is no request", async (assert) => {
    let ran = 0;
    const handler = bearerAuth(goodOnly)(() => void ran++);
    await assert.rejects(triggered("timer", handler as never), () => true);
    assert.strictEqual(ran, 0);
  });

  QUnit.test("refuses wrong providers and options when the wrapper is made", (assert) => {
    for (const make of [() => downstream({ graph: 1 } as never), () => downstream({}, { eagre: true } as never)]) {
      assert.throws(make, (error) => isTokenError(error) && error.code === "ERR_CONFIG_INVALID");
    }
  });
}

/** What every adapter must do with what surrounds a request: the environment, the request itself, its execution context. */
import { type BearerToken, defineSource, federate, secret } from "@tokenhop/core";
import { counted } from "../core/downstream-support.ts";
import type { QUnitLike } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { type AdapterContract, API, type ExecutionContext, ROUTE, setting } from "./adapter-setting.ts";
import { NOW } from "./platform.ts";

const passOn = {
  name: "pass-on",
  audience: "test",
  produces: "external",
  exchange: async ({ token }: { token: BearerToken["token"] }): Promise<BearerToken> => ({
    kind: "bearer",
    token,
    expiresAt: NOW + 3_600_000,
  }),
} as const;

const ok = (): Response => new Response("ok");

/** Part of the contract of an adapter. */
export function environmentContract(QUnit: QUnitLike, create: AdapterContract["create"]): void {
  QUnit.test("on Workers makes providers once for each env", async (assert) => {
    const { platform } = setting({ requestBoundIo: true });
    const seen: unknown[] = [];
    const app = create(
      (env) => {
        seen.push(env);
        return { graph: counted({ platform }).provider };
      },
      { platform },
      ok,
    );
    const [first, second] = [{ A: "1" }, { A: "2" }];
    for (const env of [first, first, second, first]) await app.fetch(new Request(ROUTE), env);
    assert.deepEqual(seen, [first, second]);
    assert.ok(seen[0] === first, "the very object");
  });

  QUnit.test("elsewhere makes them once, from the environment of the process", async (assert) => {
    const { platform } = setting({ env: { A: "0" } });
    const seen: unknown[] = [];
    const app = create(
      (env) => {
        seen.push(env);
        return { graph: counted({ platform }).provider };
      },
      { platform },
      ok,
    );
    for (const env of [{ incoming: 1 }, { incoming: 2 }]) await app.fetch(new Request(ROUTE), env);
    assert.deepEqual(seen, [{ A: "0" }]);
  });

  QUnit.test("hands sources the request, and keeps its identity to itself", async (assert) => {
    const { platform } = setting();
    const asked: (string | null | undefined)[] = [];
    const who = (request: Request | undefined): string | null | undefined => request?.headers.get("x-user");
    const from = defineSource({
      name: "by-request",
      identity: ["by-request", {}],
      provenance: "external",
      detect: () => ({ found: true }),
      partition: (request) => [who(request)],
      getToken: async (_wanted, { request }) => {
        asked.push(who(request));
        return { token: secret(canaryToken()), expiresAt: NOW + 3_600_000 };
      },
    });
    const graph = federate({ from, to: { ...passOn, identity: ["pass-on", {}] }, platform });
    const tokens = new Map<string, string>();
    const app = create({ graph }, { platform }, async (attached) => {
      const token = await attached.token();
      tokens.set(token, token);
      return ok();
    });
    for (const user of ["ann", "bob", "ann"]) await app.fetch(new Request(ROUTE, { headers: { "x-user": user } }));
    assert.deepEqual(asked, ["ann", "bob"]);
    assert.strictEqual(tokens.size, 2);
  });

  QUnit.test("asks for the execution context only when an exchange is due", async (assert) => {
    const { platform } = setting({ requestBoundIo: true });
    const { provider, tokens } = counted({ platform });
    const waited: Promise<unknown>[] = [];
    let asked = 0;
    const context = (): ExecutionContext => {
      asked++;
      return { waitUntil: (work) => void waited.push(work) };
    };
    const app = create({ graph: provider }, { platform }, (graph) => graph.fetch(API));
    await app.fetch(new Request(ROUTE), {}, context);
    assert.ok(asked > 0 && waited.length > 0, "the exchange may outlive the request");
    const before = [asked, waited.length];
    for (let round = 0; round < 3; round++) await app.fetch(new Request(ROUTE), {}, context);
    assert.deepEqual([asked, waited.length], before);
    assert.strictEqual(tokens.length, 1);
  });

  QUnit.test("does without an execution context", async (assert) => {
    for (const requestBoundIo of [true, false]) {
      const { platform } = setting({ requestBoundIo });
      const app = create({ graph: counted({ platform }).provider }, { platform }, (graph) => graph.fetch(API));
      assert.strictEqual(await (await app.fetch(new Request(ROUTE), {})).text(), "users");
    }
  });
}

/** What every adapter of a web framework must do. Each has a file in `test/adapters` that runs this. */
import { type BearerToken, type CredentialProvider, federate, TokenError } from "@tokenhop/core";
import { entra } from "@tokenhop/core/targets/entra";
import { counted } from "../core/downstream-support.ts";
import type { Assert, QUnitLike } from "../harness.ts";
import { record } from "../leak.ts";
import { environmentContract } from "./adapter-environment.ts";
import { type AdapterContract, API, ROUTE, setting } from "./adapter-setting.ts";

export const OWN_ERROR = "my own words";

const transient = (): TokenError =>
  new TokenError("Cannot: a detail", { code: "ERR_EXCHANGE_FAILED", recovery: "retry", retryAfterMs: 7_000 });
const refusal = (): TokenError =>
  new TokenError("Cannot: a detail", { code: "ERR_EXCHANGE_REFUSED", error: "a-detail" });

async function problemOf(assert: Assert, response: Response): Promise<readonly unknown[]> {
  const { status, headers } = response;
  const body = await response.text();
  record("response", [body, [...headers]]);
  assert.notOk(/detail|Cannot|entra|stack/.test(body + JSON.stringify([...headers])), "no detail of the error");
  const type = headers.get("content-type");
  assert.strictEqual(headers.get("cache-control"), "no-store");
  return [status, type, headers.get("retry-after"), (JSON.parse(body) as { code: string }).code];
}

const PASSES = [503, "application/problem+json", "7", "ERR_EXCHANGE_FAILED"];
const STAYS = [502, "application/problem+json", null, "ERR_EXCHANGE_REFUSED"];

/** Registers the contract for one adapter. */
export function adapterContract(QUnit: QUnitLike, { name, create, createWithOwnErrors }: AdapterContract): void {
  const ok = (): Response => new Response("ok");

  QUnit.module(`adapter ${name}`, () => {
    QUnit.test("attaches the token to a route's requests", async (assert) => {
      const { platform, requests } = setting();
      const { provider, tokens } = counted({ platform });
      const app = create({ graph: provider }, { platform }, (graph) => graph.fetch(API));
      for (let round = 0; round < 3; round++)
        assert.strictEqual(await (await app.fetch(new Request(ROUTE))).text(), "users");
      assert.strictEqual(tokens.length, 1);
      assert.ok(requests.every(({ headers }) => headers.get("authorization") === `Bearer ${tokens[0]}`));
    });

    QUnit.test("is lazy: a route that needs no token does not depend on one", async (assert) => {
      const { platform } = setting();
      const { provider, claims } = counted({ platform, error: refusal() });
      const app = create({ graph: provider }, { platform }, ok);
      assert.strictEqual((await app.fetch(new Request(ROUTE))).status, 200);
      assert.strictEqual(claims.length, 0);
    });

    QUnit.test("eager: the token is there before the route runs", async (assert) => {
      const { platform } = setting();
      const { provider, tokens } = counted({ platform });
      const seen: number[] = [];
      const app = create({ graph: provider }, { platform, eager: true }, () => {
        seen.push(tokens.length);
        return ok();
      });
      await app.fetch(new Request(ROUTE));
      assert.deepEqual(seen, [1]);
    });

    QUnit.test("eager: a provider that needs parameters waits for them", async (assert) => {
      const { platform } = setting();
      const { provider } = counted({ platform });
      const to = entra({ tenantId: "contoso.com", clientId: "22222222-2222-4222-8222-222222222222" });
      const scopeless = federate({
        from: provider as CredentialProvider<BearerToken>,
        to: { ...to, refuses: () => undefined },
        platform,
      });
      const app = create({ graph: scopeless as never }, { platform, eager: true }, ok);
      assert.strictEqual((await app.fetch(new Request(ROUTE))).status, 200);
    });

    for (const eager of [false, true]) {
      const when = eager ? "before the route" : "in the route";
      QUnit.test(`answers problem details for an exchange that failed ${when}`, async (assert) => {
        for (const [error, expected] of [
          [transient(), PASSES],
          [refusal(), STAYS],
        ] as const) {
          const { platform } = setting();
          const { provider } = counted({ platform, error });
          const app = create({ graph: provider }, { platform, eager }, (graph) => graph.fetch(API));
          assert.deepEqual(await problemOf(assert, await app.fetch(new Request(ROUTE))), expected);
          const again = await Promise.all([app.fetch(new Request(ROUTE)), app.fetch(new Request(ROUTE))]);
          for (const response of again) assert.strictEqual((await problemOf(assert, response))[0], expected[0]);
        }
      });

      QUnit.test(`leaves a user's own answer alone when it failed ${when}`, async (assert) => {
        for (const error of [transient(), refusal()]) {
          const { platform } = setting();
          const { provider } = counted({ platform, error });
          const app = createWithOwnErrors({ graph: provider }, { platform, eager }, (graph) => graph.fetch(API));
          const response = await app.fetch(new Request(ROUTE));
          assert.deepEqual([response.status, await response.text()], [500, `${OWN_ERROR}: ${error.code}`]);
          assert.strictEqual(response.headers.get("retry-after"), null);
        }
      });
    }

    QUnit.test("leaves the route's own answers and errors alone", async (assert) => {
      const { platform } = setting();
      const { provider } = counted({ platform });
      const teapot = create(
        { graph: provider },
        { platform },
        () => new Response("Internal Server Error", { status: 418 }),
      );
      assert.strictEqual((await teapot.fetch(new Request(ROUTE))).status, 418);
      const broken = create({ graph: provider }, { platform }, () => {
        throw new TypeError("a bug");
      });
      const response = await broken.fetch(new Request(ROUTE));
      assert.strictEqual(response.status, 500);
      assert.notOk(/json/.test(response.headers.get("content-type") ?? ""), "it is no failed exchange");
    });

    QUnit.test("does not mask mistakes of the program", async (assert) => {
      const { platform } = setting();
      const { provider } = counted({ platform });
      const wrongHost = create({ graph: provider }, { platform }, (graph) => graph.fetch("https://evil.example/"));
      const wrongParameter = create({ graph: provider }, { platform }, () => entra({} as never) as never);
      const wrongFactory = create(() => ({ graph: entra({} as never) as never }), { platform }, ok);
      const noProvider = create(() => ({ graph: undefined as never }), { platform }, ok);
      for (const app of [wrongHost, wrongParameter, wrongFactory, noProvider]) {
        assert.strictEqual((await app.fetch(new Request(ROUTE))).status, 500);
      }
    });

    environmentContract(QUnit, create);
  });
}

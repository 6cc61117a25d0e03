import type { Fetch, IdentitySource } from "@tokenhop/core";
import { fly } from "@tokenhop/core/sources/fly";
import { contextFor, failureOf, fakePlatform, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";

const env = { FLY_MACHINE_ID: "3287114c9d0185" };
const noWay: Fetch = () => Promise.reject(new TypeError("not to be called"));

/** The source whose socket is the platform's `fetch`, which the contract listens to. */
const overPlatform = (): IdentitySource => ({
  ...fly({ fetch: noWay }),
  getToken: (wanted, context) => fly({ fetch: context.platform.fetch }).getToken(wanted, context),
});

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "fly",
    provenance: "external",
    create: overPlatform,
    unavailable: [
      { where: "outside of a machine", names: ["FLY_MACHINE_ID"] },
      { where: "with the name of an app alone", env: { FLY_APP_NAME: "shop" }, names: ["FLY_MACHINE_ID"] },
    ],
    mistakes: [
      {
        what: "a wrong and an unknown option",
        make: () => fly({ fetch: "/.fly/api", socket: "x" } as never),
        problems: ["fetch: expected a function", "socket: unknown option"],
      },
      { what: "no options at all", make: () => fly(null as never), problems: ["expected Object"] },
    ],
    wire: {
      env,
      method: "POST",
      format: "text",
      body: (token) => token,
      audienceOf: ({ body }) => (JSON.parse(body) as { aud: string }).aud,
      notFound: "stop",
    },
  });

  QUnit.module("source fly, its own", () => {
    QUnit.test("asks the API in the machine, and shows it nothing but the audience", async (assert) => {
      const platform = fakePlatform({ env, respond: () => new Response(freshToken()) });
      await overPlatform().getToken({ audience: AUDIENCE }, contextFor(platform));
      const [sent] = platform.requests as readonly [Sent];
      assert.strictEqual(sent.url.href, "http://localhost/v1/tokens/oidc");
      assert.deepEqual(JSON.parse(sent.body), { aud: AUDIENCE });
      assert.strictEqual(sent.headers.get("content-type"), "application/json");
      assert.notOk(sent.headers.has("authorization"));
    });

    QUnit.test("never asks the network", async (assert) => {
      const platform = fakePlatform({ env, respond: () => new Response(freshToken()) });
      const source = fly({ fetch: noWay });
      const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
      assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_NETWORK", "retry"]);
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("says what a runtime lacks that reaches no socket", async (assert) => {
      const platform = fakePlatform({ env, respond: () => new Response(freshToken()) });
      const source = fly();
      const detection = source.detect(platform);
      const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform)));
      if ((globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent === "Cloudflare-Workers") {
        const missing = ["a runtime that reaches the unix socket /.fly/api, or the option fetch"];
        assert.deepEqual(detection, { found: false, missing });
        assert.strictEqual(error.code, "ERR_SOURCE_UNAVAILABLE");
      } else {
        assert.deepEqual(detection, { found: true });
        // There is no such socket here.
        assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_NETWORK", "retry"]);
      }
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("takes nothing but a JWT", async (assert) => {
      for (const text of [JSON.stringify({ token: freshToken() }), `"${freshToken()}"`, "opaque", "a.b", "a.b.c.d.e"]) {
        const platform = fakePlatform({ env, respond: () => new Response(text) });
        const error = await failureOf(() => overPlatform().getToken({ audience: AUDIENCE }, contextFor(platform)));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_REPLY", "retry"]);
      }
    });

    QUnit.test("another way to the socket is another identity", (assert) => {
      const other: Fetch = () => Promise.reject(new TypeError());
      assert.strictEqual(fly({ fetch: noWay }).identity[1], noWay);
      assert.notStrictEqual(fly({ fetch: noWay }).identity[1], fly({ fetch: other }).identity[1]);
      assert.deepEqual(fly().identity, fly().identity);
    });

    QUnit.test("says which permissions Deno lacks, and tries no more", async (assert) => {
      const refusing =
        (name: string): Fetch =>
        async () => {
          throw Object.assign(new Error("Requires net access"), { name });
        };
      const from = (name: string) => () =>
        fly({ fetch: refusing(name) }).getToken({ audience: AUDIENCE }, contextFor(fakePlatform({ env })));
      const error = await failureOf(from("NotCapable"));
      assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", "fly"]);
      assert.ok(error.message.includes("--allow-net --allow-read --allow-write"), error.message);
      const other = await failureOf(from("TypeError"));
      assert.deepEqual([other.code, other.recovery], ["ERR_HTTP_NETWORK", "retry"]);
    });

    QUnit.test("leaves the rest of a platform as it is, whatever it is made of", async (assert) => {
      class Machine {
        readonly env = env;
        readonly requestBoundIo = false;
        fetch = noWay;
        now(): number {
          return this.#epoch;
        }
        readonly #epoch = 0;
        monotonic(): number {
          return this.#epoch;
        }
        random(): number {
          return this.#epoch;
        }
      }
      const token = freshToken();
      const source = fly({
        fetch: async () => new Response(token, { headers: { date: "Thu, 01 Jan 1970 00:00:00 GMT" } }),
      });
      const given = await source.getToken({ audience: AUDIENCE }, contextFor(new Machine() as never));
      assert.ok(given.token.reveal() === token);
    });
  });
};

import { type BearerToken, defineTarget, federate, type GetOptions } from "@tokenhop/core";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { assertHides, contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

const read = (request: Request): string | null => request.headers.get("x-oidc-token");
const requestWith = (token?: string): Request =>
  new Request("https://app.example/", token === undefined ? {} : { headers: { "x-oidc-token": token } });

/** A provider that gives what the request brought, and how often it exchanged. */
function echoing(from = fromRequest(read)) {
  const counted = { exchanges: 0 };
  const to = defineTarget({
    name: "echo",
    identity: ["echo"],
    audience: AUDIENCE,
    produces: "external",
    async exchange({ token }): Promise<BearerToken> {
      counted.exchanges++;
      return { kind: "bearer", token, expiresAt: NOW + 3_600_000 };
    },
  });
  const provider = federate({ from, to, platform: fakePlatform() });
  const get = async (options: GetOptions): Promise<string> => (await provider.get(options)).token.reveal();
  return { counted, provider, get };
}

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "from-request",
    provenance: "unknown",
    create: (token) => fromRequest(() => token),
    platform: () => fakePlatform(),
    expired: "stop",
    opaque: true,
    mistakes: [
      {
        what: "no function",
        make: () => fromRequest(undefined as never),
        problems: ["function: missing, expected a function"],
      },
      {
        what: "several wrong arguments",
        make: () => fromRequest("x-oidc-token" as never, { name: "fromVercel", header: "x" } as never),
        problems: [
          "function: expected a function",
          "options.name: expected a name in kebab-case",
          "options.header: unknown option",
        ],
      },
    ],
  });

  QUnit.module("source from-request, its own", () => {
    QUnit.test(
      "requests with different tokens share nothing, those with the same one share the exchange",
      async (assert) => {
        const { counted, get } = echoing();
        const [one, two] = [freshToken(), freshToken()];
        const tokens = [one, two, one, two, one];
        const given = await Promise.all(tokens.map((token) => get({ request: requestWith(token) })));
        assert.ok(given.every((token, index) => token === tokens[index]));
        assert.ok((await get({ request: requestWith(two) })) === two);
        assert.strictEqual(counted.exchanges, 2);
      },
    );

    QUnit.test("tokens that differ in one segment only share nothing", async (assert) => {
      const { counted, get } = echoing();
      const parts = freshToken().split(".");
      const others = freshToken().split(".");
      const tokens = [0, 1, 2].map((at) => parts.map((part, index) => (index === at ? others[index] : part)).join("."));
      tokens.push(parts.join("."), parts.slice(0, 2).concat("").join("."), others.slice(0, 2).concat("").join("."));
      for (const token of tokens) assert.ok((await get({ request: requestWith(token) })) === token);
      assert.strictEqual(counted.exchanges, tokens.length);
    });

    QUnit.test("a request without a token fails alone", async (assert) => {
      const { get } = echoing();
      const token = freshToken();
      const failure = (options: GetOptions) => failureOf(() => get(options));
      const without = await failure({ request: requestWith() });
      assert.deepEqual([without.code, without.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
      assert.ok(without.message.includes("the request carries no token"), without.message);
      assert.ok((await get({ request: requestWith(token) })) === token, "others are not touched");
      assert.strictEqual((await failure({ request: requestWith() })).code, "ERR_SOURCE_UNAVAILABLE");
      assert.strictEqual((await failure({ request: requestWith("") })).code, "ERR_SOURCE_UNAVAILABLE");
      assert.ok((await get({ request: requestWith(token) })) === token);
    });

    QUnit.test("without a request it says how to give one", async (assert) => {
      const { get, provider } = echoing();
      const error = await failureOf(() => get({}));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
      assert.ok(error.message.includes("call get({ request })"), error.message);
      assert.strictEqual(provider.peek(), undefined);
    });

    QUnit.test("an expired token fails its own requests only", async (assert) => {
      const { get } = echoing();
      const [over, good] = [canaryToken({ exp: NOW / 1000 - 1 }), freshToken()];
      const error = await failureOf(() => get({ request: requestWith(over) }));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      assertHides(assert, error, [over]);
      assert.ok((await get({ request: requestWith(good) })) === good);
    });

    QUnit.test(
      "a function that throws fails its own requests only, and its words are not passed on",
      async (assert) => {
        const token = freshToken();
        const strict = (request: Request): string => {
          if (request.url.endsWith("/bad")) throw new RangeError(`cannot read ${token}`);
          return token;
        };
        const { get } = echoing(fromRequest(strict, { name: "strict", provenance: "external" }));
        const error = await failureOf(() => get({ request: new Request("https://app.example/bad") }));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_FAILED", "stop", "strict"]);
        assert.ok(error.message.includes("the function threw RangeError"), error.message);
        assertHides(assert, error, [token]);
        assert.ok((await get({ request: new Request("https://app.example/good") })) === token);
      },
    );

    QUnit.test("an asynchronous function is no token", async (assert) => {
      const source = fromRequest((async () => freshToken()) as never);
      const context = contextFor(fakePlatform(), { request: requestWith() });
      const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, context));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
    });
  });
};

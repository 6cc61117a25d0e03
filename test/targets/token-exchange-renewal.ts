/** Token exchange with tokens that others give: what becomes of one that was refused, and of a giver that fails or hangs. */
import { type BearerToken, type CredentialProvider, federate, secret, TokenError } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { type TokenExchangeOptions, tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { assertHides, contextFor, failureOf, json, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { exchanged, formOf, readAll, refusedBy, saidIn, subjectOf } from "./exchange-support.ts";
import { EXCHANGE, good } from "./token-exchange-support.ts";

type Options = Partial<TokenExchangeOptions>;

/** A provider that gives this, and writes down what it is told. */
function holding(get: () => Promise<BearerToken>, another = true) {
  const told: unknown[][] = [];
  const invalidate = (...given: unknown[]): boolean => {
    told.push(given);
    return another;
  };
  const provider = { identity: ["holding"], hosts: [], get, invalidate } as unknown as CredentialProvider;
  return { told, provider };
}

const held: BearerToken = { kind: "bearer", token: secret("held-by-a-provider"), expiresAt: NOW + 60_000 };
const said = (error: string, error_description: string) => ({ error, error_description });

/** Option, status, reply, whether there is another one, what the error leads to, whether the provider is told. */
const refusals: readonly (readonly ["actor" | "clientAssertion", number, object, boolean, string, boolean])[] = [
  ["actor", 400, said("invalid_request", "actor_token has expired"), true, "retry", true],
  ["actor", 400, said("invalid_request", "actor_token has expired"), false, "stop", true],
  ["actor", 400, said("invalid_request", "subject_token has expired"), true, "subject", false],
  ["actor", 400, said("invalid_request", "subject_token or actor_token has expired"), true, "subject", true],
  ["actor", 400, said("invalid_request", "actor_token is of no use"), true, "stop", false],
  ["actor", 503, said("invalid_request", "actor_token has expired"), true, "retry", false],
  ["clientAssertion", 401, said("invalid_client", "no"), true, "retry", true],
  ["clientAssertion", 401, said("invalid_client", "no"), false, "stop", true],
  ["clientAssertion", 400, said("invalid_client", "it has expired"), true, "retry", true],
  ["clientAssertion", 401, {}, true, "retry", true],
  ["clientAssertion", 401, said("invalid_grant", "token expired"), true, "subject", true],
  ["clientAssertion", 400, said("invalid_grant", "no"), true, "stop", false],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target token-exchange, a giver's token that is refused", () => {
    for (const [option, status, body, another, recovery, isTold] of refusals) {
      QUnit.test(`${option}: ${status} ${JSON.stringify(body)}, another: ${another}`, async (assert) => {
        const { told, provider } = holding(async () => held, another);
        const error = await refusedBy(tokenExchange({ ...EXCHANGE, [option]: provider }), [json(body, { status })]);
        assert.strictEqual(error.recovery, recovery);
        assert.deepEqual(told, isTold ? [[held, "unauthorized"]] : []);
      });
    }

    QUnit.test("of who is asked each time is asked for again, if it had expired", async (assert) => {
      for (const [words, recovery] of [
        ["actor_token has expired", "retry"],
        ["actor_token is of no use", "stop"],
      ] as const) {
        const target = tokenExchange({ ...EXCHANGE, actor: () => canaryToken() });
        const error = await refusedBy(target, [json(said("invalid_request", words), { status: 400 })]);
        assert.strictEqual(error.recovery, recovery, words);
      }
    });

    QUnit.test("is another one at the next try, and the subject is the same", async (assert) => {
      const clock = manualClock();
      const actors = [canaryToken({ exp: NOW / 1_000 + 3_600 }), canaryToken({ exp: NOW / 1_000 + 3_601 })];
      const exchange = async (): Promise<BearerToken> => ({
        kind: "bearer",
        token: secret(actors.shift() as string),
        expiresAt: NOW + 3_600_000,
      });
      const actor = federate({
        from: fromFunction(() => canaryToken()),
        to: { name: "hand", identity: ["hand"], audience: "a", produces: "unknown", exchange },
        platform: testPlatform({ clock }),
      });
      await actor.get();
      await clock.advance(60_000);
      const refused = json(said("invalid_request", "actor_token has expired"), { status: 400 });
      const fetch = scriptedFetch([refused, json(good())]);
      let subjects = 0;
      const provider = federate({
        from: fromFunction(() => canaryToken({ n: ++subjects, exp: NOW / 1_000 + 7_200 })),
        to: tokenExchange({ ...EXCHANGE, actor }),
        platform: testPlatform({ clock, fetch }),
      });
      let isThere = false;
      const given = provider.get().finally(() => {
        isThere = true;
      });
      // Some runtimes take their time to read a reply.
      for (let turns = 0; turns < 100 && !isThere; turns++) await clock.advance(100);
      await given;
      const forms = (await readAll(fetch.requests)).map(formOf);
      assert.ok(forms.length === 2 && forms[0]?.actor_token !== forms[1]?.actor_token);
      assert.strictEqual(subjects, 1);
    });
  });

  QUnit.module("target token-exchange, a giver that fails", () => {
    QUnit.test("and is a provider is not asked again at once, but soon", async (assert) => {
      for (const [fields, retryAfterMs] of [
        [{ recovery: "retry" }, 5_000],
        [{ recovery: "retry", retryAfterMs: 700 }, 700],
        [{ recovery: "subject" }, 5_000],
        [{ recovery: "propagation" }, 5_000],
        [{ recovery: "stop" }, undefined],
      ] as const) {
        const own = new TokenError("Cannot", { code: "ERR_HTTP_NETWORK", status: 503, ...fields });
        const { provider } = holding(() => Promise.reject(own));
        for (const options of [{ actor: provider }, { clientAssertion: provider }]) {
          const error = await refusedBy(tokenExchange({ ...EXCHANGE, ...options }), []);
          assert.deepEqual(
            [error.message, error.code, error.status, error.recovery, error.retryAfterMs],
            [own.message, "ERR_HTTP_NETWORK", 503, "stop", retryAfterMs],
          );
        }
      }
    });

    const password = canary("correct horse/battery+staple");
    const options: readonly (readonly [keyof TokenExchangeOptions, Options])[] = [
      ["actor", {}],
      ["clientAssertion", {}],
      ["clientSecret", { clientId: "me" }],
    ];
    for (const [option, more] of options) {
      QUnit.test(`with an error of its own shows its class alone: ${option}`, async (assert) => {
        const fail = (): string => {
          throw new RangeError(password);
        };
        const error = await refusedBy(tokenExchange({ ...EXCHANGE, ...more, [option]: fail }), []);
        assert.deepEqual([error.code, error.recovery], ["ERR_EXCHANGE_FAILED", "retry"]);
        assert.strictEqual(saidIn(error), `Cannot exchange token at token-exchange: ${option} threw RangeError`);
        assertHides(assert, error, [password]);
      });

      QUnit.test(`to hear its signal is waited for no longer than its caller waits: ${option}`, async (assert) => {
        const controller = new AbortController();
        const reason = new Error("enough");
        const target = tokenExchange({ ...EXCHANGE, ...more, [option]: () => new Promise(() => undefined) });
        const context = contextFor(testPlatform(), { signal: controller.signal });
        const asked = target.exchange(subjectOf(canaryToken()), {}, context);
        await Promise.resolve();
        controller.abort(reason);
        await assert.rejects(asked, (error) => error === reason);
      });
    }

    QUnit.test("shows no secret, in whatever form and however escaped a server echoes it", async (assert) => {
      const encoded = encodeURIComponent(password).replaceAll("%20", "+");
      const basic = btoa(`me:${encoded}`);
      const target = tokenExchange({ ...EXCHANGE, clientId: "me", clientSecret: () => password });
      const { sent } = await exchanged(target, [json(good())]);
      assert.ok(sent[0]?.headers.get("authorization") === `Basic ${basic}`, "to the letter");
      for (const echo of [password, encoded, basic, `Basic ${basic}`, `${"x ".repeat(195)}${password}`]) {
        const escaped = [...`got ${echo}`]
          .map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`)
          .join("");
        for (const text of [JSON.stringify({ error: echo }), `{"error":"x","error_description":"${escaped}"}`]) {
          const error = await refusedBy(target, [new Response(text, { status: 400 })]);
          assertHides(assert, error, [password, encoded, basic]);
          const shown = [password, encoded, basic].flatMap((one) => [one.slice(0, 10), one.slice(-10)]);
          assert.notOk(shown.some((piece) => error.message.includes(piece)));
        }
      }
    });

    QUnit.test("is nothing that a reply of endless depth does", async (assert) => {
      const text = `{"error":${"[".repeat(60_000)}${"]".repeat(60_000)}}`;
      const error = await failureOf(() => exchanged(tokenExchange(EXCHANGE), [new Response(text, { status: 400 })]));
      assert.strictEqual(error.code, "ERR_EXCHANGE_FAILED");
    });
  });

  QUnit.module("target token-exchange, options that change later", () => {
    QUnit.test("change nothing: neither what is sent, nor where the token goes", async (assert) => {
      const [audience, hosts] = [["a"], ["api.example.com"]];
      const [parameters, fields]: [Record<string, string>, Record<string, string>] = [{ org: "1" }, { scope: "scp" }];
      const options = { ...EXCHANGE, audience, hosts, parameters, fields, scope: "x" };
      const target = tokenExchange(options);
      audience[0] = "b";
      audience.push("c");
      hosts.push("evil.example");
      parameters.org = "2";
      fields.scope = "other";
      Object.assign(options, { scope: "y", audience: "d", url: "https://evil.example/", anyIssuedTokenType: true });
      const { sent } = await exchanged(target, [json(good())]);
      const { subject_token: _token, ...rest } = formOf(sent[0] as (typeof sent)[number]);
      assert.deepEqual([rest.audience, rest.org, rest.scp, rest.other], ["a", "1", "x", undefined]);
      assert.strictEqual(sent[0]?.url, EXCHANGE.url);
      assert.deepEqual(target.hosts?.({}), ["api.example.com"]);
    });
  });
};

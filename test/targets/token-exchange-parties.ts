/** Token exchange between more than two: who acts, and who the client is. */
import { federate, type IdentitySource, secret } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { type TokenExchangeOptions, type TokenGiver, tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { assertHides, json, NOW } from "../contract/platform.ts";
import { failure } from "../core/support.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { exchanged, formOf, readAll, refusedBy, type Sent, saidIn } from "./exchange-support.ts";
import { EXCHANGE, good, TYPE } from "./token-exchange-support.ts";

/** A source that writes down what it is asked. */
function asking(token: string): IdentitySource & { readonly audiences: string[] } {
  const audiences: string[] = [];
  return {
    name: "asking",
    identity: ["asking", {}],
    provenance: "external",
    audiences,
    detect: () => ({ found: true }),
    async getToken({ audience }) {
      audiences.push(audience);
      return { token: secret(token) };
    },
  };
}

const askedBy = async (options: Partial<TokenExchangeOptions>) => {
  const { sent } = await exchanged(tokenExchange({ ...EXCHANGE, ...options }), [json(good())]);
  return sent[0] as Sent;
};

/** Everyone that a token may come from. */
const givers: Readonly<Record<string, (token: string) => TokenGiver>> = {
  "a function": (token) => () => ` ${token}\n`,
  "a function that takes time": (token) => async () => token,
  "a source": asking,
  "a provider": (token) =>
    federate({ from: fromFunction(() => token), to: passThrough({ audience: "a" }), platform: testPlatform() }),
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target token-exchange, its actor", () => {
    for (const [what, give] of Object.entries(givers)) {
      QUnit.test(`is asked for a token: ${what}`, async (assert) => {
        const token = canaryToken();
        const form = formOf(await askedBy({ actor: give(token) }));
        assert.ok(form.actor_token === token);
        assert.strictEqual(form.actor_token_type, `${TYPE}jwt`);
        const assertion = formOf(await askedBy({ clientAssertion: give(token), clientId: "me" }));
        assert.ok(assertion.client_assertion === token);
        assert.strictEqual(assertion.client_assertion_type, "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
        assert.deepEqual([assertion.client_id, assertion.actor_token_type], ["me", undefined]);
      });
    }

    QUnit.test("is asked for the audience that its token must have", async (assert) => {
      const [actor, client] = [asking(canaryToken()), asking(canaryToken())];
      await askedBy({ actor, clientAssertion: client });
      await askedBy({ actor, actorAudience: "b", clientAssertion: client, clientAssertionAudience: "c" });
      assert.deepEqual(actor.audiences, ["https://as.example", "b"]);
      assert.deepEqual(client.audiences, ["https://as.example/oauth/token", "c"], "RFC 7523, 3: the endpoint");
    });

    QUnit.test("says what its token is", async (assert) => {
      const form = formOf(await askedBy({ actor: () => "opaque", actorTokenType: "access_token" }));
      assert.deepEqual([form.actor_token, form.actor_token_type], ["opaque", `${TYPE}access_token`]);
    });

    QUnit.test("is asked anew for each exchange, and not for what is held", async (assert) => {
      const clock = manualClock();
      const [first, second] = [canaryToken(), canaryToken()];
      const tokens = [first, second];
      const fetch = scriptedFetch([() => json(good())]);
      const provider = federate({
        from: fromFunction(() => canaryToken({ exp: NOW / 1_000 + 7_200 })),
        to: tokenExchange({ ...EXCHANGE, actor: () => tokens.shift() as string }),
        platform: testPlatform({ clock, fetch }),
      });
      await provider.get();
      await provider.get();
      await clock.advance(3_595_000);
      await provider.get();
      const forms = (await readAll(fetch.requests)).map(formOf);
      assert.ok(forms.length === 2 && forms[0]?.actor_token === first && forms[1]?.actor_token === second);
    });

    QUnit.test("tells providers apart in a cache that they share", (assert) => {
      const actor = asking(canaryToken());
      const identityOf = (options: Partial<TokenExchangeOptions>) =>
        tokenExchange({ ...EXCHANGE, ...options }).identity;
      assert.deepEqual(identityOf({ actor }), identityOf({ actor }));
      assert.strictEqual(identityOf({ actor })[2], actor.identity);
      assert.notStrictEqual(
        JSON.stringify(identityOf({ actor })),
        JSON.stringify(identityOf({ clientAssertion: actor })),
        "an actor is no client",
      );
    });

    QUnit.test("that has no token ends the exchange, before anything is sent", async (assert) => {
      for (const given of ["", " ", "a b", "a\r\nx: y", 5, undefined, null, {}]) {
        for (const [option, called] of [
          ["actor", "token"],
          ["clientAssertion", "token"],
          ["clientSecret", "text"],
        ] as const) {
          // A secret may be any text.
          if (called === "text" && typeof given === "string" && given !== "") continue;
          const options = { ...EXCHANGE, clientId: "me", [option]: () => given as never };
          const error = await refusedBy(tokenExchange(options), []);
          assert.deepEqual([error.code, error.recovery], ["ERR_EXCHANGE_FAILED", "stop"]);
          assert.strictEqual(saidIn(error), `Cannot exchange token at token-exchange: ${option} gave no ${called}`);
        }
      }
    });

    QUnit.test("fails with its own error", async (assert) => {
      const own = failure({ code: "ERR_SOURCE_UNAVAILABLE", recovery: "stop" });
      const giver = (): string => {
        throw own;
      };
      const source: IdentitySource = { ...asking("x"), getToken: async () => giver() as never };
      for (const actor of [giver, source]) {
        assert.ok((await refusedBy(tokenExchange({ ...EXCHANGE, actor }), [])) === own);
      }
    });
  });

  QUnit.module("target token-exchange, its client", () => {
    QUnit.test("says its id and nothing else, or nothing at all", async (assert) => {
      assert.strictEqual(formOf(await askedBy({ clientId: "me" })).client_id, "me");
      assert.strictEqual(formOf(await askedBy({})).client_id, undefined);
    });

    QUnit.test("proves itself by a secret that a function gets, in the header", async (assert) => {
      const secretText = canary("c0rrect-horse/battery+staple");
      const sent = await askedBy({ clientId: "me & mine", clientSecret: async () => secretText });
      const expected = `Basic ${btoa(`me+%26+mine:${encodeURIComponent(secretText).replace(/-/g, "%2D")}`)}`;
      const plainly = `Basic ${btoa(`me+%26+mine:${encodeURIComponent(secretText)}`)}`;
      assert.ok([expected, plainly].includes(sent.headers.get("authorization") ?? ""), "RFC 6749, 2.3.1");
      assert.deepEqual(Object.keys(formOf(sent)), ["grant_type", "subject_token", "subject_token_type"]);
    });

    QUnit.test("shows nothing of a secret, a client's token or an actor's that a server echoes", async (assert) => {
      const [actor, assertion, opaque] = [canaryToken(), canaryToken(), canary("opaqueKx7Tq2Vw9Zr4Bn8Lm")];
      for (const [options, sent] of [
        [{ actor: () => actor }, actor],
        [{ actor: () => opaque }, opaque],
        [{ clientAssertion: () => assertion }, assertion],
        [{ clientId: "me", clientSecret: () => opaque }, opaque],
      ] as const) {
        for (const echo of [sent, sent.slice(0, 20), sent.slice(-18, -2), `${"x ".repeat(190)}${sent}`, `a/${sent}`]) {
          for (const body of [
            { error: echo, error_description: `got ${echo}` },
            { errors: [echo] },
            { message: echo },
          ]) {
            const error = await refusedBy(tokenExchange({ ...EXCHANGE, ...options }), [json(body, { status: 400 })]);
            assertHides(assert, error, [sent]);
          }
        }
      }
    });
  });
};

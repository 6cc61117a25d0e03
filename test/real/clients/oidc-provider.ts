/** A certified OpenID provider as the issuer that a managed identity trusts: what it signs is exchanged, what it is asked. */
import { createAttach } from "@tokenhop/core";
import { exchange } from "../../emulator/support.ts";
import type { Suite } from "../../harness.ts";
import { failureOf, showsToken, withOidcProvider } from "./oidc-provider-stage.ts";

const discovery = "GET /.well-known/openid-configuration 200";
const jwks = "GET /jwks 200";

export const suite: Suite = (QUnit) => {
  QUnit.module("oidc-provider: its token", () => {
    QUnit.test("opens Azure to our client", (assert) =>
      withOidcProvider(async ({ client, armUrl, op }) => {
        const attach = createAttach({ arm: client() });
        const reply = await attach(new Request("https://app.example")).arm.fetch(armUrl);
        const { value } = (await reply.json()) as { readonly value: readonly unknown[] };
        assert.deepEqual([reply.status, value.length], [200, 2]);
        assert.deepEqual(op.log(), ["POST /token 200", discovery, jwks]);
      }),
    );

    QUnit.test("opens Azure by hand", (assert) =>
      withOidcProvider(async ({ post, op, armUrl, emulator }) => {
        const { outcome, body } = await post(await op.token(exchange));
        assert.strictEqual(outcome, "granted");
        const headers = { authorization: `Bearer ${body.access_token}` };
        assert.strictEqual((await fetch(armUrl, { headers })).status, 200);
        assert.strictEqual((await fetch(armUrl)).status, 401, "but not without it");
        assert.deepEqual(
          emulator.log.map(({ route, outcome }) => `${route} ${outcome}`),
          ["token granted", "arm granted", "arm refused"],
        );
      }),
    );

    QUnit.test("has the issuer read its discovery document and its keys once, and then never again", (assert) =>
      withOidcProvider(async ({ client, post, op, reads }) => {
        const arm = client();
        const first = await arm.get();
        assert.deepEqual(reads(), [discovery, jwks]);
        arm.invalidate(first);
        const second = await arm.get();
        assert.notStrictEqual(second.token.reveal(), first.token.reveal(), "it was exchanged again");
        assert.strictEqual((await post(await op.token(exchange))).outcome, "granted");
        assert.deepEqual(reads(), []);
      }),
    );

    for (const slash of ["", "/"]) {
      const which = slash === "" ? "without a slash" : "with a slash";
      QUnit.test(`is taken from an issuer ${which} at its end`, (assert) =>
        withOidcProvider(
          async ({ client, reads }) => {
            assert.ok((await client().get()).token.reveal().length > 0);
            assert.deepEqual(reads(), [discovery, jwks], "and no path has two slashes");
          },
          { issuer: slash },
        ),
      );

      QUnit.test(`is refused from an issuer ${which} at its end when the trusted one differs in that`, (assert) =>
        withOidcProvider(
          async ({ client, reads }) => {
            const { errorCodes, recovery } = await failureOf(client());
            assert.deepEqual([errorCodes, recovery], [[700211], "propagation"]);
            assert.deepEqual(reads(), [], "an issuer that nobody trusts is not asked");
          },
          { issuer: slash, trusted: slash === "" ? "/" : "" },
        ),
      );
    }

    QUnit.test("for another audience is refused, and nothing is read", (assert) =>
      withOidcProvider(async ({ client, op, reads }) => {
        const error = await failureOf(client({}, await op.token("https://vault.azure.net")));
        assert.deepEqual([error.code, error.errorCodes], ["ERR_EXCHANGE_REFUSED", [700212]]);
        assert.ok(error.message.includes("https://vault.azure.net"), error.message);
        assert.deepEqual(reads(), []);
      }),
    );

    QUnit.test("is refused when another signed it", (assert) =>
      withOidcProvider(async ({ client, op, reads }) => {
        const [header, claims, signature = ""] = (await op.token(exchange)).split(".");
        const other = `${signature[0] === "A" ? "B" : "A"}${signature.slice(1)}`;
        const error = await failureOf(client({}, [header, claims, other].join(".")));
        assert.deepEqual(error.errorCodes, [700027]);
        assert.deepEqual(reads(), [discovery, jwks]);
      }),
    );

    QUnit.test("is refused on plain http without the option, and nothing is read", (assert) =>
      withOidcProvider(
        async ({ client, emulator, reads }) => {
          const error = await failureOf(client());
          assert.deepEqual([error.code, error.errorCodes], ["ERR_EXCHANGE_REFUSED", [501661]]);
          const { reason = "" } = emulator.log.at(-1) ?? {};
          assert.ok(reason.includes("allowHttpLoopbackIssuers"), reason);
          assert.deepEqual(reads(), []);
        },
        { allowHttp: false },
      ),
    );

    QUnit.test("is refused when the discovery document names another issuer, and no key is read", (assert) =>
      withOidcProvider(async ({ client, op, emulator, reads }) => {
        const token = await op.token(exchange);
        await op.publish({ issuer: op.origin.replace("127.0.0.1", "localhost") });
        const error = await failureOf(client({}, token));
        assert.deepEqual([error.errorCodes, error.recovery], [[501661], "retry"]);
        assert.strictEqual(emulator.log.at(-1)?.reason, "The discovery document names another issuer");
        assert.deepEqual(reads(), [discovery]);
      }),
    );

    QUnit.test("is in no refusal, wherever it is told", (assert) =>
      withOidcProvider(async ({ client, op, post, emulator }) => {
        const wrong = await op.token("https://vault.azure.net");
        const token = await op.token(exchange);
        await op.publish({ kids: ["second"] });
        const seen: unknown[] = [];
        for (const sent of [token, wrong, `${token}A`, token.slice(0, -4), `x${token}`]) {
          const answer = await post(sent);
          assert.notStrictEqual(answer.outcome, "granted");
          seen.push(answer.body, await failureOf(client({}, sent)));
        }
        seen.push(emulator.log);
        assert.notOk(showsToken(token, ...seen));
        assert.notOk(showsToken(wrong, ...seen));
        assert.ok(showsToken(token, ...seen, new Error(`no: ${token.slice(-30)}`)), "a leak would be found");
      }),
    );
  });
};

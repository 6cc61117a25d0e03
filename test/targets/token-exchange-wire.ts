import { type TokenExchangeOptions, tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { failureOf, json } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchanged, formOf, refusedBy, type Sent, saidIn, subjectOf } from "./exchange-support.ts";
import { EXCHANGE, good, TYPE } from "./token-exchange-support.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";

/** What one exchange sent. */
async function asked(options: Partial<TokenExchangeOptions> = {}, params = {}) {
  const { sent, subject } = await exchanged(tokenExchange({ ...EXCHANGE, ...options }), [json(good())], params);
  return { ...(sent[0] as Sent), requests: sent.length, subject };
}

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target token-exchange, its wire", () => {
    QUnit.test("sends what RFC 8693 requires, and nothing that nobody asked for", async (assert) => {
      const sent = await asked();
      assert.deepEqual([sent.requests, sent.method, sent.url], [1, "POST", "https://as.example/oauth/token"]);
      assert.strictEqual(sent.headers.get("content-type"), "application/x-www-form-urlencoded;charset=UTF-8");
      assert.strictEqual(sent.headers.get("accept"), "application/json");
      assert.strictEqual(sent.headers.get("authorization"), null);
      assert.deepEqual(formOf(sent), {
        grant_type: GRANT,
        subject_token: sent.subject,
        subject_token_type: `${TYPE}jwt`,
      });
    });

    QUnit.test("sends all that RFC 8693 knows, each audience and resource by itself", async (assert) => {
      const sent = await asked({
        url: "https://as.example/oauth/token?tenant=a%26b",
        subjectTokenType: "id_token",
        requestedTokenType: "urn:ietf:params:oauth:token-type:access_token",
        audience: ["orders", "stock & more"],
        resource: ["https://api.example/a", "urn:example:b"],
        scope: "read write",
        clientId: "me",
        parameters: { tenant: "a=b&c", lifetime: 900, exact: true },
      });
      assert.strictEqual(sent.url, "https://as.example/oauth/token?tenant=a%26b");
      assert.deepEqual(formOf(sent), {
        audience: ["orders", "stock & more"],
        client_id: "me",
        exact: "true",
        grant_type: GRANT,
        lifetime: "900",
        requested_token_type: `${TYPE}access_token`,
        resource: ["https://api.example/a", "urn:example:b"],
        scope: "read write",
        subject_token: sent.subject,
        subject_token_type: `${TYPE}id_token`,
        tenant: "a=b&c",
      });
    });

    QUnit.test("takes types by URI as they are", async (assert) => {
      const form = formOf(await asked({ subjectTokenType: "urn:example:token", anyIssuedTokenType: true }));
      assert.strictEqual(form.subject_token_type, "urn:example:token");
    });

    QUnit.test("writes JSON with lists, numbers and booleans where the server wants that", async (assert) => {
      const sent = await asked({
        body: "json",
        audience: ["a", "b"],
        resource: ["urn:example:one"],
        parameters: { ttl: 900, exact: false, org: "7" },
      });
      assert.strictEqual(sent.headers.get("content-type"), "application/json");
      assert.deepEqual(JSON.parse(sent.body), {
        subject_token: sent.subject,
        subject_token_type: `${TYPE}jwt`,
        audience: ["a", "b"],
        resource: "urn:example:one",
        grant_type: GRANT,
        ttl: 900,
        exact: false,
        org: "7",
      });
    });

    QUnit.test("uses the server's names, and leaves out what it has none for", async (assert) => {
      const fields = { subject_token: "jwt", subject_token_type: false, grant_type: false, client_id: "id" } as const;
      for (const body of ["form", "json"] as const) {
        const sent = await asked({ fields, body, clientId: "me", audience: "orders", parameters: { org: 7 } });
        const read = body === "form" ? formOf(sent) : JSON.parse(sent.body);
        const org = body === "form" ? "7" : 7;
        assert.deepEqual(read, { jwt: sent.subject, audience: "orders", id: "me", org });
      }
    });

    QUnit.test("is another grant where it is told to", async (assert) => {
      const grantType = "urn:ietf:params:oauth:grant-type:jwt-bearer";
      const sent = await asked({ grantType, fields: { subject_token: "assertion", subject_token_type: false } });
      assert.deepEqual(formOf(sent), { grant_type: grantType, assertion: sent.subject });
    });

    QUnit.test("asks for the scope of with(), which may change nothing else", async (assert) => {
      assert.strictEqual(formOf(await asked({ scope: "a" }, { scope: "b c" })).scope, "b c");
      const target = tokenExchange({ ...EXCHANGE, scope: "a" });
      assert.deepEqual([target.partition?.({}), target.partition?.({ scope: "b" })], [["a"], ["b"]]);
      target.validate?.({ scope: "b" });
      const error = await failureOf(() => target.validate?.({ scope: "", audience: "x" } as never));
      assert.deepEqual(error.problems, ["scope: expected scopes with one space between", "audience: unknown option"]);
    });

    QUnit.test("speaks plain http to loopback only where that is allowed", async (assert) => {
      const sent = await asked({ url: "http://127.0.0.1:8080/token", allowHttpLoopback: true });
      assert.strictEqual(sent.url, "http://127.0.0.1:8080/token");
    });

    QUnit.test("sends no token that is longer than it may be", async (assert) => {
      const long = (length: number) => subjectOf(canaryToken().padEnd(length, "A"));
      for (const [options, limit] of [
        [{}, 16_384],
        [{ maxSubjectTokenLength: 2_000 }, 2_000],
      ] as const) {
        const target = tokenExchange({ ...EXCHANGE, ...options });
        await exchanged(target, [json(good())], {}, { subject: long(limit) });
        const error = await refusedBy(target, [], long(limit + 1));
        assert.deepEqual([error.code, error.recovery], ["ERR_EXCHANGE_FAILED", "stop"]);
        assert.ok(saidIn(error).endsWith(`: the identity token has more than ${limit} characters`), error.message);
      }
    });

    QUnit.test("goes by another name in messages, and by its hosts", async (assert) => {
      const target = tokenExchange({ ...EXCHANGE, name: "my-sts", hosts: ["api.example.com", "*.svc.example.com"] });
      const error = await refusedBy(target, [new Response("", { status: 400 })]);
      assert.deepEqual([target.name, error.step], ["my-sts", "my-sts"]);
      assert.strictEqual(saidIn(error), "Cannot exchange token at my-sts: HTTP 400");
      assert.deepEqual(target.hosts?.({}), ["api.example.com", "*.svc.example.com"]);
      assert.deepEqual(tokenExchange(EXCHANGE).hosts?.({}), []);
    });

    QUnit.test("tells targets apart by whatever makes another request, and not by a copy of the options", (assert) => {
      const secretOf = () => "x";
      const all: Partial<TokenExchangeOptions>[] = [
        {},
        { url: "https://as.example/other" },
        { audience: "a" },
        { audience: ["a", "b"] },
        { resource: "urn:a" },
        { scope: "a" },
        { clientId: "a" },
        { parameters: { a: "1" } },
        { parameters: { a: 1 } },
        { body: "json" },
        { fields: { scope: "scp" } },
        { reply: { token: "token" } },
        { actor: secretOf },
        { actor: () => "x" },
        { clientAssertion: secretOf },
        { clientId: "a", clientSecret: secretOf },
        { clientId: "a", clientSecret: () => "x" },
      ];
      const identities = all.map((options) => tokenExchange({ ...EXCHANGE, ...options }).identity);
      const names = new Map<unknown, number>();
      const nameOf = (value: unknown): unknown =>
        typeof value === "function" ? `@${names.get(value) ?? names.set(value, names.size).size}` : value;
      const texts = identities.map((identity) => JSON.stringify(identity, (_, value) => nameOf(value)));
      assert.strictEqual(new Set(texts).size, all.length);
      assert.deepEqual(tokenExchange({ ...EXCHANGE }).identity, tokenExchange(EXCHANGE).identity);
    });
  });
};

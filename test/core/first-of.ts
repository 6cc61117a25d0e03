import {
  type BearerToken,
  defineSource,
  defineTarget,
  federate,
  firstOf,
  type IdentitySource,
  type Provenance,
  secret,
  TokenError,
} from "@tokenhop/core";
import { env } from "@tokenhop/core/sources/env";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { githubActions } from "@tokenhop/core/sources/github-actions";
import { kubernetes } from "@tokenhop/core/sources/kubernetes";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";

/** A source that is found where a variable of its name is set, and counts what it is asked. */
function scripted(name: string, more: { provenance?: Provenance; fails?: boolean } = {}) {
  const asked = { detect: 0, getToken: 0 };
  const source = defineSource({
    name,
    identity: [name],
    provenance: more.provenance ?? "external",
    detect({ env: variables }) {
      asked.detect++;
      return variables[name] ? { found: true } : { found: false, missing: [`$${name}`] };
    },
    async getToken() {
      asked.getToken++;
      if (more.fails)
        throw new TokenError(`Cannot get a token from ${name}`, { code: "ERR_SOURCE_UNAVAILABLE", step: name });
      return { token: secret(`token-of-${name}`) };
    },
  });
  return { source, asked };
}

const wanted = { audience: "a" };
const give = async (source: IdentitySource, platform = fakePlatform()): Promise<string> =>
  (await source.getToken(wanted, contextFor(platform))).token.reveal();

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("firstOf", () => {
    QUnit.test("takes the first source that finds its platform", async (assert) => {
      const [a, b, c] = [scripted("a"), scripted("b"), scripted("c")];
      const source = firstOf(a.source, b.source, c.source);
      const platform = fakePlatform({ env: { b: "1", c: "1" } });
      assert.deepEqual(source.detect(platform), { found: true });
      assert.strictEqual(await give(source, platform), "token-of-b");
      assert.deepEqual([a.asked.getToken, c.asked.getToken, c.asked.detect], [0, 0, 0]);
    });

    QUnit.test("chooses once per platform and stays", async (assert) => {
      const [a, b] = [scripted("a"), scripted("b")];
      const source = firstOf(a.source, b.source);
      const variables: Record<string, string> = { b: "1" };
      const platform = fakePlatform({ env: variables });
      assert.strictEqual(await give(source, platform), "token-of-b");
      variables.a = "1";
      delete variables.b;
      assert.strictEqual(await give(source, platform), "token-of-b");
      assert.deepEqual([a.asked.detect, b.asked.detect], [1, 1]);
      assert.strictEqual(
        await give(source, fakePlatform({ env: { a: "1" } })),
        "token-of-a",
        "another platform, another choice",
      );
    });

    QUnit.test("an error of the chosen source never falls through to another", async (assert) => {
      const [a, b] = [scripted("a", { fails: true }), scripted("b")];
      const source = firstOf(a.source, b.source);
      const platform = fakePlatform({ env: { a: "1", b: "1" } });
      for (const attempt of [1, 2]) {
        const error = await failureOf(() => give(source, platform));
        assert.deepEqual([error.code, error.step], ["ERR_SOURCE_UNAVAILABLE", "a"]);
        assert.deepEqual([a.asked.getToken, b.asked.getToken], [attempt, 0]);
      }
    });

    QUnit.test("says for each source what is missing, and looks again the next time", async (assert) => {
      const variables: Record<string, string> = {};
      const platform = fakePlatform({ env: variables });
      const source = firstOf(
        githubActions(),
        kubernetes({ tokenFile: "/t" }),
        managedIdentity(),
        env({ variable: "TOKEN" }),
      );
      const missing = [
        "github-actions: ACTIONS_ID_TOKEN_REQUEST_URL, ACTIONS_ID_TOKEN_REQUEST_TOKEN, permissions: id-token: write",
        "kubernetes: a runtime that can read files",
        'managed-identity: IDENTITY_ENDPOINT and IDENTITY_HEADER, or endpoint: "imds" on a virtual machine',
        "env: TOKEN",
      ];
      assert.deepEqual(source.detect(platform), { found: false, missing });
      const error = await failureOf(() => give(source, platform));
      assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", "first-of"]);
      for (const text of missing) assert.ok(error.message.includes(text), text);
      assert.strictEqual(platform.requests.length, 0);
      variables.TOKEN = "late";
      assert.strictEqual(await give(source, platform), "late");
    });

    QUnit.test("stands for all of its sources", (assert) => {
      const [a, b] = [scripted("a"), scripted("b")];
      assert.deepEqual(firstOf(a.source, b.source).identity, ["first-of", ["a"], ["b"]]);
      assert.deepEqual(firstOf(b.source, a.source).identity, ["first-of", ["b"], ["a"]]);
      assert.strictEqual(firstOf(a.source).name, "first-of");
    });

    const provenances: readonly (readonly [readonly Provenance[], Provenance])[] = [
      [["external"], "external"],
      [["external", "external"], "external"],
      [["platform", "platform"], "platform"],
      [["external", "platform"], "unknown"],
      [["external", "external", "entra-federated"], "unknown"],
      [["entra-federated"], "entra-federated"],
    ];
    for (const [of, expected] of provenances) {
      QUnit.test(`of ${of.join(", ")} is ${expected}`, (assert) => {
        const sources = of.map((provenance, index) => scripted(`s${index}`, { provenance }).source);
        assert.strictEqual(firstOf(...sources).provenance, expected);
      });
    }

    QUnit.test("keeps requests apart when one of its sources does", async (assert) => {
      const byHeader = fromRequest((request) => request.headers.get("x-token"));
      const source = firstOf(scripted("a").source, byHeader);
      const to = defineTarget({
        name: "echo",
        identity: ["echo"],
        audience: "a",
        produces: "external",
        exchange: async ({ token }): Promise<BearerToken> => ({ kind: "bearer", token, expiresAt: NOW + 60_000 }),
      });
      const provider = federate({ from: source, to, platform: fakePlatform() });
      for (const token of ["one", "two", "one"]) {
        const request = new Request("https://app.example/", { headers: { "x-token": token } });
        assert.strictEqual((await provider.get({ request })).token.reveal(), token);
      }
      assert.strictEqual(firstOf(scripted("a").source).partition, undefined, "and has no cost where none does");
    });

    /** A source as `scripted`, whose token names the request's, whether or not it says that requests differ. */
    const nosy = (name: string, more: Partial<IdentitySource> = {}): IdentitySource => ({
      ...scripted(name).source,
      getToken: async (_, { request }) => ({
        token: secret(`${name} for ${request?.headers.get("x-token") ?? "all"}`),
      }),
      ...more,
    });
    const byToken = { partition: (request?: Request) => [request?.headers.get("x-token") ?? undefined] };
    const from = (token: string) => new Request("https://app.example/", { headers: { "x-token": token } });
    const echo = defineTarget({
      name: "echo",
      identity: ["echo"],
      audience: "a",
      produces: "external",
      exchange: async ({ token }): Promise<BearerToken> => ({ kind: "bearer", token, expiresAt: NOW + 60_000 }),
    });
    const providerOf = (source: IdentitySource, variables: Record<string, string>) => {
      let exchanges = 0;
      const to = {
        ...echo,
        exchange(...all: Parameters<typeof echo.exchange>) {
          exchanges++;
          return echo.exchange(...all);
        },
      };
      const provider = federate({ from: source, to, platform: fakePlatform({ env: variables }) });
      return {
        ask: async (token: string) => (await provider.get({ request: from(token) })).token.reveal(),
        exchanges: () => exchanges,
      };
    };

    QUnit.test("shows no request to a source that does not tell requests apart", async (assert) => {
      const source = firstOf(nosy("a"), nosy("b", byToken));
      const provider = providerOf(source, { a: "1" });
      assert.deepEqual([await provider.ask("ann"), await provider.ask("bob")], ["a for all", "a for all"]);
      const context = contextFor(fakePlatform({ env: { a: "1" } }), { request: from("ann") });
      const alone = await firstOf(nosy("a")).getToken(wanted, context);
      assert.strictEqual(alone.token.reveal(), "a for all");
    });

    QUnit.test("headers for a source that was not chosen make no exchanges", async (assert) => {
      const provider = providerOf(firstOf(nosy("a"), nosy("b", byToken)), { a: "1" });
      await provider.ask("first");
      for (let junk = 0; junk < 50; junk++) assert.strictEqual(await provider.ask(`junk-${junk}`), "a for all");
      assert.ok(provider.exchanges() <= 2, `${provider.exchanges()} exchanges`);
    });

    QUnit.test("on two platforms with two choices no request is served another's token", async (assert) => {
      const source = firstOf(nosy("a"), nosy("b", byToken));
      const [here, there] = [providerOf(source, { a: "1" }), providerOf(source, { b: "1" })];
      await here.ask("first");
      const error = await failureOf(() => there.ask("ann"));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
      for (const who of ["ann", "bob", "ann"]) assert.strictEqual(await there.ask(who), `b for ${who}`);
      assert.strictEqual(await here.ask("carl"), "a for all");
    });

    QUnit.test("nests", async (assert) => {
      const inner = firstOf(scripted("a").source, scripted("b").source);
      const source = firstOf(
        inner,
        fromFunction(() => "last"),
      );
      assert.strictEqual(await give(source, fakePlatform({ env: { b: "1" } })), "token-of-b");
      assert.strictEqual(await give(source, fakePlatform()), "last");
    });

    QUnit.test("does nothing for a caller who has gone", async (assert) => {
      const { source, asked } = scripted("a");
      const reason = new Error("gone");
      const context = contextFor(fakePlatform({ env: { a: "1" } }), { signal: AbortSignal.abort(reason) });
      await assert.rejects(firstOf(source).getToken(wanted, context), (error) => error === reason);
      assert.deepEqual(asked, { detect: 0, getToken: 0 });
    });

    QUnit.test("refuses nothing and what is no source, all at once", async (assert) => {
      const none = await failureOf(() => firstOf());
      assert.deepEqual(none.problems, ["expected at least one identity source"]);
      const some = await failureOf(() => firstOf(undefined as never, env({ variable: "X" }), {} as never));
      assert.strictEqual(some.code, "ERR_CONFIG_INVALID");
      assert.deepEqual(some.problems, [
        "argument 1: expected an identity source",
        "argument 3: expected an identity source",
      ]);
    });
  });
};

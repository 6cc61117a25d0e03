/** What an adapter attaches, and when. */
import { type BearerToken, type CredentialProvider, federate } from "@tokenhop/core";
import { entra } from "@tokenhop/core/targets/entra";
import type { Call } from "./framework.ts";
import { exchanged, refusal } from "./providers.ts";
import { type AdapterCase, API, worldOf } from "./stage.ts";

const ok = (): Response => new Response("ok");
const callApi = ({ attached }: Call): Promise<Response> => attached.graph.fetch(API);

/** Tells its scope only when it is used. */
function scopeless(from: CredentialProvider<BearerToken>): never {
  const to = entra({ tenantId: "contoso.com", clientId: "22222222-2222-4222-8222-222222222222" });
  return federate({ from, to: { ...to, refuses: () => undefined } }) as never;
}

export const attachCases: readonly AdapterCase[] = [
  {
    name: "attaches the token to a route's requests",
    async run(assert, stage) {
      const { platform, sent } = worldOf(stage);
      const { provider, tokens } = exchanged({ platform });
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: callApi });
      for (let round = 0; round < 3; round++) assert.strictEqual((await app.ask()).text, "users");
      assert.strictEqual(tokens.length, 1);
      assert.ok(sent.length === 3 && sent.every((one) => one.authorization === `Bearer ${tokens[0]}`));
    },
  },
  {
    name: "gives the token, its end, and a fetch that works by itself",
    async run(assert, stage) {
      const { platform, sent } = worldOf(stage);
      const { provider, tokens } = exchanged({ platform });
      const seen: unknown[] = [];
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        async handle({ attached: { graph } }) {
          const { fetch, token } = graph;
          seen.push(graph.expiresAt === undefined, (await token()) === tokens[0]);
          seen.push((graph.expiresAt ?? 0) > platform.now());
          return fetch(API);
        },
      });
      assert.strictEqual((await app.ask()).text, "users");
      assert.deepEqual(seen, [true, true, true]);
      assert.strictEqual(sent[0]?.authorization, `Bearer ${tokens[0]}`);
    },
  },
  {
    name: "serves several providers, each with its own token",
    async run(assert, stage) {
      const { platform, sent } = worldOf(stage);
      const [graph, mail] = [exchanged({ platform }), exchanged({ platform })];
      const app = await stage.start({
        providers: { graph: graph.provider, mail: mail.provider },
        options: { platform },
        async handle({ attached }) {
          await attached.mail.fetch(API);
          return attached.graph.fetch(API);
        },
      });
      await app.ask();
      const expected = [mail.tokens[0], graph.tokens[0]].map((token) => `Bearer ${token}`);
      assert.deepEqual(
        sent.map(({ authorization }) => authorization ?? ""),
        expected,
      );
      assert.notStrictEqual(expected[0], expected[1]);
    },
  },
  {
    name: "gives another scope by with",
    async run(assert, stage) {
      const { platform, sent } = worldOf(stage);
      const { provider, tokens } = exchanged({ platform });
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        async handle({ attached: { graph } }) {
          await graph.with({ scope: "api://other/.default" }).fetch(API);
          return graph.with({ scope: "api://one/.default" }).fetch(API);
        },
      });
      for (let round = 0; round < 2; round++) await app.ask();
      const carried = sent.map(({ authorization }) => tokens.indexOf(authorization?.slice("Bearer ".length) ?? ""));
      assert.deepEqual(carried, [0, 1, 0, 1]);
    },
  },
  {
    name: "is lazy: a route that needs no token does not depend on one",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, begun } = exchanged({ platform, error: refusal });
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: ok });
      const { status, text } = await app.ask();
      assert.deepEqual([status, text, begun()], [200, "ok", 0]);
    },
  },
  {
    name: "eager: every token is there before the route runs",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const [graph, mail] = [exchanged({ platform, ms: 20 }), exchanged({ platform, ms: 20 })];
      const seen: number[] = [];
      const app = await stage.start({
        providers: { graph: graph.provider, mail: mail.provider },
        options: { platform, eager: true },
        handle({ attached }) {
          seen.push(graph.tokens.length, mail.tokens.length);
          assert.ok(attached.graph.expiresAt && attached.mail.expiresAt, "and it is said when they end");
          return ok();
        },
      });
      for (let round = 0; round < 2; round++) assert.strictEqual((await app.ask()).text, "ok");
      assert.deepEqual(seen, [1, 1, 1, 1]);
    },
  },
  {
    name: "eager: a provider that needs parameters waits for them",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, tokens } = exchanged({ platform });
      const app = await stage.start({
        providers: { graph: provider, mail: scopeless(provider as unknown as CredentialProvider<BearerToken>) },
        options: { platform, eager: true },
        handle: callApi,
      });
      assert.strictEqual((await app.ask()).text, "users");
      assert.strictEqual(tokens.length, 1);
    },
  },
  {
    name: "gives a route the request as it came",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider } = exchanged({ platform });
      const seen: unknown[] = [];
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        handle({ request }) {
          const { pathname, search } = new URL(request.url);
          seen.push(request.method, pathname, search, request.headers.get("x-one"), request.headers.get("accept"));
          return ok();
        },
      });
      await app.ask({ path: "/?a=1&b=%2F%20x", headers: { "x-one": "1, 2", accept: "text/x-y" } });
      assert.deepEqual(seen, ["GET", "/", "?a=1&b=%2F%20x", "1, 2", "text/x-y"]);
    },
  },
  {
    name: "HEAD is answered like GET, without a body",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, tokens } = exchanged({ platform });
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        async handle({ attached }) {
          const response = await attached.graph.fetch(API);
          return new Response(response.body, { headers: { "x-from": "route" } });
        },
      });
      const { status, headers, text } = await app.ask({ method: "HEAD" });
      assert.deepEqual([status, headers.get("x-from"), text, tokens.length], [200, "route", "", 1]);
    },
  },
  {
    name: "OPTIONS costs no token",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, begun } = exchanged({ platform });
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        handle: () => new Response(null, { status: 204, headers: { "access-control-allow-methods": "GET" } }),
      });
      const { status, headers } = await app.ask({ method: "OPTIONS" });
      assert.deepEqual([status, headers.get("access-control-allow-methods"), begun()], [204, "GET", 0]);
    },
  },
];

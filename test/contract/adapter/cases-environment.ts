/** What surrounds a request: the environment, whose request it is, how work may outlive it. */
import type { Call } from "./framework.ts";
import { byUser, exchanged, USER } from "./providers.ts";
import { type AdapterCase, API, askAll, until, worldOf } from "./stage.ts";

const ok = (): Response => new Response("ok");
const callApi = ({ attached }: Call): Promise<Response> => attached.graph.fetch(API);

export const environmentCases: readonly AdapterCase[] = [
  {
    name: "makes providers once for each env on Workers, and elsewhere once from the environment of the process",
    async run(assert, stage) {
      const { platform } = worldOf(stage, undefined, { NAME: "of the process" });
      const made: unknown[] = [];
      const app = await stage.start({
        providers: (env: { readonly NAME?: string }) => {
          made.push(env.NAME);
          return { graph: exchanged({ platform }).provider };
        },
        options: { platform },
        handle: callApi,
      });
      for (const env of ["first", "first", "second", "first"] as const) {
        assert.strictEqual((await app.ask({ env })).text, "users");
      }
      const perEnv = stage.workers && stage.framework.workers !== "platform";
      assert.deepEqual(made, perEnv ? ["first", "second"] : ["of the process"]);
    },
  },
  {
    name: "makes providers again after an attempt that failed",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      let made = 0;
      const app = await stage.start({
        providers: () => {
          if (++made === 1) throw new TypeError("not yet");
          return { graph: exchanged({ platform }).provider };
        },
        options: { platform },
        handle: callApi,
      });
      const statuses: number[] = [];
      for (let round = 0; round < 3; round++) statuses.push((await app.ask()).status);
      assert.deepEqual([statuses, made], [[500, 200, 200], 2]);
    },
  },
  {
    name: "hands sources the request, so that each user has a token of its own",
    async run(assert, stage) {
      const { platform, sent } = worldOf(stage);
      const { provider, tokens, asked } = byUser(platform);
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: callApi });
      const users = ["ann", "bob", "ann"];
      for (const user of users) await app.ask({ headers: { [USER]: user } });
      assert.deepEqual(asked, ["ann", "bob"]);
      assert.deepEqual(
        sent.map(({ authorization }) => authorization ?? ""),
        users.map((user) => `Bearer ${tokens.get(user)}`),
      );
    },
  },
  {
    name: "never mixes users whose requests come at the same time",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, tokens } = byUser(platform);
      const wrong: string[] = [];
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        async handle({ attached, request }) {
          const user = request.headers.get(USER) ?? "";
          const token = await attached.graph.token();
          if (token !== tokens.get(user)) wrong.push(user);
          return ok();
        },
      });
      const answers = await askAll(app, 80, (index) => ({ headers: { [USER]: `user-${index % 8}` } }));
      assert.ok(answers.every(({ status }) => status === 200));
      assert.deepEqual([wrong, tokens.size, new Set(tokens.values()).size], [[], 8, 8]);
    },
  },
  {
    name: "eager: hands sources the request",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, asked } = byUser(platform);
      const app = await stage.start({ providers: { graph: provider }, options: { platform, eager: true }, handle: ok });
      for (const user of ["ann", "bob", "ann"]) await app.ask({ headers: { [USER]: user } });
      assert.deepEqual(asked, ["ann", "bob"]);
    },
  },
  {
    name: "asks for the execution context only when an exchange is due",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, tokens } = exchanged({ platform, ms: 20 });
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: callApi });
      await app.ask();
      const uses = app.contextUses();
      assert.strictEqual(uses > 0, stage.workers && stage.framework.workers !== "platform", `${uses} uses`);
      for (let round = 0; round < 3; round++) await app.ask();
      assert.deepEqual([app.contextUses(), tokens.length], [uses, 1]);
    },
  },
  {
    name: "does without an execution context",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider } = exchanged({ platform });
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: callApi });
      for (let round = 0; round < 2; round++) assert.strictEqual((await app.ask({ context: false })).text, "users");
    },
  },
  {
    name: "an exchange outlives the answer of the request that began it",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, tokens, begun } = exchanged({ platform, ms: 100 });
      const app = await stage.start({
        providers: { graph: provider },
        options: { platform },
        handle({ attached, request }) {
          if (request.headers.has("x-wait")) return attached.graph.fetch(API);
          attached.graph.token().catch(() => undefined);
          return new Response("left");
        },
      });
      assert.strictEqual((await app.ask()).text, "left");
      await until(() => tokens.length === 1, "the exchange ended");
      assert.strictEqual((await app.ask({ headers: { "x-wait": "1" } })).text, "users");
      assert.strictEqual(begun(), 1);
    },
  },
];

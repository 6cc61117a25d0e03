/** What becomes of a request whose token could not be had, and of errors that are none of an adapter's business. */
import { isTokenError, TokenError } from "@tokenhop/core";
import { entra } from "@tokenhop/core/targets/entra";
import type { Assert } from "../../harness.ts";
import type { Call, Plan } from "./framework.ts";
import { exchanged, outage, refusal } from "./providers.ts";
import { type AdapterCase, type Answer, API, askAll, type Stage, until, worldOf } from "./stage.ts";

const ok = (): Response => new Response("ok");
const callApi = ({ attached }: Call): Promise<Response> => attached.graph.fetch(API);

/** An app whose exchanges fail. */
function failing(stage: Stage, error: () => Error, more: Partial<Plan> & { readonly eager?: boolean } = {}) {
  const { platform } = worldOf(stage);
  const { provider, begun } = exchanged({ platform, error });
  const { eager = false, ...rest } = more;
  const plan: Plan = { providers: { graph: provider }, options: { platform, eager }, handle: callApi, ...rest };
  return { start: () => stage.start(plan), begun };
}

/** Status, media type, when to come again, and code of a problem; nothing else of the error is in it. */
export function problemOf(assert: Assert, { status, headers, text }: Answer): readonly unknown[] {
  assert.notOk(/detail|Cannot|stack/.test(text + JSON.stringify([...headers])), "no detail of the error");
  assert.strictEqual(headers.get("cache-control"), "no-store");
  const { code, status: said } = JSON.parse(text) as { readonly code: string; readonly status: number };
  assert.strictEqual(said, status, "the status in the body");
  return [status, headers.get("content-type")?.split(";")[0], headers.get("retry-after"), code];
}

const PASSES = [503, "application/problem+json", "7", "ERR_EXCHANGE_FAILED"];
const STAYS = [502, "application/problem+json", null, "ERR_EXCHANGE_REFUSED"];

/** The code of an error as a user's handler sees it: some frameworks wrap what a route throws. */
function codeOf(error: unknown): string {
  const { cause, name } = error as Error;
  if (isTokenError(error)) return error.code;
  return isTokenError(cause) ? cause.code : name;
}

export const ownWords = (error: unknown): Response => new Response(`my own words: ${codeOf(error)}`, { status: 500 });

function* failureCases(): Iterable<AdapterCase> {
  for (const eager of [false, true]) {
    const when = eager ? "before the route" : "in the route";
    yield {
      name: `answers 503 and when to come again for an outage ${when}`,
      async run(assert, stage) {
        const app = await failing(stage, outage, { eager }).start();
        assert.deepEqual(problemOf(assert, await app.ask()), PASSES);
        for (const answer of await askAll(app, 2)) assert.strictEqual(problemOf(assert, answer)[0], 503);
      },
    };
    yield {
      name: `answers 502 for a refusal ${when}`,
      async run(assert, stage) {
        const app = await failing(stage, refusal, { eager }).start();
        for (let round = 0; round < 2; round++) assert.deepEqual(problemOf(assert, await app.ask()), STAYS);
      },
    };
    yield {
      name: `leaves a user's own answer alone for what failed ${when}`,
      async run(assert, stage) {
        for (const error of [outage, refusal]) {
          const app = await failing(stage, error, { eager, onError: ownWords }).start();
          const answer = await app.ask();
          if (eager && stage.framework.ownErrors === "route") {
            assert.ok(answer.status > 501, "no handler of the user's is asked before the route");
          } else {
            assert.deepEqual([answer.status, answer.text], [500, `my own words: ${error().code}`]);
            assert.strictEqual(answer.headers.get("retry-after"), null);
          }
        }
      },
    };
  }
}

/** A mistake of the program is no failed exchange: it stays the framework's own 500. */
const mistake = (name: string, planFor: (stage: Stage) => Plan): AdapterCase => ({
  name: `does not mask a mistake of the program: ${name}`,
  async run(assert, stage) {
    const app = await stage.start(planFor(stage));
    for (let round = 0; round < 2; round++) {
      const { status, headers } = await app.ask();
      assert.strictEqual(status, 500);
      assert.notOk(/problem/.test(headers.get("content-type") ?? ""), "it is no failed exchange");
    }
  },
});

const planWith = (stage: Stage, handle: Plan["handle"]): Plan => {
  const { platform } = worldOf(stage);
  return { providers: { graph: exchanged({ platform }).provider }, options: { platform }, handle };
};

export const failingCases: readonly AdapterCase[] = [
  ...failureCases(),
  {
    name: "eager: the route does not run when a token could not be had",
    async run(assert, stage) {
      let ran = 0;
      const handle = (): Response => {
        ran++;
        return ok();
      };
      const app = await failing(stage, refusal, { eager: true, handle }).start();
      for (let round = 0; round < 2; round++) await app.ask();
      assert.strictEqual(ran, 0);
    },
  },
  {
    name: "HEAD of a route without a token has the status of the problem and no body",
    async run(assert, stage) {
      const app = await failing(stage, outage).start();
      const { status, headers, text } = await app.ask({ method: "HEAD" });
      assert.deepEqual([status, headers.get("retry-after"), text], [503, "7", ""]);
    },
  },
  {
    name: "answers well again once the outage is over",
    async run(assert, stage) {
      let down = true;
      const error = (): Error | undefined =>
        down
          ? new TokenError("Cannot", { code: "ERR_EXCHANGE_FAILED", recovery: "retry", retryAfterMs: 1 })
          : undefined;
      const { platform } = worldOf(stage);
      const { provider } = exchanged({ platform, error });
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: callApi });
      assert.deepEqual(problemOf(assert, await app.ask())[2], "1");
      down = false;
      let status = 0;
      const ask = async (): Promise<void> => {
        ({ status } = await app.ask());
        if (status !== 200) await ask();
      };
      await Promise.race([ask(), until(() => status === 200, "an answer")]);
      assert.strictEqual((await app.ask()).text, "users");
    },
  },
  {
    name: "a crowd costs one exchange that fails, and all get the problem",
    async run(assert, stage) {
      const { platform } = worldOf(stage);
      const { provider, begun } = exchanged({ platform, ms: 150, error: outage });
      const app = await stage.start({ providers: { graph: provider }, options: { platform }, handle: callApi });
      const answers = await askAll(app, 40);
      assert.ok(answers.every(({ status }) => status === 503));
      assert.strictEqual(begun(), 1);
    },
  },
  {
    name: "no answer shows what an error tells of",
    async run(assert, stage) {
      const fields = { error: "a-detail", correlationId: "a-detail", claims: "a-detail" };
      for (const eager of [false, true]) {
        const error = (): Error => new TokenError("Cannot: a detail", { code: "ERR_EXCHANGE_REPLY", ...fields });
        const answer = await (await failing(stage, error, { eager }).start()).ask();
        assert.deepEqual(problemOf(assert, answer).at(-1), "ERR_EXCHANGE_REPLY");
      }
    },
  },
  {
    name: "an error that the route deals with is the route's own business",
    async run(assert, stage) {
      const { start } = failing(stage, refusal, {
        handle: ({ attached }) => attached.graph.token().then(ok, (error) => new Response(codeOf(error))),
      });
      const { status, text } = await (await start()).ask();
      assert.deepEqual([status, text], [200, "ERR_EXCHANGE_REFUSED"]);
    },
  },
  mistake("another host", (stage) => planWith(stage, ({ attached }) => attached.graph.fetch("https://evil.example/"))),
  mistake("a wrong parameter in the route", (stage) => planWith(stage, () => entra({} as never) as never)),
  mistake("a wrong parameter where providers are made", (stage) => ({
    ...planWith(stage, ok),
    providers: () => ({ graph: entra({} as never) as never }),
  })),
  mistake("something that is no provider", (stage) => ({
    ...planWith(stage, ok),
    providers: () => ({ graph: undefined as never }),
  })),
  mistake("a bug in the route", (stage) =>
    planWith(stage, () => {
      throw new TypeError("a bug");
    }),
  ),
  {
    name: "leaves the route's own answers alone",
    async run(assert, stage) {
      const app = await stage.start(
        planWith(stage, ({ request }) => {
          const status = Number(request.headers.get("x-status"));
          return new Response("Internal Server Error", {
            status,
            headers: { "content-type": "text/x-own", etag: '"1"', "cache-control": "max-age=5", "x-own": "1" },
          });
        }),
      );
      for (const status of [200, 201, 400, 401, 404, 418, 500, 502, 503]) {
        const { headers, ...answer } = await app.ask({ headers: { "x-status": String(status) } });
        assert.deepEqual([answer.status, answer.text], [status, "Internal Server Error"]);
        const names = ["content-type", "etag", "cache-control", "x-own"];
        const values = names.map((name) => headers.get(name) ?? "");
        assert.deepEqual(values, ["text/x-own", '"1"', "max-age=5", "1"], String(status));
      }
    },
  },
  {
    name: "leaves redirects, cookies and empty answers alone",
    async run(assert, stage) {
      const cookies = new Headers([
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2; Path=/"],
        ["location", "/elsewhere"],
      ]);
      const app = await stage.start(
        planWith(stage, ({ request }) =>
          request.headers.has("x-empty")
            ? new Response(null, { status: 204 })
            : new Response(null, { status: 302, headers: cookies }),
        ),
      );
      const moved = await app.ask();
      const [status, location] = [moved.status, moved.headers.get("location")];
      assert.deepEqual([status, location, moved.headers.getSetCookie()], [302, "/elsewhere", ["a=1", "b=2; Path=/"]]);
      const empty = await app.ask({ headers: { "x-empty": "1" } });
      assert.deepEqual([empty.status, empty.text], [204, ""]);
    },
  },
  {
    name: "keeps headers of other middleware, on answers and on problems",
    async run(assert, stage) {
      const headers = { "access-control-allow-origin": "*" };
      const { platform } = worldOf(stage);
      const plan: Plan = { ...planWith(stage, callApi), headers, options: { platform } };
      const good = await (await stage.start(plan)).ask();
      const bad = await (await failing(stage, refusal, { headers }).start()).ask();
      assert.deepEqual([good.status, good.headers.get("access-control-allow-origin")], [200, "*"]);
      assert.deepEqual([bad.status, bad.headers.get("access-control-allow-origin")], [502, "*"]);
    },
  },
];

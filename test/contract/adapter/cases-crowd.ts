/** Many requests at once, and clients that go away. */
import type { Assert } from "../../harness.ts";
import type { Call, Plan } from "./framework.ts";
import { type Exchanged, exchanged } from "./providers.ts";
import {
  type AdapterCase,
  API,
  askAll,
  type Departing,
  pause,
  type Running,
  type Stage,
  until,
  worldOf,
} from "./stage.ts";

const callApi = ({ attached }: Call): Promise<Response> => attached.graph.fetch(API);

/** An app whose exchanges take a while. */
async function slow(stage: Stage, eager = false, handle: Plan["handle"] = callApi): Promise<Exchanged & Running> {
  const { platform } = worldOf(stage);
  const one = exchanged({ platform, ms: 300 });
  return {
    ...one,
    ...(await stage.start({ providers: { graph: one.provider }, options: { platform, eager }, handle })),
  };
}

const crowd = (eager: boolean): AdapterCase => ({
  name: `100 requests at the same time cost one exchange${eager ? ", eager" : ""}`,
  async run(assert, stage) {
    const app = await slow(stage, eager);
    const answers = await askAll(app, 100);
    assert.ok(answers.every(({ status, text }) => status === 200 && text === "users"));
    assert.strictEqual(app.begun(), 1);
    assert.strictEqual((await app.ask()).text, "users");
    assert.strictEqual(app.begun(), 1);
  },
});

/** Nobody waits for ever, and the app is as it was. */
async function isWell(assert: Assert, app: Running, departing: Departing): Promise<void> {
  const { kind } = await departing.answer;
  assert.strictEqual(kind, "gone");
  const answers = await askAll(app, 5);
  assert.ok(answers.every(({ text }) => text === "users"));
}

const resetInExchange = (eager: boolean): AdapterCase => ({
  name: `an exchange goes on when the client that began it resets${eager ? ", eager" : ""}`,
  http: true,
  async run(assert, stage) {
    const app = await slow(stage, eager);
    const departing = await app.depart();
    await until(() => app.begun() === 1, "an exchange was begun");
    await departing.reset();
    await until(() => app.tokens.length === 1, "the exchange came to its end");
    await isWell(assert, app, departing);
    assert.strictEqual(app.begun(), 1, "what it gave is kept");
  },
});

export const crowdCases: readonly AdapterCase[] = [
  crowd(false),
  crowd(true),
  resetInExchange(false),
  resetInExchange(true),
  {
    name: "those that wait for the same exchange get their token when its client resets",
    http: true,
    async run(assert, stage) {
      const app = await slow(stage);
      const departing = await app.depart();
      await until(() => app.begun() === 1, "an exchange was begun");
      const waiting = askAll(app, 20);
      await pause(100);
      await departing.reset();
      const answers = await waiting;
      assert.ok(answers.every(({ text }) => text === "users"));
      await isWell(assert, app, departing);
      assert.strictEqual(app.begun(), 1);
    },
  },
  {
    name: "a client that resets while it is answered leaves the app as it was",
    http: true,
    async run(assert, stage) {
      let streaming = false;
      const app = await slow(stage, false, (call) => {
        if (!call.request.headers.has("x-stream")) return callApi(call);
        const endless = new ReadableStream({
          async pull(controller) {
            streaming = true;
            await pause(10);
            controller.enqueue(new Uint8Array(1024));
          },
        });
        return new Response(endless, { headers: { "content-type": "application/octet-stream" } });
      });
      const departing = await app.depart({ headers: { "x-stream": "1" } });
      await until(() => streaming, "the answer was begun");
      await departing.reset();
      await isWell(assert, app, departing);
    },
  },
  {
    name: "a client that resets while it sends leaves the app as it was",
    http: true,
    async run(assert, stage) {
      let reading = false;
      const app = await slow(stage, false, async (call) => {
        if (call.request.method !== "POST") return callApi(call);
        reading = true;
        return new Response(await call.request.text());
      });
      const departing = await app.depart({
        method: "POST",
        headers: { "content-type": "text/plain" },
        body: "the beginning",
      });
      await until(() => reading, "the body was begun");
      await departing.reset();
      await isWell(assert, app, departing);
    },
  },
];

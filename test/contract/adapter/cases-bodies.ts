/** Bodies pass an adapter untouched, in both directions, and as they come. */
import type { Assert } from "../../harness.ts";
import type { Plan } from "./framework.ts";
import { exchanged } from "./providers.ts";
import { type AdapterCase, API, type Stage, until, worldOf } from "./stage.ts";

const MEGABYTE = 1024 * 1024;
const PART = 64 * 1024;

/** Bytes of every value, and a length that no buffer has: what is lost or comes twice is noticed. */
const pattern = Uint8Array.from({ length: 65_521 }, (_, index) => (index * 31 + (index >> 8)) & 255);

function bytesFrom(start: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const part = pattern.subarray((start + at) % pattern.length).subarray(0, length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function areSame(one: Uint8Array, other: Uint8Array): boolean {
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return one.length === other.length;
}

/** So many of them, a part at a time, as fast as they are read. */
function streamOf(length: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull(controller) {
      if (at >= length) return controller.close();
      controller.enqueue(bytesFrom(at, Math.min(PART, length - at)));
      at += PART;
    },
  });
}

/** Whether a stream is exactly that. */
async function isStreamOf(body: ReadableStream<Uint8Array> | null, length: number): Promise<boolean> {
  const reader = body?.getReader();
  let at = 0;
  let same = true;
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    same &&= areSame(part.value, bytesFrom(at, part.value.length));
    at += part.value.length;
  }
  return same && at === length;
}

/** Texts, each of which goes out only when the one before has arrived. */
function inTurn(texts: readonly string[], arrived: () => string): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    async pull(controller) {
      const text = texts[next];
      if (text === undefined) return controller.close();
      const before = texts.slice(0, next++).join("");
      await until(() => arrived() === before, `"${before}" arrived`);
      controller.enqueue(new TextEncoder().encode(text));
    },
  });
}

/** Reads to the end, telling what has come so far. */
async function readInTurn(body: ReadableStream<Uint8Array> | null, tell: (text: string) => void): Promise<void> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
    tell(decoder.decode(part.value, { stream: true }));
  }
}

const TEXTS = ["first ", "second ", "third"];
const octets = { "content-type": "application/octet-stream" };

function planWith(stage: Stage, handle: Plan["handle"], respond?: () => Response): Plan {
  const { platform } = worldOf(stage, respond);
  return { providers: { graph: exchanged({ platform }).provider }, options: { platform }, handle };
}

/** Sends a body and has the route say what it thinks of it. */
const bodyCase = (name: string, body: () => RequestInit["body"], check: (request: Request) => Promise<string>) => ({
  name,
  async run(assert: Assert, stage: Stage): Promise<void> {
    const app = await stage.start(planWith(stage, async ({ request }) => new Response(await check(request))));
    const { status, text } = await app.ask({ method: "POST", headers: octets, body: body() });
    assert.deepEqual([status, text], [200, "as sent"]);
  },
});

const judge = (same: boolean): string => (same ? "as sent" : "changed");

export const bodyCases: readonly AdapterCase[] = [
  bodyCase(
    "a request body reaches the route byte by byte",
    () => bytesFrom(0, 3 * MEGABYTE + 7),
    async (request) => judge(await isStreamOf(request.body, 3 * MEGABYTE + 7)),
  ),
  bodyCase(
    "a chunked request body reaches the route byte by byte",
    () => streamOf(2 * MEGABYTE + 1),
    async (request) => judge(await isStreamOf(request.body, 2 * MEGABYTE + 1)),
  ),
  bodyCase(
    "a JSON body is left to the route",
    () => '{"a": [1, "\\u00e9 é"]}',
    async (request) => judge((await request.text()) === '{"a": [1, "\\u00e9 é"]}'),
  ),
  {
    name: "a slow request body reaches the route as it comes",
    async run(assert, stage) {
      let seen = "";
      const app = await stage.start(
        planWith(stage, async ({ request, attached }) => {
          await attached.graph.token();
          await readInTurn(request.body, (text) => {
            seen += text;
          });
          return new Response(seen);
        }),
      );
      const { text } = await app.ask({ method: "POST", headers: octets, body: inTurn(TEXTS, () => seen) });
      assert.strictEqual(text, TEXTS.join(""));
    },
  },
  {
    name: "a large answer reaches the client byte by byte",
    async run(assert, stage) {
      const app = await stage.start(
        planWith(stage, () => new Response(streamOf(5 * MEGABYTE + 3), { headers: octets })),
      );
      const response = await app.open();
      assert.ok(await isStreamOf(response.body, 5 * MEGABYTE + 3));
    },
  },
  {
    name: "a slow answer reaches the client as it comes",
    async run(assert, stage) {
      let seen = "";
      const app = await stage.start(
        planWith(stage, () => new Response(inTurn(TEXTS, () => seen) as BodyInit, { headers: octets })),
      );
      await readInTurn((await app.open()).body, (text) => {
        seen += text;
      });
      assert.strictEqual(seen, TEXTS.join(""));
    },
  },
  {
    name: "the API's answer is handed on as it comes",
    async run(assert, stage) {
      let seen = "";
      const respond = (): Response => new Response(inTurn(TEXTS, () => seen) as BodyInit, { headers: octets });
      const app = await stage.start(planWith(stage, ({ attached }) => attached.graph.fetch(API), respond));
      await readInTurn((await app.open()).body, (text) => {
        seen += text;
      });
      assert.strictEqual(seen, TEXTS.join(""));
    },
  },
  {
    name: "the API's large answer is handed on byte by byte, with its status and headers",
    async run(assert, stage) {
      const respond = (): Response =>
        new Response(streamOf(2 * MEGABYTE), { status: 203, headers: { ...octets, "x-api": "1" } });
      const app = await stage.start(planWith(stage, ({ attached }) => attached.graph.fetch(API), respond));
      const response = await app.open();
      assert.deepEqual([response.status, response.headers.get("x-api")], [203, "1"]);
      assert.ok(await isStreamOf(response.body, 2 * MEGABYTE));
    },
  },
];

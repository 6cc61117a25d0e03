/** Replies that came compressed: what is handed on has to say of itself what it is. */
import type { QUnitLike, Suite } from "../harness.ts";
import { API, world } from "./downstream-support.ts";

/** What a runtime gives for a compressed reply: the body as it was before, the headers as they came. */
const reply = (encoding: string, status = 200): Response =>
  new Response("plain", {
    status,
    statusText: "Fine",
    headers: { "content-encoding": encoding, "content-length": "23", etag: "1", "content-type": "text/x" },
  });

/** Hand-written: what the caller asks for, and what the downstream is asked for. */
const asked: readonly (readonly [string | undefined, string])[] = [
  [undefined, "gzip"],
  ["", "gzip"],
  ["gzip, deflate, br, zstd", "gzip"],
  ["GZIP;q=0.5", "gzip"],
  // A caller who wants none of what is taken off gets what it wants, and has to see to it.
  ["identity", "identity"],
  ["br", "br"],
  ["zstd", "zstd"],
];

/** Every runtime takes gzip off, and only gzip: what the headers say of others may be true. */
const stays: Readonly<Record<string, boolean>> = {
  gzip: false,
  GZIP: false,
  "x-gzip": true,
  deflate: true,
  br: true,
  zstd: true,
  "gzip, br": true,
  identity: true,
};

const shown = ["content-encoding", "content-length", "etag", "content-type"];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream, compressed replies", () => {
    for (const [wanted, sent] of asked) {
      QUnit.test(
        `accept-encoding ${wanted === undefined ? "not given" : `"${wanted}"`} is sent as ${sent}`,
        async (assert) => {
          const headers: HeadersInit = wanted === undefined ? {} : { "accept-encoding": wanted };
          for (const input of [API, new Request(API)]) {
            const { api, requests } = world([new Response("plain")]);
            await api.fetch(input, { headers });
            assert.strictEqual(requests[0]?.headers.get("accept-encoding"), sent);
          }
        },
      );
    }

    for (const [encoding, kept] of Object.entries(stays)) {
      QUnit.test(`${encoding}: its headers ${kept ? "stay" : "go"}`, async (assert) => {
        for (const status of [200, 401, 404]) {
          const { api } = world([() => reply(encoding, status)]);
          const response = await api.fetch(API);
          assert.deepEqual(
            shown.map((name) => response.headers.get(name)),
            kept ? [encoding, "23", "1", "text/x"] : [null, null, "1", "text/x"],
          );
          assert.deepEqual([response.status, response.statusText, await response.text()], [status, "Fine", "plain"]);
        }
      });
    }

    QUnit.test("keeps where it came from", async (assert) => {
      const at = (response: Response): Response => Object.defineProperty(response, "url", { value: `${API}?page=2` });
      const { api } = world([() => at(reply("gzip"))]);
      assert.strictEqual((await api.fetch(API)).url, `${API}?page=2`);
    });

    QUnit.test("leaves a reply alone that is not compressed, or has no body", async (assert) => {
      const plain = new Response("plain", { headers: { "content-length": "5" } });
      const empty = new Response(null, { status: 304, headers: { "content-encoding": "gzip" } });
      for (const given of [plain, empty]) {
        const { api } = world([() => given]);
        assert.ok((await api.fetch(API)) === given);
      }
    });
  });
};

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

/** Hand-written: an encoding, what the caller asked for, and whether the headers that speak of it stay. */
const rows: readonly (readonly [encoding: string, asked: string | undefined, stays: boolean])[] = [
  ["gzip", undefined, false],
  ["GZIP", undefined, false],
  ["x-gzip", undefined, false],
  ["deflate", undefined, false],
  ["br", undefined, false],
  ["zstd", undefined, false],
  // A caller that hands a browser's headers on; every runtime takes these three off all the same.
  ["gzip", "gzip, deflate, br, zstd", false],
  ["br", "br", false],
  ["deflate", "*", false],
  // Not every runtime knows this one, and it has asked for it itself only if the caller has not.
  ["zstd", "gzip, deflate, br, zstd", true],
  ["aws-chunked", "aws-chunked", true],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream, compressed replies", () => {
    for (const [encoding, asked, stays] of rows) {
      QUnit.test(`${encoding}, asked for ${asked}: its headers ${stays ? "stay" : "go"}`, async (assert) => {
        for (const status of [200, 401, 404]) {
          const { api } = world([() => reply(encoding, status)]);
          const response = await api.fetch(API, { headers: asked ? { "accept-encoding": asked } : {} });
          assert.deepEqual(
            ["content-encoding", "content-length", "etag", "content-type"].map((name) => response.headers.get(name)),
            stays ? [encoding, "23", "1", "text/x"] : [null, null, "1", "text/x"],
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

/** The double of the blob service: what it stores, how it lists, and what is not there. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { type Ask, account, codeOf, put, version, withContainer } from "./blob-support.ts";
import { asking, scopes, type TextReply } from "./service-support.ts";
import * as world from "./support.ts";

const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
const names = (text: string): string[] =>
  [...text.matchAll(/<Name>([^<]*)<\/Name>/g)].map(([, name]) => name as string);

async function list(ask: Ask, query = ""): Promise<TextReply> {
  return ask(`box?restype=container&comp=list${query}`);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: blobs", () => {
    QUnit.test("gives back the bytes that were put, and says what they are", async (assert) => {
      const { emulator, ask } = await withContainer();
      const type = { "x-ms-blob-content-type": "text/x-test", "x-ms-meta-colour": "red" };
      const made = await ask("box/a/b c.bin", put(bytes, type));
      assert.strictEqual(made.status, 201);
      const { headers } = await ask("box/a/b%20c.bin", { method: "HEAD" });
      const shown = ["content-type", "content-length", "x-ms-meta-colour", "x-ms-blob-type", "etag"];
      assert.deepEqual(
        shown.map((name) => headers.get(name)),
        ["text/x-test", "256", "red", "BlockBlob", made.headers.get("etag")],
      );
      const token = await world.federatedToken(emulator, demoIds.uamiClientId, scopes.blob);
      const init = { headers: { ...version, authorization: `Bearer ${token}` } };
      const response = await emulator.fetch(`${account}/box/a/b%20c.bin`, init);
      assert.deepEqual([...new Uint8Array(await response.arrayBuffer())], [...bytes]);
      assert.strictEqual(response.headers.get("x-ms-version"), "2025-07-05");
    });

    QUnit.test("is found by its host, and below its host's name on the emulator's own origin", async (assert) => {
      const { ask, emulator } = await withContainer();
      await ask("box/one", put("1"));
      const anywhere = await asking(emulator, scopes.blob);
      for (const origin of ["https://localhost:8443", "http://127.0.0.1:9"]) {
        const reply = await anywhere(`${origin}/demodata.blob.core.windows.net/box/one`, { headers: version });
        assert.deepEqual([reply.status, reply.text], [200, "1"], origin);
      }
      const stranger = await anywhere("https://other.blob.core.windows.net/box/one", { headers: version });
      assert.deepEqual([stranger.status, codeOf(stranger)], [404, "ResourceNotFound"]);
      const elsewhere = await anywhere("https://demodata.blob.core.windows.net.example/box/one", { headers: version });
      assert.strictEqual(elsewhere.status, 421);
    });

    QUnit.test("gives a range, and refuses one beyond the end", async (assert) => {
      const { ask } = await withContainer();
      await ask("box/digits", put("0123456789"));
      const rows: readonly [object, number, string, string | null][] = [
        [{ range: "bytes=2-4" }, 206, "234", "bytes 2-4/10"],
        [{ range: "bytes=7-" }, 206, "789", "bytes 7-9/10"],
        [{ range: "bytes=8-99" }, 206, "89", "bytes 8-9/10"],
        [{ range: "bytes=1-2", "x-ms-range": "bytes=3-3" }, 206, "3", "bytes 3-3/10"],
        [{ range: "bytes=4-2" }, 200, "0123456789", null],
        [{ range: "bytes=-3" }, 200, "0123456789", null],
      ];
      for (const [headers, status, text, range] of rows) {
        const reply = await ask("box/digits", { headers: headers as Record<string, string> });
        assert.deepEqual([reply.status, reply.text, reply.headers.get("content-range")], [status, text, range]);
      }
      const beyond = await ask("box/digits", { headers: { range: "bytes=10-" } });
      assert.deepEqual([beyond.status, codeOf(beyond)], [416, "InvalidRange"]);
    });

    QUnit.test("makes a blob of its blocks, in the order of the list", async (assert) => {
      const { ask } = await withContainer();
      const [a, b] = [btoa("block-a"), btoa("block-b")];
      for (const [id, text] of [
        [a, "world"],
        [b, "hello "],
      ]) {
        const reply = await ask(`box/joined?comp=block&blockid=${encodeURIComponent(String(id))}`, put(String(text)));
        assert.strictEqual(reply.status, 201);
      }
      assert.strictEqual((await ask("box/joined")).status, 404, "blocks are no blob yet");
      const block = (id: string): string => `<Latest>${id}</Latest>`;
      const wrong = await ask("box/joined?comp=blocklist", put(`<BlockList>${block(btoa("none"))}</BlockList>`));
      assert.deepEqual([wrong.status, codeOf(wrong)], [400, "InvalidBlockList"]);
      const right = `<?xml version="1.0"?><BlockList>${block(b)}${block(a)}</BlockList>`;
      assert.strictEqual((await ask("box/joined?comp=blocklist", put(right))).status, 201);
      assert.strictEqual((await ask("box/joined")).text, "hello world");
    });

    QUnit.test("lists by prefix, in pages, and with what is below a name as one entry", async (assert) => {
      const { ask } = await withContainer();
      for (const name of ["b", "a/2", "a/1", "a<&>", "c/x/y"]) await ask(`box/${encodeURI(name)}`, put(name));
      const all = await list(ask);
      assert.deepEqual(names(all.text), ["a/1", "a/2", "a&lt;&amp;&gt;", "b", "c/x/y"]);
      assert.deepEqual(names((await list(ask, "&prefix=a/")).text), ["a/1", "a/2"]);
      const folders = await list(ask, "&delimiter=%2F");
      assert.deepEqual(names(folders.text), ["a/", "a&lt;&amp;&gt;", "b", "c/"]);
      assert.strictEqual(folders.text.split("<BlobPrefix>").length - 1, 2);
      const seen: string[] = [];
      for (let marker = "", turn = 0; turn === 0 || marker; turn++) {
        const { text } = await list(ask, `&maxresults=2&marker=${encodeURIComponent(marker)}`);
        seen.push(...names(text));
        assert.ok(names(text).length <= 2 && turn < 3);
        const next = /<NextMarker>([^<]*)</.exec(text)?.[1] ?? "";
        marker = next.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
      }
      assert.deepEqual(seen, names(all.text));
      assert.deepEqual(names((await ask("?comp=list")).text), ["box"]);
    });

    QUnit.test("keeps conditions", async (assert) => {
      const { ask } = await withContainer();
      const etag = String((await ask("box/one", put("1"))).headers.get("etag"));
      assert.ok(/^"0x[0-9A-F]+"$/.test(etag));
      const rows: readonly [RequestInit, number, string | undefined][] = [
        [put("2", { "if-none-match": "*" }), 409, "BlobAlreadyExists"],
        [put("2", { "if-match": '"0xOLD"' }), 412, "ConditionNotMet"],
        [{ headers: { "if-match": '"0xOLD"' } }, 412, "ConditionNotMet"],
        [{ headers: { "if-none-match": etag } }, 304, undefined],
        [{ method: "DELETE", headers: { "if-match": '"0xOLD"' } }, 412, "ConditionNotMet"],
        [{ headers: { "if-match": etag } }, 200, undefined],
        [put("2", { "if-match": etag }), 201, undefined],
        [{ headers: { "if-match": etag } }, 412, "ConditionNotMet"],
      ];
      for (const [init, status, code] of rows) {
        const reply = await ask("box/one", init);
        assert.deepEqual([reply.status, codeOf(reply)], [status, code], JSON.stringify(init));
      }
      assert.strictEqual((await ask("box/one")).text, "2");
      assert.strictEqual((await ask("box/new", put("1", { "if-match": "*" }))).status, 412);
    });

    QUnit.test("knows what is not there and what is there already", async (assert) => {
      const { ask } = await withContainer();
      const rows: readonly [string, RequestInit, number, string][] = [
        ["box/none", {}, 404, "BlobNotFound"],
        ["box/none", { method: "DELETE" }, 404, "BlobNotFound"],
        ["none/one", put("1"), 404, "ContainerNotFound"],
        ["none?restype=container&comp=list", {}, 404, "ContainerNotFound"],
        ["box?restype=container", { method: "PUT" }, 409, "ContainerAlreadyExists"],
        ["Box?restype=container", { method: "PUT" }, 400, "InvalidResourceName"],
        ["box/one", put("1", { "x-ms-blob-type": "PageBlob" }), 400, "InvalidHeaderValue"],
        ["box/one?comp=lease", { method: "PUT" }, 405, "UnsupportedHttpVerb"],
      ];
      for (const [path, init, status, code] of rows) {
        const reply = await ask(path, init);
        assert.deepEqual([reply.status, codeOf(reply)], [status, code], path);
        assert.strictEqual(reply.headers.get("x-ms-error-code"), code);
      }
      await ask("box/one", put("1"));
      assert.strictEqual((await ask("box/one", { method: "DELETE" })).status, 202);
      assert.strictEqual((await ask("box?restype=container", { method: "DELETE" })).status, 202);
      assert.strictEqual((await ask("box?restype=container")).status, 404);
    });
  });
};

import { failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { world } from "./downstream-support.ts";

const RULES = [
  "api.example",
  "api.example:8443",
  "*.vault.example",
  "xn--bcher-kva.example",
  "http://localhost:3000",
  "http://[::1]:3000",
  "127.0.0.1:3000",
];

const allowed = [
  "https://api.example",
  "https://api.example/v1?x=1#y",
  "https://API.Example:443/",
  "https://api.example:8443/",
  "https://a.vault.example/",
  "https://a.b.vault.example/",
  "https://bücher.example/",
  "https://BÜCHER.example/",
  "https://api.exa%6Dple/",
  "https:\\\\api.example\\v1",
  " https://api.example/\n",
  "http://localhost:3000/x",
  "https://127.0.0.1:3000/",
  "http://[0:0::1]:3000/",
];

const refused = [
  "http://api.example/",
  "http://api.example:8443/",
  "https://api.example./",
  "https://api.example:444/",
  "https://sub.api.example/",
  "https://api.example.evil.example/",
  "https://evil-api.example/",
  "https://evil.example/api.example",
  "https://evil.example#@api.example/",
  "https://evil.example?api.example",
  "https://evil.example\\@api.example/",
  "https://user@api.example/",
  "https://user:password@api.example/",
  "https://:password@api.example/",
  "https://api.example@evil.example/",
  "https://vault.example/",
  "https://.vault.example/",
  "https://evilvault.example/",
  "https://a.vault.example./",
  "https://a.vault.example:8443/",
  "https://a.vault.example.evil.example/",
  "https://buecher.example/",
  "https://аpi.example/",
  "https://localhost:3000/",
  "http://localhost/",
  "http://localhost:3001/",
  "http://127.0.0.1:3000/",
  "http://localhost.evil.example:3000/",
  "http://10.0.0.1:3000/",
  "ws://api.example/",
  "ftp://api.example/",
  "data:text/plain,api.example",
  "blob:https://api.example/5",
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("downstream hosts", () => {
    for (const url of allowed) {
      QUnit.test(`sends the token to ${JSON.stringify(url)}`, async (assert) => {
        const { api, requests, tokens } = world([new Response("ok")], RULES);
        assert.strictEqual(await (await api.fetch(url)).text(), "ok");
        assert.ok(requests[0]?.headers.get("authorization") === `Bearer ${tokens[0]}`);
      });
    }

    for (const url of refused) {
      QUnit.test(`does not send the token to ${JSON.stringify(url)}`, async (assert) => {
        const { api, requests, tokens } = world([new Response("ok")], RULES);
        const error = await failureOf(() => api.fetch(url));
        assert.deepEqual([error.code, error.recovery], ["ERR_DOWNSTREAM_HOST", "stop"]);
        assert.deepEqual([requests.length, tokens.length], [0, 0], "nothing is even obtained");
        assert.notOk(error.message.includes("password"), "no user information is shown");
      });
    }

    QUnit.test("takes URLs, Requests and texts alike", async (assert) => {
      for (const input of [
        "https://api.example/x",
        new URL("https://api.example/x"),
        new Request("https://api.example/x"),
      ]) {
        const { api, requests } = world([new Response("ok")]);
        await api.fetch(input);
        assert.strictEqual(requests[0]?.url, "https://api.example/x");
      }
      const { api } = world([new Response("ok")]);
      for (const input of [new URL("https://evil.example/"), new Request("https://evil.example/")]) {
        assert.strictEqual((await failureOf(() => api.fetch(input))).code, "ERR_DOWNSTREAM_HOST");
      }
    });

    QUnit.test("fetches the URL that was checked, whatever becomes of it meanwhile", async (assert) => {
      const { api, requests } = world([new Response("ok")]);
      const url = new URL("https://api.example/x");
      const answer = api.fetch(url);
      url.host = "evil.example";
      await answer;
      let asked = 0;
      await api.fetch({ toString: () => (asked++ === 0 ? "https://api.example/y" : "https://evil.example/") } as URL);
      assert.deepEqual(
        requests.map((request) => request.url),
        ["https://api.example/x", "https://api.example/y"],
      );
    });

    QUnit.test("names the provider, the origin and the hosts", async (assert) => {
      const { api } = world([], ["api.example", "*.vault.example"]);
      const { message } = await failureOf(() => api.fetch("https://evil.example/path?secret=1"));
      const said =
        "Cannot send the token of counted-source>counted-target to https://evil.example: its hosts are api.example, *.vault.example (";
      assert.ok(message.startsWith(said), message);
      assert.notOk(message.includes("secret"), message);
    });

    QUnit.test("sends nothing anywhere where no host is known", async (assert) => {
      const { api } = world([], []);
      const { message } = await failureOf(() => api.fetch("https://api.example/"));
      assert.ok(message.includes("it has no hosts; name them in the target's option hosts"), message);
    });

    QUnit.test("rejects what is no URL", async (assert) => {
      const { api } = world([]);
      for (const url of ["/v1/things", "api.example", ""]) {
        await assert.rejects(api.fetch(url), (error) => error instanceof TypeError);
      }
    });
  });
};

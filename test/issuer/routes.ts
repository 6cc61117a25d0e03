/** The two public documents: where they are, and that nothing else is anywhere. */
import { issuerRoutes } from "@tokenhop/issuer";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { elsewhere } from "./elsewhere.ts";
import { ask, bench, HOUR, ISSUER, MINUTE, mint, SECOND } from "./support.ts";

const DISCOVERY = "/.well-known/openid-configuration";
const JWKS = "/.well-known/jwks.json";

/** Routes whose documents say which one they are, and how often they were asked for. */
function routes(issuer = ISSUER, jwksMaxAgeMs?: number) {
  const seen = { loads: 0 };
  const serve = issuerRoutes({ issuer, jwksMaxAgeMs, allowHttpLoopback: true }, async () => {
    seen.loads++;
    return { discovery: '{"it":"discovery"}', jwks: '{"it":"jwks"}' };
  });
  return { seen, serve };
}

/** A request as a server has it whose HTTP lets through what `Request` does not. */
const raw = (url: string, method = "GET", headers: HeadersInit = {}): Request =>
  ({ url, method, headers: new Headers(headers) }) as Request;

const headersOf = (response: Response): Readonly<Record<string, string>> =>
  Object.fromEntries([...response.headers].sort(([a], [b]) => (a < b ? -1 : 1)));

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("issuer, routes", () => {
    QUnit.test("serve the documents, cacheable and for every browser", async (assert) => {
      const { serve, seen } = routes();
      const discovery = await serve(new Request(`${ISSUER}${DISCOVERY}`));
      assert.deepEqual([discovery.status, await discovery.text()], [200, '{"it":"discovery"}']);
      const { etag, ...headers } = headersOf(discovery);
      assert.deepEqual(headers, {
        "access-control-allow-origin": "*",
        "cache-control": "public, max-age=900",
        "content-type": "application/json",
        "x-content-type-options": "nosniff",
      });
      assert.ok(/^"[\w-]{43}"$/.test(etag ?? ""), etag);
      const jwks = await serve(new Request(`${ISSUER}${JWKS}`));
      assert.deepEqual([jwks.status, await jwks.text()], [200, '{"it":"jwks"}']);
      assert.ok(jwks.headers.get("etag") !== etag, "another text, another tag");
      assert.strictEqual(seen.loads, 2);
      const brief = await routes(ISSUER, 90_999).serve(new Request(`${ISSUER}${JWKS}`));
      assert.strictEqual(brief.headers.get("cache-control"), "public, max-age=90");
    });

    QUnit.test("TLS may end in front, host names have no case, and a query changes nothing", async (assert) => {
      const { serve } = routes();
      for (const url of [
        `http://id.example${JWKS}`,
        `http://id.example:80${JWKS}`,
        `https://id.example:443${JWKS}`,
        `http://id.example:443${JWKS}`,
        `https://ID.EXAMPLE${JWKS}`,
        `https://id.example${JWKS}?v=2`,
        `https://id.example/.well-known/./a/../jwks.json`,
      ]) {
        assert.strictEqual((await serve(new Request(url))).status, 200, url);
      }
      const { serve: local } = routes("http://localhost:8000");
      assert.strictEqual((await local(new Request(`http://localhost:8000${JWKS}`))).status, 200);
      assert.strictEqual((await local(new Request(`http://localhost${JWKS}`))).status, 404);
      assert.strictEqual(
        (await routes("http://localhost").serve(new Request(`http://localhost:443${JWKS}`))).status,
        404,
      );
    });

    QUnit.test("answer 404 anywhere else, in the name of whatever header, and ask nobody for it", async (assert) => {
      const { serve, seen } = routes();
      const pretence = { host: "id.example", "x-forwarded-host": "id.example", forwarded: "host=id.example" };
      for (const url of elsewhere) {
        for (const method of ["GET", "HEAD", "POST"]) {
          const response = await serve(raw(url, method, pretence));
          assert.deepEqual(
            [response.status, response.headers.get("cache-control")],
            [404, "no-store"],
            `${method} ${url}`,
          );
        }
      }
      const { serve: tenant, seen: alsoSeen } = routes("https://id.example/tenant/a");
      for (const path of [JWKS, `/tenant${JWKS}`, `/tenant/a/b${JWKS}`, `/tenant/A${JWKS}`, "/tenant/a"]) {
        assert.strictEqual((await tenant(raw(`${ISSUER}${path}`))).status, 404, path);
      }
      assert.deepEqual([seen.loads, alsoSeen.loads], [0, 0]);
    });

    QUnit.test("a request that has no URL, whatever its server does about it, is answered 404", async (assert) => {
      const { serve, seen } = routes();
      const throwing = {
        method: "GET",
        headers: new Headers(),
        get url(): string {
          throw new TypeError("Invalid URL");
        },
      };
      assert.strictEqual((await serve(throwing as Request)).status, 404);
      assert.strictEqual((await serve(raw(undefined as never))).status, 404);
      assert.strictEqual(seen.loads, 0);
    });

    QUnit.test("are cached for no longer than the issuer says, wherever they are served", async (assert) => {
      const it = bench({ jwksMaxAgeMs: 2 * MINUTE });
      const documents = await it.issuer.documents();
      assert.strictEqual(documents.maxAgeMs, 2 * MINUTE);
      const ages = [];
      for (const [own, given] of [
        [undefined, 2 * MINUTE],
        [365 * 24 * HOUR, 2 * MINUTE],
        [MINUTE, 2 * MINUTE],
        [MINUTE, undefined],
        [undefined, undefined],
        [undefined, 0],
      ]) {
        const serve = issuerRoutes({ issuer: ISSUER, jwksMaxAgeMs: own }, async () => ({
          ...documents,
          maxAgeMs: given,
        }));
        ages.push((await serve(new Request(`${ISSUER}${JWKS}`))).headers.get("cache-control"));
      }
      assert.deepEqual(
        ages,
        [120, 120, 60, 60, 900, 0].map((seconds) => `public, max-age=${seconds}`),
      );
      const answer = await ask(it, `${ISSUER}${JWKS}`);
      assert.strictEqual(answer.headers.get("cache-control"), "public, max-age=120");
    });

    QUnit.test("of an issuer with a path lie below it, with or without a slash at its end", async (assert) => {
      for (const issuer of [`${ISSUER}/tenant/a`, `${ISSUER}/tenant/a/`, `${ISSUER}/`, ISSUER]) {
        const it = bench({ issuer });
        const base = issuer.replace(/\/$/, "");
        const discovery = JSON.parse(await (await ask(it, `${base}${DISCOVERY}`)).text());
        assert.deepEqual([discovery.issuer, discovery.jwks_uri], [issuer, `${base}${JWKS}`], "verbatim");
        assert.strictEqual((await ask(it, discovery.jwks_uri)).status, 200);
      }
    });

    QUnit.test("GET and HEAD, and 405 with Allow for the rest", async (assert) => {
      const { serve, seen } = routes();
      const got = await serve(new Request(`${ISSUER}${JWKS}`));
      const head = await serve(new Request(`${ISSUER}${JWKS}`, { method: "HEAD" }));
      assert.deepEqual([head.status, await head.text(), headersOf(head)], [200, "", headersOf(got)]);
      seen.loads = 0;
      for (const method of ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "get"]) {
        const response = await serve(raw(`${ISSUER}${JWKS}`, method));
        assert.deepEqual([response.status, response.headers.get("allow")], [405, "GET, HEAD"], method);
      }
      assert.strictEqual(seen.loads, 0);
    });

    QUnit.test("304 for whoever holds this version, however the header is written", async (assert) => {
      const { serve } = routes();
      const { etag = "", ...rest } = headersOf(await serve(new Request(`${ISSUER}${JWKS}`)));
      const answerTo = (held: string, method = "GET") =>
        serve(new Request(`${ISSUER}${JWKS}`, { method, headers: { "if-none-match": held } }));
      for (const held of [etag, `W/${etag}`, `"a", ${etag}`, `"a",W/${etag} , "b"`, "*", " * "]) {
        const response = await answerTo(held);
        const { "content-type": _, ...expected } = rest;
        assert.deepEqual([response.status, await response.text()], [304, ""], held);
        assert.deepEqual(headersOf(response), { ...expected, etag });
        assert.strictEqual((await answerTo(held, "HEAD")).status, 304);
      }
      for (const other of ['"a"', "", etag.slice(1, -1), '"*"', etag.toUpperCase()]) {
        assert.strictEqual((await answerTo(other)).status, 200, other);
      }
    });

    QUnit.test("503 with Retry-After when there are no documents, and nothing about why", async (assert) => {
      const reason = canary("what-the-store-said-of-the-key");
      const it = bench();
      it.store.before = () => {
        throw new Error(reason);
      };
      const response = await ask(it, `${ISSUER}${JWKS}`);
      const text = await response.text();
      record("body", text);
      assert.deepEqual([response.status, response.headers.get("retry-after")], [503, "5"]);
      assert.deepEqual(JSON.parse(text), { title: "The documents cannot be had now", status: 503 });
      assert.strictEqual(response.headers.get("cache-control"), "no-store");
      assert.strictEqual(response.headers.get("content-type"), "application/problem+json");

      assert.strictEqual((await ask(it, `${ISSUER}${JWKS}`)).status, 503);
      const why =
        "the public documents cannot be had: Cannot use the issuer's keys: the key store fake cannot read (Error)";
      assert.strictEqual(it.warnings.length, 1, "the operator is told, once");
      assert.ok(it.warnings[0]?.startsWith(`tokenhop issuer ${ISSUER}: ${why} (ERR_ISSUER_KEYS, `), it.warnings[0]);
      it.store.before = undefined;
      await it.clock.advance(5 * SECOND);
      assert.strictEqual((await ask(it, `${ISSUER}${JWKS}`)).status, 200);
      it.store.ring = { version: 2 } as never;
      await it.clock.advance(2 * MINUTE);
      assert.strictEqual((await ask(it, `${ISSUER}${JWKS}`)).status, 503);
      assert.strictEqual(it.warnings.length, 2, "another reason is told again");
    });
  });

  QUnit.module("issuer, documents", () => {
    QUnit.test("discovery says what there is, no more and no less", async (assert) => {
      for (const algorithm of ["RS256", "ES256"] as const) {
        const { issuer } = bench({ algorithm });
        assert.deepEqual(JSON.parse((await issuer.documents()).discovery), {
          issuer: ISSUER,
          jwks_uri: `${ISSUER}${JWKS}`,
          response_types_supported: ["id_token"],
          subject_types_supported: ["public"],
          id_token_signing_alg_values_supported: [algorithm],
          scopes_supported: ["openid"],
          claims_supported: ["iss", "sub", "aud", "iat", "nbf", "exp", "jti"],
        });
      }
    });

    QUnit.test("they change with the keys, and only with them", async (assert) => {
      const it = bench();
      const tag = async (): Promise<string | null> => (await ask(it, `${ISSUER}${JWKS}`)).headers.get("etag");
      const first = await tag();
      await mint(it);
      await it.clock.advance(HOUR);
      assert.strictEqual(await tag(), first);
      await it.issuer.dropKeys("signing");
      const second = await tag();
      assert.ok(second !== first);
      await it.clock.advance(30 * SECOND);
      assert.strictEqual(await tag(), second);
    });
  });
};

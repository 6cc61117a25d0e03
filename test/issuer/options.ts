/** What an issuer may be made of: everything that is wrong is said at once, before anything is done. */

import { manualClock } from "@tokenhop/core/testing";
import { createIssuer, type IssuerOptions, issuerRoutes } from "@tokenhop/issuer";
import { denoKvKeyStore } from "@tokenhop/issuer/stores/deno-kv";
import { durableObjectKeyStore } from "@tokenhop/issuer/stores/durable-object";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import type { Suite } from "../harness.ts";
import { DAY_MS, mistakes, URL_PROBLEM } from "./option-rows.ts";
import { AUDIENCE, bench, DAY, failureOf, HOUR, ISSUER, MINUTE, SECOND, SUBJECT } from "./support.ts";

const problemsOf = async (options: object): Promise<readonly string[]> => {
  const error = await failureOf(() => bench(options));
  return error.code === "ERR_CONFIG_INVALID" ? (error.problems ?? []) : [error.code];
};

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, options", () => {
    for (const { options, problems } of mistakes) {
      QUnit.test(
        `refuses ${JSON.stringify(options, (_, value) => (value === undefined ? null : value))}`,
        async (assert) => {
          assert.deepEqual(await problemsOf(options), problems);
        },
      );
    }

    QUnit.test("names everything that is wrong at once, and of each option only the first thing", async (assert) => {
      const options = {
        issuer: "http://id.example",
        keyStore: undefined,
        subjects: [SUBJECT, SUBJECT],
        audiences: ["https://other.example"],
        algorithm: "HS256",
        profiles: undefined,
        tokenLifetimeMs: 2 * HOUR,
        jwksMaxAgeMs: 2 * DAY,
        rotation: { everyMs: DAY },
        keysFrom: 1,
        key: "x",
      };
      assert.deepEqual(await problemsOf(options), [
        URL_PROBLEM,
        "keyStore: missing, expected a key store: { name, keeps, read, write }",
        "subjects: expected no text twice",
        "algorithm: expected RS256 or ES256",
        "keysFrom: expected epoch milliseconds",
        "key: unknown option",
        "tokenLifetimeMs: expected at most maxTokenLifetimeMs (3600000)",
        `jwksMaxAgeMs: expected at most rotation.publishAheadMs (${DAY_MS})`,
        "rotation.everyMs: expected at least 90300000: publishAheadMs, and maxTokenLifetimeMs and 300000 more, while the last key stays",
        "audiences: expected api://AzureADTokenExchange among them (entra)",
      ]);
      for (const nothing of [undefined, null, 7]) {
        const error = await failureOf(() => createIssuer(nothing as never));
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
      }
    });

    QUnit.test("accepts what is at the limits", (assert) => {
      const now = manualClock().now();
      const fine: readonly Partial<IssuerOptions>[] = [
        {},
        { issuer: `${ISSUER}/` },
        { issuer: `${ISSUER}:8443/tenant/a` },
        { issuer: "https://xn--bcher-kva.example/~a/b.c_d-e" },
        { issuer: "http://localhost:8000", allowHttpLoopback: true },
        { issuer: "http://127.0.0.1", allowHttpLoopback: true },
        { issuer: "http://[::1]:80000".replace("80000", "8000"), allowHttpLoopback: true },
        { issuer: ISSUER, allowHttpLoopback: true },
        { subjects: ["a", "A", "a b", "ä"] },
        { tokenLifetimeMs: SECOND, maxTokenLifetimeMs: SECOND },
        { tokenLifetimeMs: DAY, maxTokenLifetimeMs: DAY },
        { jwksMaxAgeMs: DAY },
        { jwksMaxAgeMs: 0 },
        { rotation: { everyMs: DAY + HOUR + 5 * MINUTE } },
        { rotation: { everyMs: 7 * DAY, publishAheadMs: 15 * MINUTE } },
        { rotation: {} },
        { keysFrom: now },
        { keysFrom: now + 5 * MINUTE },
        { profiles: [{ name: "own", problems: () => [] }] },
        { algorithm: undefined, profiles: undefined, rotation: undefined, keysFrom: undefined, onWarning: undefined },
      ];
      for (const options of fine) assert.strictEqual(bench(options).issuer.issuer, options.issuer ?? ISSUER);
    });

    QUnit.test("a Worker's clock stands at 0 while its modules load: then keysFrom is not judged", (assert) => {
      const clock = manualClock(0);
      assert.ok(bench({ clock, keysFrom: Date.UTC(2026, 0, 1) }).issuer);
    });

    QUnit.test("does nothing before the first call", async (assert) => {
      const it = bench();
      it.issuer.minter(SUBJECT);
      assert.deepEqual([it.store.reads, it.store.writes], [0, 0]);
    });

    QUnit.test("is not changed by what is done to the options afterwards", async (assert) => {
      const options = { subjects: [SUBJECT], audiences: [AUDIENCE] };
      const { issuer } = bench(options);
      options.subjects.push("worker:else");
      options.audiences.push("https://else.example");
      const wrong = { subject: "worker:else", audience: AUDIENCE };
      assert.strictEqual((await failureOf(() => issuer.mint(wrong))).code, "ERR_ISSUER_REFUSED");
      const allowed = [AUDIENCE];
      const minter = issuer.minter(SUBJECT, allowed);
      allowed.pop();
      assert.strictEqual((await minter.mint({ audience: AUDIENCE })).ok, true);
    });
  });

  QUnit.module("issuer, warnings", () => {
    const warningsAt = (issuer: string): readonly string[] => bench({ issuer }).warnings;

    QUnit.test("for a host under a domain where anybody gets one", (assert) => {
      const shared: readonly [issuer: string, hostname: string, domain: string][] = [
        ["https://issuer.acme.workers.dev", "issuer.acme.workers.dev", "workers.dev"],
        ["https://1a2b-issuer.acme.workers.dev/a", "1a2b-issuer.acme.workers.dev", "workers.dev"],
        ["https://acme.pages.dev", "acme.pages.dev", "pages.dev"],
        ["https://acme.deno.dev/", "acme.deno.dev", "deno.dev"],
        ["https://acme-git-main.vercel.app", "acme-git-main.vercel.app", "vercel.app"],
        ["https://a.ngrok-free.app", "a.ngrok-free.app", "ngrok-free.app"],
        ["https://workers.dev", "workers.dev", "workers.dev"],
        ["https://keys.s3.amazonaws.com", "keys.s3.amazonaws.com", "amazonaws.com"],
        ["https://keys.s3.eu-west-1.amazonaws.com", "keys.s3.eu-west-1.amazonaws.com", "amazonaws.com"],
        ["https://acme.blob.core.windows.net", "acme.blob.core.windows.net", "core.windows.net"],
        ["https://acme.z6.web.core.windows.net", "acme.z6.web.core.windows.net", "core.windows.net"],
        ["https://storage.googleapis.com/acme", "storage.googleapis.com", "storage.googleapis.com"],
        ["https://d1.cloudfront.net", "d1.cloudfront.net", "cloudfront.net"],
        ["https://acme.azurefd.net", "acme.azurefd.net", "azurefd.net"],
        ["https://acme.azureedge.net", "acme.azureedge.net", "azureedge.net"],
        ["https://acme.trafficmanager.net", "acme.trafficmanager.net", "trafficmanager.net"],
        ["https://acme.ondigitalocean.app", "acme.ondigitalocean.app", "ondigitalocean.app"],
        ["https://acme.hf.space", "acme.hf.space", "hf.space"],
        ["https://acme.herokuapp.com", "acme.herokuapp.com", "herokuapp.com"],
      ];
      for (const [issuer, hostname, domain] of shared) {
        assert.deepEqual(warningsAt(issuer), [
          `tokenhop issuer ${issuer}: ${hostname} is a name under ${domain}, where anybody can get one: use a host name of your own`,
        ]);
      }
      for (const own of [
        ISSUER,
        "https://workers.dev.example",
        "https://myworkers.dev",
        "https://id.example/workers.dev",
      ]) {
        assert.deepEqual(warningsAt(own), []);
      }
    });

    QUnit.test("for keys in memory, and by the console unless told otherwise", (assert) => {
      const memory =
        "key store memory: the keys are in memory only: a restart is a new key, and two processes are two issuers with one name";
      assert.deepEqual(bench({ keyStore: memoryKeyStore() }).warnings, [`tokenhop issuer ${ISSUER}: ${memory}`]);
      const told: unknown[][] = [];
      const { warn } = console;
      console.warn = (...values: unknown[]) => void told.push(values);
      try {
        const { issuer } = bench({ keyStore: memoryKeyStore(), onWarning: undefined });
        assert.strictEqual(issuer.issuer, ISSUER);
      } finally {
        console.warn = warn;
      }
      assert.deepEqual(told, [[`tokenhop issuer ${ISSUER}: ${memory}`]]);
    });
  });

  QUnit.module("issuer, other options", () => {
    QUnit.test("routes, stores and minters name what is wrong, too", async (assert) => {
      const problems = async (make: () => unknown): Promise<readonly string[]> =>
        (await failureOf(make)).problems ?? [];
      const load = async () => ({ discovery: "{}", jwks: "{}" });
      assert.deepEqual(await problems(() => issuerRoutes({ issuer: "http://localhost", jwksMaxAgeMs: -1 }, load)), [
        URL_PROBLEM,
        "jwksMaxAgeMs: expected milliseconds",
      ]);
      assert.deepEqual(await problems(() => denoKvKeyStore({} as never, { key: [] })), [
        "kv: expected a Deno.Kv",
        "key: expected a key of Deno KV",
      ]);
      assert.deepEqual(await problems(() => durableObjectKeyStore(undefined as never, { key: "" })), [
        "storage: expected the storage of a Durable Object (ctx.storage)",
        "key: expected a text that is not empty",
      ]);
      const { issuer } = bench();
      assert.deepEqual(await problems(() => issuer.minter("worker:else", [AUDIENCE, "https://else.example"])), [
        'subject: "worker:else" is not one of the issuer\'s subjects',
        'audiences: "https://else.example" is not one of the issuer\'s audiences',
      ]);
      assert.deepEqual(await problems(() => issuer.minter(SUBJECT, [])), ["audiences: expected at least one"]);
      assert.deepEqual(await problems(() => issuer.minter(SUBJECT, AUDIENCE as never)), [
        "audiences: expected at least one",
      ]);
    });
  });
};

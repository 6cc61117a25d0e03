/** What `auto` asks of metadata services where it may, and what it makes of the answers. */
import { auto } from "@tokenhop/core/auto";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, fakePlatform, json, type Sent } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { fateOf } from "./support.ts";

const google = "http://metadata.google.internal/";
const googleToken =
  "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity?audience=api%3A%2F%2FAzureADTokenExchange&format=full";
const azure = "http://169.254.169.254/metadata/identity/oauth2/token";
const azureToken = `${azure}?api-version=2018-02-01&resource=api%3A%2F%2FAzureADTokenExchange`;
const flavor = { "metadata-flavor": "Google" };

const refusing = (): never => {
  throw new TypeError("fetch failed");
};
/** A machine of Google's; at Azure's address it answers too. */
const googleMachine = ({ url }: Sent): Response =>
  url.pathname.endsWith("/identity")
    ? new Response(freshToken(), { headers: flavor })
    : new Response("computeMetadata/", { headers: flavor });
/** A machine of Azure's. */
const azureMachine = ({ url, headers }: Sent): Response => {
  if (url.hostname !== "169.254.169.254") return refusing();
  if (headers.get("metadata") !== "true") return json({ error: "bad_request_102" }, { status: 400 });
  return json({ access_token: freshToken(), expires_in: "300" });
};

/** Who else may be at those addresses, none of which is to be taken. */
const others: Readonly<Record<string, (sent: Sent) => Response>> = {
  nobody: refusing,
  "AWS, which wants a session": () => new Response("", { status: 401 }),
  "AWS, which does not know the path": () => new Response("<html>404</html>", { status: 404 }),
  "a proxy that answers 400": () => new Response("<html>Bad request</html>", { status: 400 }),
  "a proxy that answers 400 in JSON": () => json({ error: { code: "invalid_request" } }, { status: 400 }),
  "who says Azure's word with another status": () => json({ error: "invalid_request" }, { status: 401 }),
  "Docker Desktop": () => new Response("A socket operation was attempted to an unreachable network.", { status: 403 }),
  "a hotel": () => new Response("<html>Sign in</html>"),
  "a hotel that redirects": () => new Response(null, { status: 302, headers: { location: "https://hotel.example" } }),
  "somebody who does not end": () => new Response("x".repeat(300_000), { headers: flavor }),
  "a cloud with another flavour": () => new Response("", { headers: { "metadata-flavor": "Somebody" } }),
};

const urls = ({ requests }: ReturnType<typeof fakePlatform>): string[] => requests.map(({ url }) => url.href);
const ask = (source: ReturnType<typeof auto>, platform: ReturnType<typeof fakePlatform>, signal?: AbortSignal) =>
  source.getToken({ audience: AUDIENCE }, contextFor(platform, signal && { signal }));

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("auto, probes", () => {
    QUnit.test("there are none by default", async (assert) => {
      const platform = fakePlatform({ respond: googleMachine });
      await failureOf(() => ask(auto(), platform));
      assert.deepEqual(urls(platform), []);
    });

    QUnit.test("detect() asks nothing, and is the last to be chosen", (assert) => {
      const platform = fakePlatform({ respond: googleMachine });
      assert.deepEqual(auto({ allowProbes: true }).detect(platform), { found: true });
      assert.deepEqual(urls(platform), []);
    });

    QUnit.test("Google's is asked first, once", async (assert) => {
      const platform = fakePlatform({ respond: googleMachine });
      const source = auto({ allowProbes: true });
      await ask(source, platform);
      assert.deepEqual(urls(platform), [google, googleToken]);
      assert.strictEqual(platform.requests[0]?.headers.get("metadata-flavor"), "Google");
      await ask(source, platform);
      assert.deepEqual(urls(platform), [google, googleToken, googleToken]);
    });

    QUnit.test("then Azure's, without its header", async (assert) => {
      const platform = fakePlatform({ respond: azureMachine });
      const source = auto({ allowProbes: true });
      await ask(source, platform);
      await ask(source, platform);
      assert.deepEqual(urls(platform), [google, azure, azureToken, azureToken]);
      assert.strictEqual(platform.requests[1]?.headers.get("metadata"), null);
    });

    for (const [who, respond] of Object.entries(others)) {
      QUnit.test(`takes ${who} for nobody, and asks again the next time`, async (assert) => {
        const platform = fakePlatform({ respond });
        const source = auto({ allowProbes: true });
        for (let round = 1; round <= 2; round++) {
          const error = await failureOf(() => ask(source, platform));
          assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", "auto"]);
          assert.ok(error.message.includes("virtual machines: an answer of a metadata service"), error.message);
          assert.deepEqual(urls(platform), Array.from({ length: round }, () => [google, azure]).flat());
        }
      });
    }

    QUnit.test("an error of the one that answered leads to no other", async (assert) => {
      const platform = fakePlatform({
        respond: ({ url }) => new Response("", { status: url.pathname === "/" ? 200 : 404, headers: flavor }),
      });
      const source = auto({ allowProbes: true });
      for (let round = 1; round <= 2; round++) {
        const error = await failureOf(() => ask(source, platform));
        assert.deepEqual([error.code, error.step, error.status], ["ERR_SOURCE_FAILED", "gcp-metadata", 404]);
      }
      assert.deepEqual(urls(platform), [google, googleToken, googleToken]);
    });

    QUnit.test("the choice stays when variables come later", async (assert) => {
      const env: Record<string, string> = {};
      const platform = fakePlatform({ env, respond: azureMachine });
      const source = auto({ allowProbes: true });
      await ask(source, platform);
      Object.assign(env, { MSI_ENDPOINT: "http://127.0.0.1:1", MSI_SECRET: "s" });
      await ask(source, platform);
      assert.deepEqual(urls(platform), [google, azure, azureToken, azureToken]);
    });

    QUnit.test("another platform is another choice", async (assert) => {
      const source = auto({ allowProbes: true });
      await ask(source, fakePlatform({ respond: googleMachine }));
      const other = fakePlatform({ respond: azureMachine });
      await ask(source, other);
      assert.deepEqual(urls(other), [google, azure, azureToken]);
    });

    QUnit.test("Azure's is known by its other word, too", async (assert) => {
      const respond = (sent: Sent) =>
        sent.url.hostname === "169.254.169.254" && !sent.headers.get("metadata")
          ? json(
              { error: "invalid_request", error_description: "Required metadata header not specified" },
              { status: 400 },
            )
          : azureMachine(sent);
      const platform = fakePlatform({ respond });
      await ask(auto({ allowProbes: true }), platform);
      assert.deepEqual(urls(platform), [google, azure, azureToken]);
    });

    for (const [env, says] of [
      [
        { IDENTITY_ENDPOINT: "https://127.0.0.1:2377/", IDENTITY_HEADER: "h", IDENTITY_SERVER_THUMBPRINT: "00" },
        "no IDENTITY_SERVER_THUMBPRINT (here it is Service Fabric's)",
      ],
      [{ IDENTITY_SERVER_THUMBPRINT: "00" }, "managed-identity (IDENTITY_SERVER_THUMBPRINT is set): "],
      [{ IDENTITY_ENDPOINT: "http://evil.example/", IDENTITY_HEADER: "h" }, "IDENTITY_ENDPOINT on loopback"],
      [{ MSI_ENDPOINT: "http://evil.example/" }, "MSI_ENDPOINT on loopback"],
      [{ MSI_SECRET: "s" }, "azure-ml (MSI_SECRET is set): "],
      [{ IMDS_ENDPOINT: "http://evil.example/" }, "azure-arc (IMDS_ENDPOINT is set): "],
      [{ AZURE_POD_IDENTITY_AUTHORITY_HOST: "http://imds.example" }, "AZURE_POD_IDENTITY_AUTHORITY_HOST on loopback"],
      [{ GCE_METADATA_HOST: "10.0.0.1" }, "GCE_METADATA_HOST on loopback"],
      [{ GCE_METADATA_IP: "10.0.0.1" }, "GCE_METADATA_IP on loopback"],
      [{ AZURE_FEDERATED_TOKEN_FILE: "/t" }, "kubernetes (AZURE_FEDERATED_TOKEN_FILE is set): "],
    ] as const) {
      QUnit.test(
        `no machine's identity is taken for one that is named and refused: ${Object.keys(env)}`,
        async (assert) => {
          for (const respond of [googleMachine, azureMachine]) {
            const platform = fakePlatform({ env, respond });
            const error = await failureOf(() => ask(auto({ allowProbes: true }), platform));
            assert.deepEqual([error.code, error.step], ["ERR_SOURCE_UNAVAILABLE", "auto"]);
            assert.ok(error.message.includes(says), error.message);
            assert.deepEqual(urls(platform), []);
            assert.notOk(auto({ allowProbes: true }).detect(platform).found);
          }
        },
      );
    }

    QUnit.test("none goes through a proxy, and it says so", async (assert) => {
      const proxied = { NODE_USE_ENV_PROXY: "1", HTTP_PROXY: "http://proxy.example:3128" };
      const none = fakePlatform({ env: proxied, respond: azureMachine });
      const error = await failureOf(() => ask(auto({ allowProbes: true }), none));
      for (const host of ["metadata.google.internal", "169.254.169.254"]) {
        assert.ok(error.message.includes(`NO_PROXY with ${host}`), error.message);
      }
      assert.deepEqual(urls(none), []);
      const one = fakePlatform({ env: { ...proxied, NO_PROXY: "169.254.169.254" }, respond: azureMachine });
      await ask(auto({ allowProbes: true }), one);
      assert.deepEqual(urls(one), [azure, azureToken]);
    });

    QUnit.test("Google's is not asked where its own libraries are told not to", async (assert) => {
      const platform = fakePlatform({ env: { METADATA_SERVER_DETECTION: "none" }, respond: googleMachine });
      await failureOf(() => ask(auto({ allowProbes: true }), platform));
      assert.deepEqual(urls(platform), [azure]);
    });

    for (const [options, eachMs] of [
      [{}, 1_000],
      [{ probeTimeoutMs: 250 }, 250],
    ] as const) {
      QUnit.test(`waits ${eachMs} ms for each, one after the other`, async (assert) => {
        const clock = manualClock();
        const asked: [string, number][] = [];
        const platform = testPlatform({
          clock,
          env: {},
          fetch(input, init) {
            asked.push([String(input), clock.monotonic()]);
            return new Promise((_, reject) => {
              init?.signal?.addEventListener("abort", () => reject(init.signal?.reason));
            });
          },
        });
        const source = auto({ allowProbes: true, ...options });
        const fate = fateOf(source.getToken({ audience: AUDIENCE }, contextFor(platform)));
        await clock.advance(2 * eachMs - 1);
        assert.strictEqual(fate.state, "waiting");
        await clock.advance(1);
        assert.strictEqual(fate.state, "failed");
        assert.deepEqual(asked, [
          [google, 0],
          [azure, eachMs],
        ]);
      });
    }

    QUnit.test("ends with its caller, and asks nobody else", async (assert) => {
      const controller = new AbortController();
      const reason = new Error("gone");
      const platform = fakePlatform({
        respond: () => {
          controller.abort(reason);
          return new Promise(() => undefined);
        },
      });
      const asked = ask(auto({ allowProbes: true }), platform, controller.signal);
      await assert.rejects(asked, (error) => error === reason);
      assert.deepEqual(urls(platform), [google]);
    });

    QUnit.test("two callers at once get the same", async (assert) => {
      const platform = fakePlatform({ respond: azureMachine });
      const source = auto({ allowProbes: true });
      await Promise.all([ask(source, platform), ask(source, platform)]);
      assert.strictEqual(urls(platform).filter((url) => url === azureToken).length, 2);
    });
  });
};

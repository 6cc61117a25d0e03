/** Where what is deployed on Vercel and Fly gets its tokens, and what the log says of it. */
import type { Emulator } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import * as on from "./platform-support.ts";
import * as world from "./support.ts";

const { requestToken, issuers } = on;
const now = world.startAt / 1000;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Vercel", () => {
    const url = "https://oidc.vercel.com/~token";

    QUnit.test("gives a token for another audience that ends with the old one", async (assert) => {
      const emulator = on.onPlatform("vercel");
      const token = await emulator.issuePlatformToken({ provider: "vercel" });
      emulator.advanceClock(600_000);
      const { status, body } = await on.post(emulator, url, { token, aud: "sts.amazonaws.com", jti: "one" });
      assert.deepEqual([status, body.expiry], [200, now + 3600]);
      const { aud, sub, iat, exp, iss } = on.claimsOf(body.token);
      const subject = "owner:octo:project:web:environment:production";
      assert.deepEqual(
        [aud, sub, iat, exp, iss],
        ["sts.amazonaws.com", subject, now + 600, now + 3600, issuers.vercel],
      );
      assert.strictEqual(JSON.parse(atob(String(body.token).split(".")[1] ?? "")).jti, "one");
    });

    const refusals: readonly (readonly [string, number, (emulator: Emulator) => Promise<unknown>])[] = [
      ["no audience", 400, async (emulator) => ({ token: await own(emulator) })],
      ["a list of audiences", 400, async (emulator) => ({ token: await own(emulator), aud: ["a"] })],
      ["no token", 400, async () => ({ aud: "a" })],
      ["no JSON", 400, async () => "token=a"],
      ["nonsense", 401, async () => ({ token: "a.b.c", aud: "a" })],
      ["a token that ended", 401, async (emulator) => ({ token: await own(emulator, -1000), aud: "a" })],
      [
        "a token without its signature",
        401,
        async (emulator) => ({ token: (await own(emulator)).slice(0, -20), aud: "a" }),
      ],
    ];
    for (const [what, status, make] of refusals) {
      QUnit.test(`refuses ${what}`, async (assert) => {
        const emulator = on.onPlatform("vercel");
        const reply = await on.post(emulator, url, await make(emulator));
        assert.deepEqual([reply.status, Object.keys(reply.body)], [status, ["error"]]);
      });
    }

    QUnit.test("knows no tokens of other platforms", async (assert) => {
      const config = on.platformConfig("vercel");
      const fly = on.platformConfig("fly").oidcProviders ?? [];
      const emulator = world.makeEmulator({ ...config, oidcProviders: [...(config.oidcProviders ?? []), ...fly] });
      const token = await emulator.issuePlatformToken({ provider: "fly" });
      assert.strictEqual((await on.post(emulator, url, { token, aud: "a" })).status, 401);
    });
  });

  QUnit.module("emulator: Fly", () => {
    const ask = async (emulator: Emulator, url: string, body = "", headers: Record<string, string> = {}) => {
      const response = await emulator.fetch(url, { method: "POST", body, headers });
      return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
    };
    const socket = "http://localhost/v1/tokens/oidc";

    QUnit.test("gives the token as the whole body, on the socket without any proof", async (assert) => {
      const emulator = on.onPlatform("fly");
      const usual = await ask(emulator, socket);
      assert.deepEqual([usual.status, usual.type], [200, "text/plain; charset=utf-8"]);
      assert.strictEqual(on.claimsOf(usual.text).aud, "https://fly.io/octo");
      assert.strictEqual(on.claimsOf((await ask(emulator, socket, '{"aud":"a"}')).text).aud, "a");
      assert.strictEqual(on.claimsOf((await ask(emulator, socket, "{}")).text).sub, "octo:web:quiet-sea-1");
    });

    QUnit.test("wants a token at the API's hosts, and the right one everywhere", async (assert) => {
      const emulator = on.onPlatform("fly");
      const right = world.bearer(requestToken).headers;
      const wrong = world.bearer("other").headers;
      const statuses = async (headers: Record<string, string>) =>
        Promise.all(
          ["https://api.machines.dev/v1/tokens/oidc", "http://_api.internal:4280/v1/tokens/oidc", socket].map(
            async (url) => (await ask(emulator, url, "{}", headers)).status,
          ),
        );
      assert.deepEqual(await statuses({}), [401, 401, 200]);
      assert.deepEqual(await statuses(wrong), [401, 401, 401]);
      assert.deepEqual(await statuses(right), [200, 200, 200]);
    });

    QUnit.test("refuses bodies that it cannot read, and who is not there", async (assert) => {
      const emulator = on.onPlatform("fly");
      for (const body of ["aud=a", "null", '{"aud":1}', '{"aud":""}', "["]) {
        assert.strictEqual((await ask(emulator, socket, body)).status, 400, body);
      }
      assert.strictEqual((await ask(world.makeEmulator(), socket)).status, 401);
      const keyless = on.onPlatform("fly", {}, { requestToken: undefined });
      assert.strictEqual((await ask(keyless, socket, "", world.bearer("undefined").headers)).status, 401);
    });
  });

  QUnit.module("emulator: the log of the platforms' routes", () => {
    QUnit.test("holds no token that was shown or given", async (assert) => {
      const emulator = on.onPlatform("vercel");
      const token = canary(await own(emulator));
      canary(String((await on.post(emulator, "https://oidc.vercel.com/~token", { token, aud: "a" })).body.token));
      await on.post(emulator, "https://oidc.vercel.com/~token", { token, aud: token });
      const job = on.onPlatform("buildkite", {}, { requestToken: canary("a-secret-of-a-buildkite-job") });
      const url = "https://agent.buildkite.com/v3/jobs/job-id/oidc/tokens";
      const reply = await on.post(job, url, {}, { authorization: "Token a-secret-of-a-buildkite-job" });
      canary(String(reply.body.token));
      record("log", [...emulator.log, ...job.log]);
      assert.deepEqual(
        [...emulator.log, ...job.log].map(({ route, outcome }) => [route, outcome]),
        [
          ["vercel", "granted"],
          ["vercel", "granted"],
          ["buildkite", "granted"],
        ],
      );
    });
  });
};

const own = (emulator: Emulator, lifetimeMs?: number): Promise<string> =>
  emulator.issuePlatformToken({ provider: "vercel", lifetimeMs });

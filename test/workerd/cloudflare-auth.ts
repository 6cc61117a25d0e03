/** `bearerAuth` of `@tokenhop/cloudflare` in real workerd: who gets through, who is told what, and what the log says. */
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { exchanges, playScenes, type Scene } from "./cloudflare-scene.ts";

/** As `iss` will have it; nobody has signed it, and nobody can say so without keys. */
function unsigned(issuer: string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss: issuer, aud: "api", sub: "ann", iat: now, nbf: now, exp: now + 3_600 };
  const signature = Buffer.from(crypto.getRandomValues(new Uint8Array(256))).toString("base64url");
  return `${part({ alg: "RS256", typ: "JWT", kid: "one" })}.${part(claims)}.${canary(signature)}`;
}

const ok = { value: { outcome: "ok", noRetry: false } };

const scenes: readonly Scene[] = [
  {
    says: "fetch is told who sent the request, and no provider hides it; a cron trigger comes from nobody",
    async play(assert, stage, world) {
      for (const user of ["ann", "bob"]) {
        const { text } = await stage.fetch(world, "/", "SignedIn", { "x-user": user });
        assert.strictEqual(text, JSON.stringify([user, 200]));
      }
      assert.deepEqual(await stage.scheduled(world, "* * * * *", "SignedIn"), ok);
      assert.deepEqual(exchanges(stage, world), [1, 1, 3]);
    },
  },
  {
    says: "a verification that gives nobody lets nobody through",
    async play(assert, stage, world) {
      const { status, text = "" } = await stage.fetch(world, "/", "SignedIn", { "x-user": "lookalike" });
      assert.deepEqual([status, text], [undefined, ""], "the handler has not answered");
      assert.deepEqual(exchanges(stage, world), [0, 0, 0]);
    },
  },
  {
    says: "without a good token nobody gets through, and the log says nothing of it",
    async play(assert, stage, world) {
      const before = stage.log.length;
      for (const entrypoint of ["Checked", "Ready"] as const) {
        const none = await stage.fetch(world, "/", entrypoint);
        assert.deepEqual([none.status, none.headers?.["www-authenticate"]], [401, 'Bearer realm="api"']);
        const bad = await stage.fetch(world, "/", entrypoint, { authorization: "Bearer a.b.c" });
        const challenge = bad.headers?.["www-authenticate"] ?? "";
        assert.deepEqual([bad.status, challenge.includes('error="invalid_token"')], [401, true]);
        const two = await stage.fetch(world, "/", entrypoint, { authorization: "Bearer a, Bearer b" });
        assert.deepEqual([two.status, two.headers?.["content-type"]], [400, "application/problem+json"]);
      }
      assert.deepEqual(stage.log.slice(before), []);
    },
  },
  {
    says: "without keys nobody gets through, and the log says why",
    async play(assert, stage, world) {
      const authorization = `Bearer ${unsigned(stage.upstream.url)}`;
      const { status, headers, text = "" } = await stage.fetch(world, "/", "Checked", { authorization });
      assert.deepEqual([status, (JSON.parse(text) as { code: string }).code], [503, "ERR_AUTH_UNAVAILABLE"]);
      assert.ok(Number(headers?.["retry-after"]) > 0);
      assert.ok(
        stage.log.some((line) => line.includes("ERR_AUTH_UNAVAILABLE")),
        stage.log.join("\n"),
      );
    },
  },
  {
    says: "verification is made once for env",
    async play(assert, stage, world) {
      for (let turn = 0; turn < 2; turn++) assert.strictEqual((await stage.fetch(world, "/", "Checked")).status, 401);
      assert.deepEqual(await stage.scheduled(world, "* * * * *", "Checked"), ok);
    },
  },
];

export const suite: Suite = (QUnit) => playScenes(QUnit, "@tokenhop/cloudflare's bearerAuth", scenes);

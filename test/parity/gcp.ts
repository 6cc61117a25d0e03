/** tokenex's package gcp: its listed bugs, which must not be ours. */
import { federate } from "@tokenhop/core";
import { fromFunction, type TokenRequest } from "@tokenhop/core/sources/from-function";
import { type GcpStsOptions, gcpSts } from "@tokenhop/core/targets/gcp-sts";
import { manualClock, type ScriptedReply, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { failureOf, json } from "../contract/platform.ts";
import { errorOf, HOUR, MINUTE } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { AS_ACCOUNT, federated, impersonated, POOL, PROVIDER } from "../targets/gcp-sts-support.ts";

/** Google for one identity, whose tokens last 5 minutes unless it is said otherwise. */
function google(options: GcpStsOptions, replies?: readonly ScriptedReply[], expiresInMs: number = 5 * MINUTE) {
  const clock = manualClock();
  const asked: TokenRequest[] = [];
  const tokens: string[] = [];
  const from = fromFunction((request) => {
    asked.push(request);
    tokens.push(canaryToken({ exp: Math.floor((clock.now() + expiresInMs) / 1_000) }));
    return tokens.at(-1) as string;
  });
  const answer = ({ url }: Request): Response => {
    if (!url.includes(":generateAccessToken")) return json(federated());
    return json(impersonated(canaryToken(), { expireTime: new Date(clock.now() + HOUR).toISOString() }));
  };
  const fetch = scriptedFetch(replies ?? [answer]);
  const platform = testPlatform({ clock, fetch });
  const provider = federate({ from, to: gcpSts(options), platform, limits: { attempts: 2 } });
  /** Which of the identity's tokens each request to the Security Token Service had, by number. */
  const sent = async (): Promise<number[]> => {
    const sts = fetch.requests.filter(({ url }) => url.endsWith("/v1/token"));
    const bodies = await Promise.all(sts.map((request) => request.clone().text()));
    return bodies.map((body) => tokens.indexOf(new URLSearchParams(body).get("subject_token") ?? ""));
  };
  return { clock, fetch, provider, asked, sent };
}

const stale = (): Response =>
  json({ error: "invalid_grant", error_description: "ID Token issued at 0 is stale to sign-in." }, { status: 400 });

export const suite: Suite = (QUnit) => {
  QUnit.module("tokenex C3, gcp", () => {
    QUnit.test("C3.1: one exchange at the start, not two", async (assert) => {
      const { provider, fetch, asked } = google(POOL);
      await provider.get();
      await Promise.all(Array.from({ length: 100 }, () => provider.get()));
      assert.deepEqual([fetch.requests.length, asked.length], [1, 1]);
    });

    QUnit.test("C3.2: what is to be asked of the identity reaches it", async (assert) => {
      const { provider, asked } = google({ ...POOL, subjectAudience: "my-pool" });
      await provider.get();
      const plain = google(POOL);
      await plain.provider.get();
      assert.deepEqual(
        [...asked, ...plain.asked].map(({ audience }) => audience),
        ["my-pool", `https:${PROVIDER}`],
      );
    });

    QUnit.test("C3.2: a new identity token is made where one is needed, and is what is sent", async (assert) => {
      const it = google(POOL, [stale, () => json(federated())]);
      await it.provider.get();
      assert.deepEqual(await it.sent(), [0, 1], "Google calls the first one too old");
      await it.clock.advance(6 * MINUTE);
      await it.provider.with({ scopes: ["https://www.googleapis.com/auth/devstorage.read_only"] }).get();
      assert.deepEqual(await it.sent(), [0, 1, 2], "the second one has ended");
    });

    QUnit.test("C3.2: a function that gives no end is asked for each exchange", async (assert) => {
      let calls = 0;
      const from = fromFunction(() => {
        calls++;
        return canaryToken();
      });
      const platform = testPlatform({ fetch: scriptedFetch([() => json(federated())]) });
      const provider = federate({ from, to: gcpSts(POOL), platform });
      for (const api of ["pubsub", "bigquery", "logging.write"]) {
        await provider.with({ scopes: [`https://www.googleapis.com/auth/${api}`] }).get();
      }
      assert.strictEqual(calls, 3);
    });

    QUnit.test("C3.3: a renewal costs one request for each step, however often", async (assert) => {
      const { provider, fetch, clock } = google(AS_ACCOUNT);
      for (let hour = 0; hour < 50; hour++) {
        await provider.get();
        await clock.advance(HOUR);
      }
      const iam = fetch.requests.filter(({ url }) => url.includes(":generateAccessToken")).length;
      assert.deepEqual([iam, fetch.requests.length], [50, 100]);
    });

    QUnit.test("C3.4: an identity token that has expired is not sent", async (assert) => {
      for (const expiresInMs of [0, -MINUTE]) {
        const { provider, fetch, clock } = google(POOL, undefined, expiresInMs);
        const error = errorOf(provider.get());
        await clock.advance(MINUTE);
        assert.deepEqual([(await error).code, fetch.requests.length], ["ERR_CREDENTIAL_EXPIRED", 0]);
      }
    });

    QUnit.test("C3.5: a reply without expires_in ends with the identity token, and is no failure", async (assert) => {
      const { provider, clock } = google(POOL, [() => json(federated(canaryToken(), { expires_in: undefined }))]);
      assert.strictEqual((await provider.get()).expiresAt, clock.now() + 5 * MINUTE);
    });

    QUnit.test("C3.6: a lifetime that Google refuses is refused where it is written", async (assert) => {
      for (const seconds of [-1, 0, 0.5, 43_201]) {
        const { problems } = await failureOf(() => gcpSts({ ...AS_ACCOUNT, lifetimeMs: seconds * 1_000 }));
        assert.deepEqual([...(problems ?? [])], ["lifetimeMs: expected 1000 to 43200000 ms"], `${seconds}`);
      }
      const { problems } = await failureOf(() => gcpSts({ ...POOL, lifetimeMs: HOUR }));
      assert.deepEqual([...(problems ?? [])], ["lifetimeMs: expected only with serviceAccount"]);
    });
  });
};

/** What `gcp-service-account` does with the provider that it is given. */
import { type BearerToken, defineTarget, federate, secret, TokenError } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { type GcpServiceAccountOptions, gcpServiceAccount } from "@tokenhop/core/sources/gcp-service-account";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, fakePlatform, json, NOW } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import { fateOf } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { ask, bearer, email, google, providerOfGoogle, scripted } from "./gcp-service-account-support.ts";

export const suite: Suite = (QUnit) => {
  const options: GcpServiceAccountOptions = { from: providerOfGoogle(), serviceAccount: email };

  QUnit.module("source gcp-service-account, its provider", () => {
    QUnit.test("hands the signal and the request to the provider, and nothing else", async (assert) => {
      const { provider, asked } = scripted();
      const request = new Request("https://app.example/");
      const context = contextFor(fakePlatform({ respond: () => json({ token: freshToken() }) }), {
        request,
        claims: "{}",
      });
      await gcpServiceAccount({ ...options, from: provider }).getToken({ audience: AUDIENCE }, context);
      assert.deepEqual(asked, [{ signal: context.signal, request }]);
    });

    QUnit.test("fails as the provider fails", async (assert) => {
      const failure = new TokenError("Cannot", {
        code: "ERR_EXCHANGE_REFUSED",
        recovery: "propagation",
        step: "gcp-sts",
      });
      const { provider } = scripted({ get: () => Promise.reject(failure) });
      const platform = fakePlatform();
      const error = await failureOf(() => ask(platform, { ...options, from: provider }));
      assert.deepEqual([error.code, error.step, error.message], [failure.code, failure.step, failure.message]);
      assert.strictEqual(error.recovery, "stop", "the provider has tried what there is to try");
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("tries no more often than the provider does, which gives up", async (assert) => {
      const clock = manualClock();
      const platform = testPlatform({ clock, fetch: () => Promise.resolve(json({ token: freshToken() })) });
      let attempts = 0;
      const inner = federate({
        from: fromFunction(() => bearer),
        to: defineTarget({
          ...google,
          async exchange(): Promise<BearerToken> {
            attempts++;
            throw new TokenError("Cannot", { code: "ERR_HTTP_NETWORK", recovery: "retry", step: "google" });
          },
        }),
        platform,
      });
      const outer = federate({
        from: gcpServiceAccount({ ...options, from: inner }),
        to: passThrough({ audience: AUDIENCE }),
        platform,
      });
      const fate = fateOf(outer.get());
      await clock.advance(120_000);
      assert.deepEqual([fate.state, attempts], ["failed", 5]);
      const error = fate.error as TokenError;
      assert.deepEqual([error.code, error.recovery], ["ERR_HTTP_NETWORK", "stop"]);
    });

    for (const [again, recovery] of [
      [true, "retry"],
      [false, "stop"],
    ] as const) {
      QUnit.test(
        `a 401 ${again ? "is tried again with another access token" : "stops where there is no other"}`,
        async (assert) => {
          const dropped: unknown[] = [];
          const { provider } = scripted({
            invalidate: (held, cause) => {
              dropped.push(held?.token.reveal() === bearer, cause);
              return again;
            },
          });
          const reply = { error: { code: 401, message: "Invalid Credentials", status: "UNAUTHENTICATED" } };
          const platform = fakePlatform({ respond: () => json(reply, { status: 401 }) });
          const error = await failureOf(() => ask(platform, { ...options, from: provider }));
          assert.deepEqual([error.recovery, error.error], [recovery, "UNAUTHENTICATED"]);
          assert.deepEqual(dropped, [true, "unauthorized"]);
          assert.strictEqual(platform.requests.length, 1, "it does not retry by itself");
        },
      );
    }

    QUnit.test("keeps users apart as the provider does, and outlives no request's token", async (assert) => {
      const byUser = federate({
        from: fromRequest((request) => request.headers.get("x-token")),
        to: google,
        platform: fakePlatform(),
      });
      const source = gcpServiceAccount({ ...options, from: byUser });
      const requestOf = (token: string) => new Request("https://app.example/", { headers: { "x-token": token } });
      const users = ["one", "two"].map((user) => canary(`access-token-of-user-${user}`));
      const parts = users.map((user) => JSON.stringify(source.partition?.(requestOf(user))));
      assert.notStrictEqual(parts[0], parts[1]);
      assert.strictEqual(source.perRequest, true);
      const sent: (string | null)[] = [];
      const platform = fakePlatform({
        respond({ headers }) {
          sent.push(headers.get("authorization"));
          return json({ token: freshToken() });
        },
      });
      for (const user of users) {
        await source.getToken({ audience: AUDIENCE }, contextFor(platform, { request: requestOf(user) }));
      }
      assert.ok(sent.every((header, index) => header === `Bearer ${users[index]}`));
      assert.strictEqual(gcpServiceAccount(options).partition, undefined, "and has no cost where there are no users");
    });

    QUnit.test("ends with the request's credential where that ends first", async (assert) => {
      const get = async () => ({ kind: "bearer", token: secret(bearer), expiresAt: NOW + 60_000 }) as const;
      const partition = (): readonly unknown[] => [];
      const respond = () => json({ token: freshToken() });
      for (const [perRequest, lifeMs] of [
        [true, 60_000],
        [false, 300_000],
      ] as const) {
        const { provider } = scripted({ get, partition, perRequest });
        const { expiresAt } = await ask(fakePlatform({ respond }), { ...options, from: provider });
        assert.strictEqual(expiresAt, NOW + lifeMs);
      }
    });
  });
};

/** How a client of the Azure SDKs, which keeps its token, comes to the next one. */
import type { BearerToken, FederateOptions } from "@tokenhop/core";
import type { AzureSdkCredential } from "@tokenhop/core/interop/azure-sdk";
import { bearer, failure, fateOf, HOUR, MINUTE, settle, type WorldOptions, type world } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { ARM, stage } from "./azure-sdk-support.ts";

const SECOND = 1_000;

interface Cycler {
  /** One request of a client: whether it waited for a token, and whether what it got was good. */
  request(): Promise<{ waited: boolean; valid: boolean }>;
  calls: number;
}

/**
 * What an SDK's client does with its token: asks behind a request once `refreshAfterTimestamp` has passed or within 2 minutes
 * of the end, makes a request wait within a second of it, and tries again after 3 s when it got an error.
 */
function cyclerOf(credential: AzureSdkCredential, clock: ReturnType<typeof world>["clock"]): Cycler {
  let held: Awaited<ReturnType<AzureSdkCredential["getToken"]>> | undefined;
  let under: Promise<unknown> | undefined;
  const refresh = async (): Promise<void> => {
    for (;;) {
      cycler.calls++;
      try {
        held = await credential.getToken([ARM], { enableCae: true });
        return;
      } catch (error) {
        if (clock.now() >= (held?.expiresOnTimestamp ?? 0)) throw error;
        await clock.sleep(3 * SECOND, new AbortController().signal);
      }
    }
  };
  const start = (): Promise<unknown> => {
    under ??= refresh().finally(() => {
      under = undefined;
    });
    return under;
  };
  const cycler: Cycler = {
    calls: 0,
    async request() {
      const waited = held === undefined || held.expiresOnTimestamp - SECOND < clock.now();
      if (waited) await start();
      else if (held && (held.refreshAfterTimestamp < clock.now() || held.expiresOnTimestamp - 2 * MINUTE < clock.now()))
        start();
      return { waited, valid: Number(held?.expiresOnTimestamp) > clock.now() };
    },
  };
  return cycler;
}

const policies: Readonly<Record<string, WorldOptions & { advice?: number }>> = {
  "without advice": {},
  "with advice": { advice: HOUR / 2 },
  "with a policy of its own": { refresh: "tokenex" as FederateOptions<BearerToken>["refresh"] },
  "for five minutes": { lifetimeMs: 5 * MINUTE },
  "for twenty seconds": { lifetimeMs: 20 * SECOND },
};

export const suite: Suite = (QUnit) => {
  QUnit.module("azure-sdk, a client", () => {
    for (const [what, { advice, ...options }] of Object.entries(policies)) {
      QUnit.test(`a client that keeps its token never waits for the next one, ${what}`, async (assert) => {
        const { credential, target, clock } = stage(options);
        const life = options.lifetimeMs ?? HOUR;
        target.answer = async (_, { signal }) => {
          await clock.sleep(200, signal);
          return bearer(clock, life, advice);
        };
        const cycler = cyclerOf(credential, clock);
        const first = cycler.request();
        await clock.advance(SECOND);
        assert.deepEqual(await first, { waited: true, valid: true });
        const [step, lives] = [life / 600, 10];
        for (let at = 0; at < 600 * lives; at++) {
          const fate = fateOf(cycler.request());
          await settle(clock);
          if (fate.value?.waited !== false || !fate.value.valid)
            assert.deepEqual(fate, { state: "given" }, `request ${at}`);
          await clock.advance(step);
        }
        const exchanges = target.calls / lives;
        assert.ok(exchanges >= 1 && exchanges < 2.2, `${exchanges} exchanges for each lifetime`);
        assert.ok(life < HOUR || cycler.calls / lives < 60, `${cycler.calls / lives} calls for each lifetime`);
      });
    }

    QUnit.test("a client outlives an outage that goes on beyond the end", async (assert) => {
      const { credential, target, clock } = stage();
      const cycler = cyclerOf(credential, clock);
      await cycler.request();
      const dark = [55 * MINUTE, 70 * MINUTE].map((ms) => clock.now() + ms) as [number, number];
      target.answer = () => {
        if (clock.now() >= dark[0] && clock.now() < dark[1]) throw failure({ code: "ERR_HTTP_NETWORK" });
        return bearer(clock, HOUR);
      };
      for (let at = 0; at < 90 * 12; at++) {
        const fate = fateOf(cycler.request());
        await settle(clock);
        if (!fate.value?.valid || fate.value.waited) assert.deepEqual(fate, { state: "given" }, `request ${at}`);
        await clock.advance(5 * SECOND);
      }
      assert.ok(target.calls < 30, `${target.calls} exchanges`);
    });
  });
};

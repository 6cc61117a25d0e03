/**
 * A day of two SDKs' clients, which keep their tokens in cyclers of their own (that of `bearerTokenAuthenticationPolicy`, which
 * most have, and Key Vault's), with outages of five minutes that begin when a new token is asked for.
 */
import { ResourceManagementClient } from "@azure/arm-resources";
import { SecretClient } from "@azure/keyvault-secrets";
import type { AzureSdkCredential } from "@tokenhop/core/interop/azure-sdk";
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../../harness.ts";
import { rowPrefix } from "../../run.ts";
import { withDayClock } from "./day-clock.ts";
import { withStage } from "./stage.ts";

const { subscriptionId, resourceGroup, vault } = demoIds;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ARM = "https://management.azure.com/.default";

/**
 * How many exchanges of each scope a day of tokens of an hour takes, by hand. The engine renews a token at 42 to 51 minutes of its
 * 60 (70 % to 85 %), when it is asked. A client asks halfway to the end, and halfway again: the last time before the 51st
 * minute, then at most half of what is left later, which is 55.5, and a minute at most until its next request. So there are 42 to
 * 56.5 minutes between two exchanges, and each of the five outages may make one of them 6 minutes longer:
 * (1,440 - 30) / 56.5 = 24.96 to 1,440 / 42 = 34.3 such times in a day, after the first exchange.
 */
const LEAST = 25;
const MOST = 36;
/** Rounds of calls: one a minute, less the few minutes that waits for a retry may take out of the simulated day. */
const ROUNDS = 1_430;

/** Hours after which the next exchange for ARM meets the beginning of an outage. */
const OUTAGES = [2, 7, 12, 17, 22];
const OUTAGE_MS = 5 * MINUTE;
/** The emulator's log is read so seldom, in rounds of calls. It keeps 1,000 records. */
const LOG_EVERY = 60;

export const suite: Suite = (QUnit) => {
  QUnit.module("a day of SDKs", () => {
    QUnit.test("24 hours with outages of 5 minutes, and no call fails", (assert) =>
      withStage(async (remote) => {
        const granted: Record<string, number> = {};
        let refused = 0;
        let outages = 0;
        await withDayClock(remote.setClock, 1, async (day) => {
          const run = async ({ origin, credential, setLifetimes }: typeof remote): Promise<void> => {
            await setLifetimes({ federatedIdentityTokenMs: HOUR });
            let rejected = 0;
            const watched: AzureSdkCredential = {
              getToken: (scopes, options) =>
                credential.getToken(scopes, options).catch((error: unknown) => {
                  rejected++;
                  throw error;
                }),
            };
            const options = { httpClient: day.httpClient };
            const arm = new ResourceManagementClient(watched, subscriptionId, { ...options, endpoint: origin });
            const secrets = new SecretClient(`${origin}/${vault}.vault.azure.net`, watched, {
              ...options,
              disableChallengeResourceVerification: true,
            });
            const calls: readonly (() => Promise<unknown>)[] = [
              () => arm.resources.listByResourceGroup(resourceGroup).next(),
              () => secrets.listPropertiesOfSecrets().next(),
            ];
            const begin = day.now();
            let until = 0;
            day.onExchange(async (scope) => {
              const [hour = 25] = OUTAGES.slice(outages);
              if (scope !== ARM || day.now() < begin + hour * HOUR) return;
              outages++;
              until = day.now() + OUTAGE_MS;
              await remote.setFault({ route: "token", kind: "respond", status: 503, times: "always" });
            });
            const count = async (): Promise<void> => {
              for (const { route, scope = "", outcome } of await remote.log()) {
                if (route !== "token") continue;
                if (outcome === "granted") granted[scope] = (granted[scope] ?? 0) + 1;
                else refused++;
              }
              await remote.clearLog();
            };
            let made = 0;
            for (; day.now() < begin + 24 * HOUR; made++) {
              if (until !== 0 && day.now() >= until) {
                until = 0;
                await remote.clearFaults();
              }
              await day.finish(Promise.all(calls.map((call) => call())));
              if (made % LOG_EVERY === LOG_EVERY - 1) await count();
              await day.pass(MINUTE);
            }
            assert.strictEqual(rejected, 0, "and no call waited until its token was over");
            assert.ok(made >= ROUNDS, `${made} rounds of calls`);
          };
          await withStage(run, { platform: day.platform });
        });
        assert.strictEqual(outages, OUTAGES.length);
        assert.ok(refused >= outages, `${refused} exchanges met an outage`);
        assert.strictEqual(Object.keys(granted).length, 2);
        for (const [scope, exchanges] of Object.entries(granted))
          assert.ok(exchanges >= LEAST && exchanges <= MOST, `${exchanges} exchanges for ${scope}`);
        const told = Object.entries(granted).map(([scope, exchanges]) => `${exchanges} for ${scope}`);
        console.log(
          `${rowPrefix}24 h of SDKs: exchanges ${told.join(", ")} (${LEAST} to ${MOST}); ${refused} met an outage`,
        );
      }),
    );
  });
};

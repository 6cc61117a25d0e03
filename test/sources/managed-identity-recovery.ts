/** Every reply of a managed identity endpoint through a whole provider: the outcome, how often it asked, how long it took. */
import { type BearerToken, defineTarget, federate, isTokenError } from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { manualClock, testPlatform } from "@tokenhop/core/testing";
import { AUDIENCE } from "../contract/wire.ts";
import { fateOf, MINUTE } from "../core/support.ts";
import type { Suite } from "../harness.ts";
import { appService, seconds } from "./managed-identity-cases.ts";
import { makeReplyRows, type Played, type ReplyRow } from "./managed-identity-replies.ts";

const endpoints = { IMDS: {}, "App Service": appService } as const;

/** Hands the managed identity's own token on, so that nothing but the source is tried. */
const asItself = defineTarget({
  name: "as-itself",
  identity: ["as-itself"],
  audience: AUDIENCE,
  produces: "platform",
  async exchange({ token, expiresAt }): Promise<BearerToken> {
    return { kind: "bearer", token, expiresAt: expiresAt ?? 0 };
  },
});

function play(played: Played, signal: AbortSignal | null | undefined): Promise<Response> {
  if (played === "refused") return Promise.reject(new TypeError("fetch failed"));
  if (played === "hang") {
    return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason)));
  }
  return Promise.resolve(new Response(played.body, { status: played.status, headers: { ...played.headers } }));
}

/** What came of one `get`, when, and how often the endpoint was asked. */
async function outcomeOf({ replies }: ReplyRow, env: Readonly<Record<string, string>>, random: number) {
  const clock = manualClock();
  const hosts = new Set<string>();
  let attempts = 0;
  let took = 0;
  const provider = federate({
    from: managedIdentity(),
    to: asItself,
    platform: testPlatform({
      clock,
      env,
      random: () => random,
      fetch(input, init) {
        hosts.add(new URL(String(input)).host);
        const played = replies[Math.min(attempts++, replies.length - 1)] as Played;
        return play(played, init?.signal);
      },
    }),
  });
  const call = provider.get();
  const ended = (): void => {
    took = clock.monotonic();
  };
  call.then(ended, ended);
  const fate = fateOf(call);
  await clock.advance(3 * MINUTE);
  const { value, error } = fate;
  const outcome = value ? "token" : isTokenError(error) ? error.code : fate.state;
  const message = error instanceof Error ? error.message : "";
  return { outcome, attempts, took, message, hosts: [...hosts], expiresAt: value?.expiresAt };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("table: replies of managed identity endpoints", () => {
    for (const [endpoint, env] of Object.entries(endpoints)) {
      for (const row of makeReplyRows()) {
        QUnit.test(`${endpoint}: ${row.name}`, async (assert) => {
          const longest = await outcomeOf(row, env, 1);
          assert.deepEqual(
            { outcome: longest.outcome, attempts: longest.attempts, took: longest.took },
            { outcome: row.outcome, attempts: row.attempts, took: row.longestMs },
          );
          const middle = await outcomeOf(row, env, 0.5);
          assert.deepEqual([middle.attempts, middle.took], [row.attempts, row.middleMs]);
          assert.ok(longest.took <= 70_000, "no longer than IMDS may be updated");
          assert.ok(longest.message.includes(row.says ?? ""), longest.message);
          assert.deepEqual(longest.hosts, [endpoint === "IMDS" ? "169.254.169.254" : "169.254.131.2:8081"]);
          if (row.outcome === "token") assert.strictEqual(longest.expiresAt, (seconds + 300) * 1000);
        });
      }
    }
  });
};

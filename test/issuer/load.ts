/**
 * Rotation while tokens are minted and verified, in simulated time: two processes of one issuer, the second one's clock behind, and
 * verifiers that keep the JWKS for an hour, whatever happens in it, and look for no key that they do not know.
 *
 * ES256 for the bulk, because a signature of RSA costs some runtimes milliseconds; RS256 in the same course for a twentieth of it.
 */
import { createIssuer, type Issuer, type IssuerOptions, type SigningAlgorithm } from "@tokenhop/issuer";
import { createLocalJWKSet, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { AUDIENCE, DAY, type FakeStore, fakeStore, HOUR, ISSUER, MINUTE, published, SUBJECT } from "./support.ts";

const START = Date.UTC(2026, 0, 1);
const BEHIND_MS = 2 * MINUTE;
const CACHED_MS = HOUR;
const EVERY_MS = 2 * DAY;
/** Three rotations, and what comes before and after them. */
const COURSE_MS = 7.5 * DAY;

interface Clock {
  time: number;
}

const process = (store: FakeStore, clock: Clock, behindMs: number, more: Partial<IssuerOptions>): Issuer =>
  createIssuer({
    issuer: ISSUER,
    keyStore: store,
    subjects: [SUBJECT],
    audiences: [AUDIENCE],
    profiles: [],
    rotation: { everyMs: EVERY_MS, publishAheadMs: 6 * HOUR },
    platform: { now: () => clock.time - behindMs, sleep: () => new Promise(() => {}), requestBoundIo: false },
    ...more,
  });

/** Keeps what it fetched for an hour, as long as nobody tells it to look again. */
function verifier(issuer: () => Issuer, clock: Clock) {
  let dueAt = clock.time;
  let keys: ReturnType<typeof createLocalJWKSet> | undefined;
  return {
    refetch: () => {
      dueAt = clock.time;
    },
    async accepts(token: string): Promise<boolean> {
      if (keys === undefined || clock.time >= dueAt) {
        keys = createLocalJWKSet(await published({ issuer: issuer() }));
        dueAt = clock.time + CACHED_MS;
      }
      const rules = { issuer: ISSUER, audience: AUDIENCE, currentDate: new Date(clock.time) };
      return jwtVerify(token, keys, rules).then(
        () => true,
        () => false,
      );
    },
  };
}

interface Outcome {
  readonly minted: number;
  readonly failed: readonly string[];
  readonly kids: readonly string[];
}

/** Mints so many tokens of an hour evenly over the course, and verifies each at some moment of its life, the last ones included. */
async function course(algorithm: SigningAlgorithm, count: number, shift = 0): Promise<Outcome> {
  const clock: Clock = { time: START };
  const store = fakeStore();
  const processes = [0, BEHIND_MS].map((behindMs) => process(store, clock, behindMs, { algorithm })) as [
    Issuer,
    Issuer,
  ];
  const verifiers = [0, 1, 0].map((at) => verifier(() => processes[at] as Issuer, clock));
  const waiting: { readonly token: string; readonly at: number; readonly kid: string }[] = [];
  const failed: string[] = [];
  const kids: string[] = [];
  let verified = 0;
  const verifyDue = async (until: number): Promise<void> => {
    waiting.sort((a, b) => b.at - a.at);
    for (let next = waiting.at(-1); next !== undefined && next.at <= until; next = waiting.at(-1)) {
      waiting.pop();
      clock.time = Math.max(clock.time, next.at);
      const good = await verifiers[verified++ % verifiers.length]?.accepts(next.token);
      if (!good) failed.push(`${next.kid} ${new Date(next.at).toISOString()}`);
    }
  };
  for (let at = 0; at < count; at++) {
    const now = START + Math.floor(((at + shift) * COURSE_MS) / count);
    await verifyDue(now);
    clock.time = now;
    const issuer = processes[at % 2] as Issuer;
    const { token, expiresAt, kid } = await issuer.mint({ subject: SUBJECT, audience: AUDIENCE, lifetimeMs: HOUR });
    if (at % 500 === 0) canary(token.reveal());
    if (!kids.includes(kid)) kids.push(kid);
    // At once, in its last second, and everything between. The clock behind issues it for two minutes less.
    const share = [0, 1, 0.5, 0.99, 0.25][at % 5] as number;
    waiting.push({ token: token.reveal(), at: now + Math.floor(share * (expiresAt - 1 - now)), kid });
  }
  await verifyDue(Number.POSITIVE_INFINITY);
  return { minted: verified, failed, kids };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("issuer, rotation under load", () => {
    // Four courses, each a little later than the one before: the whole would be near the time that a test may take on Deno.
    for (const quarter of [1, 2, 3, 4]) {
      QUnit.test(`10,000 tokens of ES256 across three rotations, quarter ${quarter}: none fails`, async (assert) => {
        const { minted, failed, kids } = await course("ES256", 2_500, quarter / 4);
        assert.deepEqual([minted, kids.length, failed.slice(0, 5)], [2_500, 4, []]);
      });
    }

    QUnit.test("500 tokens of RS256 in the same course: none fails", async (assert) => {
      const { minted, failed, kids } = await course("RS256", 500);
      assert.deepEqual([minted, kids.length, failed.slice(0, 5)], [500, 4, []]);
    });
  });

  QUnit.module("issuer, emergency", () => {
    const emergencies: readonly {
      readonly name: string;
      /** Carries it out, and gives the processes as they are then. */
      run(store: FakeStore, clock: Clock, processes: readonly Issuer[]): Promise<readonly Issuer[]>;
      /** When the other process knows. */
      readonly knownAfterMs: number;
    }[] = [
      {
        name: 'dropKeys("signing")',
        knownAfterMs: MINUTE,
        run: async (_store, _clock, processes) => {
          await processes[0]?.dropKeys("signing");
          return processes;
        },
      },
      {
        name: "dropKeys([kid])",
        knownAfterMs: MINUTE,
        run: async (store, _clock, processes) => {
          await processes[0]?.dropKeys([store.ring?.keys.at(-1)?.kid ?? ""]);
          return processes;
        },
      },
      {
        name: "keysFrom, deployed to every process",
        knownAfterMs: 0,
        run: async (store, clock) =>
          [0, BEHIND_MS].map((behindMs) =>
            process(store, clock, behindMs, { algorithm: "ES256", keysFrom: clock.time - BEHIND_MS }),
          ),
      },
    ];

    for (const { name, run, knownAfterMs } of emergencies) {
      QUnit.test(
        `${name}: tokens of the dropped key are refused as soon as a verifier refetches, new ones verify`,
        async (assert) => {
          const clock: Clock = { time: START };
          const store = fakeStore();
          let processes: readonly Issuer[] = [0, BEHIND_MS].map((behindMs) =>
            process(store, clock, behindMs, { algorithm: "ES256" }),
          );
          const mintAt = async (at: number) => {
            const minted = await (processes[at] as Issuer).mint({
              subject: SUBJECT,
              audience: AUDIENCE,
              lifetimeMs: HOUR,
            });
            return { ...minted, text: canary(minted.token.reveal()) };
          };
          clock.time += 10 * MINUTE;
          const old = [await mintAt(0), await mintAt(1)];
          assert.strictEqual(old[0]?.kid, old[1]?.kid);
          const dropped = old[0]?.kid;
          clock.time += 5 * MINUTE;
          const one = verifier(() => processes[0] as Issuer, clock);
          for (const { text } of old) assert.ok(await one.accepts(text));

          processes = await run(store, clock, processes);
          const fresh = await mintAt(0);
          assert.ok(fresh.kid !== dropped, "at once");
          for (const { text } of old) assert.ok(await one.accepts(text), "who has not looked cannot know");
          const other = verifier(() => processes[0] as Issuer, clock);
          for (const { text } of old) assert.notOk(await other.accepts(text));
          assert.ok(await other.accepts(fresh.text));

          clock.time += knownAfterMs;
          const elsewhere = await mintAt(1);
          assert.strictEqual(elsewhere.kid, fresh.kid, "the other process knows");
          assert.ok(await other.accepts(elsewhere.text));
          const there = verifier(() => processes[1] as Issuer, clock);
          for (const { text } of old) assert.notOk(await there.accepts(text));
          one.refetch();
          for (const { text } of old) assert.notOk(await one.accepts(text));
          assert.ok((await one.accepts(fresh.text)) && (await one.accepts(elsewhere.text)));
        },
      );
    }

    QUnit.test(
      "the next key, already published, takes over: whoever has looked since needs not look again",
      async (assert) => {
        const clock: Clock = { time: START };
        const store = fakeStore();
        const issuer = process(store, clock, 0, { algorithm: "ES256" });
        const mint = async () => issuer.mint({ subject: SUBJECT, audience: AUDIENCE });
        await mint();
        clock.time += EVERY_MS - 3 * HOUR;
        const old = await mint();
        const one = verifier(() => issuer, clock);
        assert.ok(await one.accepts(old.token.reveal()));
        await issuer.dropKeys("signing");
        const fresh = await mint();
        assert.ok(fresh.kid !== old.kid);
        assert.ok(await one.accepts(fresh.token.reveal()), "from its cache");
        one.refetch();
        assert.notOk(await one.accepts(old.token.reveal()));
      },
    );
  });
};

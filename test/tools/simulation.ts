/** Whether the simulation of refresh times can be believed: what must add up, and what can be worked out by hand. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { runProcess } from "../../tools/lib/process.ts";
import { simulateCommand } from "../bench/simulate/command.ts";
import type { Contender } from "../bench/simulate/instance.ts";
import { contenders } from "../bench/simulate/policies.ts";
import { createQueue } from "../bench/simulate/queue.ts";
import { fixedCalls, poissonCalls, seeded } from "../bench/simulate/random.ts";
import { documentedSeed, rowOf } from "../bench/simulate/report.ts";
import { tables } from "../bench/simulate/scenarios.ts";
import { createServer, type ServerOptions } from "../bench/simulate/server.ts";
import { type Result, type Setup, simulate } from "../bench/simulate/world.ts";
import type { Suite } from "../harness.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const contender = (name: string): Contender => contenders.find((one) => one.name === name) as Contender;
const hour: ServerOptions = { lifetime: { minMs: HOUR, maxMs: HOUR }, latencyMs: [100, 300] };

const run = (setup: Partial<Setup>): Result =>
  simulate({
    contender: contender("default"),
    server: hour,
    instances: 100,
    startWithinMs: HOUR,
    callEveryMs: 1_000,
    endMs: 5 * HOUR,
    seed: 7,
    ...setup,
  });

const outage = (fromMs: number, minutes: number): ServerOptions => ({
  ...hour,
  outage: { fromMs, toMs: fromMs + minutes * MINUTE, recovery: "retry" },
});

/** An outage of a fleet whose credentials have all ages. */
const amidOutage = (name: string, minutes: number): Result => {
  const [fromMs, toMs] = [11 * HOUR, 11 * HOUR + minutes * MINUTE];
  const whole = { instances: 3_000, startWithinMs: 10 * HOUR, callEveryMs: 5_000, endMs: toMs + MINUTE };
  return run({ ...whole, contender: contender(name), server: outage(fromMs, minutes), window: [fromMs, toMs] });
};

const near = (actual: number, expected: number, share: number): boolean =>
  Math.abs(actual - expected) <= share * expected;

export const suite: Suite = (QUnit) => {
  QUnit.module("simulation, chance and order", () => {
    QUnit.test("takes what is queued in the order of time", (assert) => {
      const property = fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 }),
        (times) => {
          const queue = createQueue(times.length);
          times.forEach((at, id) => {
            queue.push(at, id);
          });
          const taken = times.map(() => queue.pop()).map((next) => [next?.at ?? -1, next?.id ?? -1] as const);
          const sorted = times.map((at, id) => [at, id] as const).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
          return JSON.stringify(taken) === JSON.stringify(sorted) && queue.pop() === undefined;
        },
      );
      fc.assert(property, { seed: 1 });
      assert.ok(true);
    });

    QUnit.test("draws evenly, and calls as often as it should", (assert) => {
      const random = seeded(3);
      const tenths = new Uint32Array(10);
      for (let draw = 0; draw < 100_000; draw++) {
        const tenth = Math.floor(10 * random());
        tenths[tenth] = (tenths[tenth] ?? 0) + 1;
      }
      assert.ok(
        tenths.every((count) => near(count, 10_000, 0.04)),
        `${tenths}`,
      );
      for (const calls of [poissonCalls(500, random), fixedCalls(500, () => 17)]) {
        let [at, count] = [0, 0];
        for (; at < 10_000_000; at = calls.after(0, at)) count++;
        assert.ok(near(count, 20_000, 0.02), `${count}`);
      }
    });

    QUnit.test("gives the same for the same seed, and something else for another", (assert) => {
      const setup = { server: outage(2 * HOUR, 20), instances: 50 };
      assert.deepEqual(run(setup), run(setup));
      assert.notStrictEqual(JSON.stringify(run(setup)), JSON.stringify(run({ ...setup, seed: 8 })));
    });
  });

  QUnit.module("simulation, what must add up", () => {
    const troubles: Readonly<Record<string, ServerOptions>> = {
      "no trouble": hour,
      "an outage": outage(2 * HOUR, 50),
      throttling: { ...hour, throttle: { fromMs: 0, perSecond: 2, retryAfterMs: 10_000 } },
    };
    for (const [name, server] of Object.entries(troubles)) {
      QUnit.test(`each request is answered, refused or throttled: ${name}`, (assert) => {
        for (const one of contenders) {
          const { requests, requestsInWindow, tally } = run({ server, contender: one, startWithinMs: 0 });
          assert.strictEqual(tally.answered + tally.refused + tally.throttled, requests);
          assert.strictEqual(requestsInWindow, requests);
          assert.strictEqual(tally.refused > 0, name === "an outage");
          if (name !== "throttling") assert.strictEqual(tally.throttled, 0);
        }
      });
    }

    QUnit.test("without trouble nobody waits after the first credential, and nobody fails", (assert) => {
      for (const one of contenders.filter(({ absentMs }) => absentMs === undefined)) {
        const { waited, failed, tally } = run({ contender: one, window: [HOUR + MINUTE, 5 * HOUR] });
        assert.deepEqual([waited, failed, tally.refused], [0, 0, 0], one.name);
      }
      const cold = run({ endMs: HOUR / 2, startWithinMs: 0 });
      assert.ok(cold.waited >= 100 && cold.waited < 200, `${cold.waited} of 100 instances' first calls`);
      assert.strictEqual(cold.requests, 100);
    });

    QUnit.test("twice the fleet sends twice the requests", (assert) => {
      const [once, twice] = [run({ instances: 500 }), run({ instances: 1_000 })];
      assert.ok(near(twice.requests, 2 * once.requests, 0.01), `${once.requests}, ${twice.requests}`);
    });

    QUnit.test("a server that throttles answers no more than it allows", (assert) => {
      const throttle = { fromMs: 0, perSecond: 20, retryAfterMs: 1_000 };
      const server = createServer({ ...hour, throttle }, MINUTE, seeded(1));
      for (let at = 0; at < 30_000; at += 10) server.ask(at);
      assert.strictEqual(server.tally.answered, 20 * 30 + 20 - 1);
      assert.strictEqual(server.tally.throttled, 3_000 - server.tally.answered);
    });
  });

  QUnit.module("simulation, what can be worked out by hand", () => {
    QUnit.test("requests per hour: one in each refresh time", (assert) => {
      const shares = { default: 0.775, half: 0.5, "90 %": 0.9, tokenex: 1 - 5.25 / 60 };
      for (const [name, share] of Object.entries(shares)) {
        const window = [HOUR + MINUTE, 21 * HOUR] as const;
        const { requestsPerHour } = run({ contender: contender(name), endMs: 21 * HOUR, window, startWithinMs: HOUR });
        assert.ok(near(requestsPerHour, 1 / share, 0.02), `${name}: ${requestsPerHour}`);
      }
    });

    QUnit.test("an outage that every credential outlives costs no call", (assert) => {
      for (const [name, minutes] of Object.entries({ default: 8.8, half: 29.8, tokenex: 4.8, "60 to 80 %": 11.8 })) {
        assert.strictEqual(amidOutage(name, minutes).failed, 0, name);
      }
    });

    QUnit.test("calls that fail: the mean of what an outage lasts longer than the credential", (assert) => {
      // A credential of R minutes' use has all ages up to R alike; of age a it ends 60 - a minutes later. That leaves, of an
      // outage of 30 minutes, the mean of (R - 30)² / 2 by the mean of 30 R; R lies evenly between two ends.
      const between = (low: number, high: number): number => {
        const square = ((high - 30) ** 3 - (low - 30) ** 3) / (3 * (high - low));
        return square / 2 / (30 * ((low + high) / 2));
      };
      for (const [name, low, high] of [
        ["default", 42, 51],
        ["60 to 80 %", 36, 48],
        ["80 to 95 %", 48, 57],
      ] as const) {
        const { failed, calls } = amidOutage(name, 30);
        assert.ok(near(failed / calls, between(low, high), 0.1), `${name}: ${failed / calls}, ${between(low, high)}`);
      }
    });

    QUnit.test("a fleet without jitter refreshes as it was started, one with jitter over its window", (assert) => {
      const fleet = { instances: 5_000, startWithinMs: 0, endMs: 58 * MINUTE, window: [MINUTE, 58 * MINUTE] as const };
      // By chance e⁻¹ of the calls at one a second come later than a second.
      assert.ok(run({ ...fleet, contender: contender("half") }).peak > 5_000 / 3);
      const { peak } = run(fleet);
      const mean = 5_000 / (0.15 * 3_600);
      assert.ok(peak >= mean && peak < mean + 6 * Math.sqrt(mean), `${peak}`);
    });
  });

  QUnit.module("npm run bench", () => {
    QUnit.test("lists what there is, and says what there is not", async (assert) => {
      const bench = (...args: readonly string[]) =>
        runProcess(process.execPath, ["--conditions=tokenhop-source", "test/bench/run.ts", ...args], {
          timeoutMs: 20_000,
          cwd: fileURLToPath(new URL("../..", import.meta.url)),
        });
      const [nothing, unknown] = [await bench(), await bench("nonsense")];
      assert.ok(nothing.code === 0 && /^ {2}simulate /m.test(nothing.stdout), nothing.output);
      assert.ok(unknown.code === 1 && unknown.output.includes("no benchmark nonsense"), unknown.output);
    });

    QUnit.test("simulate writes nothing that is not the whole simulation", async (assert) => {
      for (const more of [["--quick"], ["--seed", "2"]]) {
        await assert.rejects(simulateCommand(["--write", ...more]), (error) =>
          /--write goes with no/.test(String(error)),
        );
      }
    });

    QUnit.test("docs/refresh.md has the numbers of today's presets", (assert) => {
      const lines = readFileSync(new URL("../../docs/refresh.md", import.meta.url), "utf8").split("\n");
      const presets = contenders.slice(0, 2);
      // The outages would take too long here; what they rest on is the same.
      for (const row of [
        ...(tables[0]?.rows ?? []),
        ...(tables[1]?.rows ?? []),
        ...(tables[3]?.rows.slice(0, 5) ?? []),
      ]) {
        const [cells] = rowOf(row, { contenders: presets, seed: documentedSeed, quick: false });
        const start = `| ${cells.join(" | ")} |`;
        assert.ok(
          lines.some((line) => line.startsWith(start)),
          `${start}: npm run bench -- simulate --write`,
        );
      }
    });
  });
};

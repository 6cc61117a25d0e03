/** What is simulated: the rows of each table, and how a cell is read from a result. */
import type { Lifetime } from "./server.ts";
import type { Result, Setup } from "./world.ts";

const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** A run of which only the contender and the seed are open. */
export type Scenario = Omit<Setup, "contender" | "seed">;

export interface Row {
  readonly label: string;
  readonly scenario: Scenario;
  cell(result: Result): string;
}

export interface Table {
  readonly title: string;
  readonly text: string;
  readonly rows: readonly Row[];
}

const latencyMs = [100, 300] as const;
const fixed = (ms: number): Lifetime => ({ minMs: ms, maxMs: ms });

const hour = fixed(HOUR_MS);
const hourOrMore: Lifetime = { minMs: HOUR_MS, maxMs: 1.5 * HOUR_MS };
const day = fixed(24 * HOUR_MS);
const dayWithAdvice: Lifetime = { ...day, advice: 0.5 };
const dayOrSo: Lifetime = { minMs: 20 * HOUR_MS, maxMs: 28 * HOUR_MS, advice: 0.5 };
const fiveMinutes = fixed(5 * MINUTE_MS);
const tenSeconds = fixed(10 * SECOND_MS);

/** Three digits that matter. */
function short(value: number, most = 2): string {
  if (value > 0 && value < 0.01) return "< 0.01";
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : value >= 1 ? 2 : most);
}

const of = (part: number, calls: number): string => (part === 0 ? "0" : short(part / calls));

const perHour = ({ requestsPerHour }: Result): string => short(requestsPerHour, 3);
const peak = (result: Result): string => String(result.peak);
const refusedEach = ({ tally, instances }: Result): string => of(tally.throttled, instances);
const waitedOfThousand = ({ waited, calls }: Result): string => of(1_000 * waited, calls);
const failedOfThousand = ({ failed, calls }: Result): string => of(1_000 * failed, calls);
const percentFailed = ({ failed, calls }: Result): string => of(100 * failed, calls);

/** Instances of all ages at a server without trouble, watched for as long as many lifetimes. */
function calm(lifetime: Lifetime, callEveryMs: number, instances: number): Scenario {
  const startWithinMs = lifetime.maxMs;
  const endMs = startWithinMs + Math.max(10 * lifetime.maxMs, 15 * MINUTE_MS);
  const window = [startWithinMs + MINUTE_MS, endMs] as const;
  return { server: { lifetime, latencyMs }, instances, startWithinMs, callEveryMs, endMs, window };
}

const busy = (lifetime: Lifetime): Scenario => calm(lifetime, SECOND_MS, 200);
const rare = (lifetime: Lifetime): Scenario => calm(lifetime, 5 * MINUTE_MS, 2_000);

/** Instances of all ages when the server goes down. */
function outage(lifetime: Lifetime, minutes: number, instances = 2_000, callEveryMs = 10 * SECOND_MS): Scenario {
  const startWithinMs = 10 * lifetime.maxMs;
  const fromMs = startWithinMs + lifetime.maxMs;
  const toMs = fromMs + minutes * MINUTE_MS;
  const server = { lifetime, latencyMs, outage: { fromMs, toMs, recovery: "retry" } } as const;
  return { server, instances, startWithinMs, callEveryMs, endMs: toMs + 5 * MINUTE_MS, window: [fromMs, toMs] };
}

/** An outage of a fleet, with what comes after it. */
function outageOfFleet(lifetime: Lifetime, minutes: number, instances: number): Scenario {
  const scenario = outage(lifetime, minutes, instances, SECOND_MS);
  return { ...scenario, window: [scenario.window?.[0] ?? 0, scenario.endMs] };
}

/** A fleet that started at one moment; what is counted comes after its first credentials. */
function fleet(lifetime: Lifetime, instances: number): Scenario {
  const endMs = 3 * lifetime.maxMs;
  const server = { lifetime, latencyMs };
  return { server, instances, startWithinMs: 0, callEveryMs: SECOND_MS, endMs, window: [MINUTE_MS, endMs] };
}

/** The same at a server that allows so many requests a second when the first credentials are to be refreshed. */
function throttled(lifetime: Lifetime, instances: number, perSecond: number): Scenario {
  const scenario = fleet(lifetime, instances);
  const throttle = { fromMs: MINUTE_MS, perSecond, retryAfterMs: 10 * SECOND_MS };
  const endMs = lifetime.maxMs + 10 * MINUTE_MS;
  return { ...scenario, server: { ...scenario.server, throttle }, endMs, window: [MINUTE_MS, endMs] };
}

const row = (label: string, scenario: Scenario, cell: Row["cell"]): Row => ({ label, scenario, cell });
const count = (value: number): string => value.toLocaleString("en-US");

export const tables: readonly Table[] = [
  {
    title: "Requests of one instance per hour",
    text: "The server has no trouble, each instance is called once a second.",
    rows: [
      row("1 h", busy(hour), perHour),
      row("60 to 90 min", busy(hourOrMore), perHour),
      row("24 h", busy(day), perHour),
      row("24 h, advice at 12 h", busy(dayWithAdvice), perHour),
      row("5 min", busy(fiveMinutes), perHour),
      row("10 s", busy(tenSeconds), perHour),
    ],
  },
  {
    title: "Calls that wait, of 1,000",
    text: "The server has no trouble, and no call fails. *Busy* is a call a second, *rare* one in five minutes.",
    rows: [
      row("busy, 1 h", busy(hour), waitedOfThousand),
      row("busy, 5 min", busy(fiveMinutes), waitedOfThousand),
      row("busy, 10 s", busy(tenSeconds), waitedOfThousand),
      row("rare, 1 h", rare(hour), waitedOfThousand),
      row("rare, 60 to 90 min", rare(hourOrMore), waitedOfThousand),
      row("rare, 24 h", rare(day), waitedOfThousand),
    ],
  },
  {
    title: "Calls that fail during an outage, per cent",
    text: "For so long every request is answered with 503. Credentials of all ages, a call in ten seconds.",
    rows: [
      ...[1, 5, 10, 15, 20, 30, 60].map((minutes) =>
        row(`1 h, out for ${minutes} min`, outage(hour, minutes, minutes < 60 ? 2_000 : 1_000), percentFailed),
      ),
      row("60 to 90 min, out for 30 min", outage(hourOrMore, 30), percentFailed),
      row("24 h, out for 60 min", outage(day, 60), percentFailed),
    ],
  },
  {
    title: "Most requests in one second",
    text: "Instances that started in the same second, after their first credentials; a call a second.",
    rows: [
      ...[1, 10, 100, 1_000, 10_000].map((instances) => row(`1 h, ${count(instances)}`, fleet(hour, instances), peak)),
      row("60 to 90 min, 10,000", fleet(hourOrMore, 10_000), peak),
      row("24 h, 10,000", fleet(day, 10_000), peak),
      row("24 h, advice at half, 10,000", fleet(dayWithAdvice, 10_000), peak),
      row("20 to 28 h, advice at half, 10,000", fleet(dayOrSo, 10_000), peak),
      row("1 h, 10,000 of all ages, 20 min out and 5 min after", outageOfFleet(hour, 20, 10_000), peak),
    ],
  },
  {
    title: "A server that throttles",
    text:
      "10,000 instances that started in the same second, 1 h, a call a second. When they refresh, what is more than so many " +
      "requests a second is answered with 429 and `Retry-After: 10`. Of the first 70 minutes.",
    rows: [100, 20].flatMap((perSecond) => {
      const scenario = throttled(hour, 10_000, perSecond);
      return [
        row(`${perSecond}/s: answers 429 per instance`, scenario, refusedEach),
        row(`${perSecond}/s: waiting calls, of 1,000`, scenario, waitedOfThousand),
        row(`${perSecond}/s: failed calls, of 1,000`, scenario, failedOfThousand),
      ];
    }),
  },
];

/** For a look: fleets a tenth as large. */
export const quick = (scenario: Scenario): Scenario => ({
  ...scenario,
  instances: Math.ceil(scenario.instances / 10),
});

/** One cell of the matrix: brings a provider into a state, makes the fault, and tells what was seen. */
import type { BearerToken, EngineEvent, ErrorCode } from "@tokenhop/core";
import type { Row, State } from "./matrix.ts";
import type { CellLog, Hop } from "./protocol.ts";
import type { Table } from "./tables.ts";
import { type Answer, openWorld, type World } from "./world.ts";

/** What a caller was given, in the words of the table. */
type Got = string;

export type Asked = Readonly<Record<Hop, number>>;

export interface Seen {
  readonly gets: Got;
  readonly waitsMs: number | null;
  /** By the engine, while there was the fault. */
  readonly asked: Asked;
  /** What failed, by the events: endpoint and code, each once. */
  readonly told: readonly string[];
  /** A second caller, 5 s after the first, where something was held inside the margin. */
  readonly second: Got | undefined;
  readonly meanwhile: Got | null;
  /** Requests during that time. */
  readonly idle: Asked;
  /** The last caller, once the fault is over and everything has come to its end; and what it took. */
  readonly last: Got;
  readonly recovery: Asked;
  readonly log: CellLog;
  /** For the search for tokens. */
  readonly events: readonly EngineEvent[];
  readonly errors: readonly unknown[];
}

const minus = (a: Asked, b: Asked): Asked => ({ source: a.source - b.source, target: a.target - b.target });

interface Failed {
  readonly at: number;
  readonly hop: Hop;
  readonly code: ErrorCode;
}

function failuresIn(events: readonly EngineEvent[]): Failed[] {
  return events.flatMap((event) =>
    event.type === "refresh-end" && event.outcome === "error"
      ? [{ at: event.at, hop: event.hop, code: event.error.code }]
      : [],
  );
}

/** Obtains the credential that the table calls held, and lets it get old. */
async function prime(world: World, state: State, ageS: number): Promise<BearerToken | undefined> {
  if (state === "cold") return undefined;
  const { credential } = await world.call();
  if (credential === undefined) throw new Error("There was no credential to begin with");
  await world.passTo(world.clock.monotonic() + ageS * 1000);
  return credential;
}

/** Plays a row of a table. */
export async function visit({ hop, settings }: Table, [fault, state, , , , , , againMs]: Row): Promise<Seen> {
  const setting = settings[state];
  if (setting === undefined) throw new Error(`The table has no state ${state}`);
  const world = await openWorld(fault, { lifetimesS: { source: setting.identityS } });
  await using _ = world.provider;
  const held = await prime(world, state, setting.ageS);
  const errors: unknown[] = [];
  const call = async (): Promise<Answer & { readonly gets: Got }> => {
    const answer = await world.call();
    if (answer.error !== undefined) errors.push(answer.error);
    return { ...answer, gets: answer.code ?? (answer.credential === held ? "held" : "new") };
  };
  const asked = (): Asked => ({ source: world.asked.source.length, target: world.asked.target.length });

  const before = asked();
  const begunAt = world.clock.monotonic();
  const begunEvents = world.events.length;
  await world.program({ plays: { [hop]: fault } });
  const { gets, waitedMs } = await call();
  let second: Got | undefined;
  if (state === "margin") {
    await world.passTo(begunAt + 5_000);
    second = (await call()).gets;
  }
  await world.drain();
  const during = minus(asked(), before);

  const failures = failuresIn(world.events.slice(begunEvents));
  const failedAt = Number(failures.at(-1)?.at) - (world.clock.now() - world.clock.monotonic());
  const atRest = asked();
  let meanwhile: Got | null = null;
  if (againMs > 0) {
    await world.passTo(failedAt + againMs - 1);
    meanwhile = (await call()).gets;
    await world.drain();
  }
  const idle = minus(asked(), atRest);

  await world.program({ plays: { [hop]: "good" } });
  if (againMs > 0) await world.passTo(failedAt + againMs);
  const beforeLast = asked();
  await call();
  await world.drain();
  const last = (await call()).gets;
  const recovery = minus(asked(), beforeLast);
  const told = [...new Set(failures.map((failed) => `${failed.hop} ${failed.code}`))].sort();
  // Before the provider is closed, which would end whatever it had left behind.
  const log = await world.cell.log();
  const { events } = world;
  return { gets, waitsMs: waitedMs, asked: during, told, second, meanwhile, idle, last, recovery, log, events, errors };
}

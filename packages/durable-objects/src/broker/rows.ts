/**
 * What survives an eviction: by a provider's name when its credential is due and when somebody last asked for it ahead of that.
 * Nothing else is ever stored. Storage that fails costs no request anything: then no more is known than memory has.
 */

/** What is known of one provider. */
export interface Row {
  /** When its credential is renewed, epoch ms. */
  readonly nextDueAt: number;
  /** When it was last asked for in its window; absent as long as it was not. Then it is renewed when due, else it is left to end. */
  readonly lastDemandAt?: number | undefined;
}

/** As much of an object's storage as is used. */
export interface RowStorage {
  list<T>(options: { prefix: string }): Promise<ReadonlyMap<string, T>>;
  put<T>(key: string, value: T, options: { allowUnconfirmed: boolean }): Promise<void>;
  delete(key: string, options: { allowUnconfirmed: boolean }): Promise<unknown>;
  getAlarm(): Promise<number | null>;
  setAlarm(at: number, options: { allowUnconfirmed: boolean }): Promise<void>;
  deleteAlarm(options: { allowUnconfirmed: boolean }): Promise<void>;
}

/** The rows, in memory. What changes is written behind the answer. */
export interface Rows {
  /** Resolves when what is stored is known. */
  load(): Promise<void>;
  get(name: string): Row | undefined;
  names(): readonly string[];
  /** Without a row it is forgotten. */
  set(name: string, row: Row | undefined): void;
  /** The names of those that are to be renewed by now. */
  due(now: number): readonly string[];
  /** The alarm rings, so none is set. */
  rang(): void;
  /** Has the object woken when the first is due that somebody asked for, if there is one. */
  arm(): void;
}

const PREFIX = "broker:";
/** The answer does not wait for the disk, and is not held back when that fails. */
const behind = { allowUnconfirmed: true };

function isRow(value: unknown): value is Row {
  const { nextDueAt, lastDemandAt = 0 } = Object(value) as { nextDueAt?: unknown; lastDemandAt?: unknown };
  return Number.isFinite(nextDueAt) && Number.isFinite(lastDemandAt);
}

/** @param log Told that storage failed. */
export function createRows(storage: RowStorage, log: (what: string) => void): Rows {
  const rows = new Map<string, Row>();
  let loading: Promise<void> | undefined;
  /** When the alarm rings, if it is set. */
  let alarmAt: number | undefined;

  async function safely(what: string, work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
    } catch {
      log(`Cannot ${what} the broker's storage`);
    }
  }

  const read = async (): Promise<void> => {
    const [stored, alarm] = await Promise.all([storage.list<unknown>({ prefix: PREFIX }), storage.getAlarm()]);
    alarmAt = alarm ?? undefined;
    for (const [key, row] of stored) {
      const name = key.slice(PREFIX.length);
      // What was learnt meanwhile is newer.
      if (isRow(row) && !rows.has(name)) rows.set(name, row);
    }
  };

  /** One alarm for all: the earliest that somebody asked for. */
  function arm(): void {
    const wanted = [...rows.values()].filter(({ lastDemandAt }) => lastDemandAt !== undefined);
    const at = wanted.length > 0 ? Math.min(...wanted.map(({ nextDueAt }) => nextDueAt)) : undefined;
    if (at === alarmAt) return;
    alarmAt = at;
    safely("set an alarm in", async () => {
      try {
        await (at === undefined ? storage.deleteAlarm(behind) : storage.setAlarm(at, behind));
      } catch (error) {
        // The next change tries again.
        alarmAt = undefined;
        throw error;
      }
    });
  }

  return {
    load() {
      loading ??= safely("read", read);
      return loading;
    },
    get: (name) => rows.get(name),
    names: () => [...rows.keys()],
    set(name, row) {
      if (row) rows.set(name, row);
      else rows.delete(name);
      safely("write", () => (row ? storage.put(PREFIX + name, row, behind) : storage.delete(PREFIX + name, behind)));
      arm();
    },
    due: (now) =>
      [...rows]
        .filter(([, { nextDueAt, lastDemandAt }]) => lastDemandAt !== undefined && nextDueAt <= now)
        .map(([name]) => name),
    rang() {
      alarmAt = undefined;
    },
    arm,
  };
}

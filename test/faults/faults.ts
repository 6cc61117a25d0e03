/** The matrix: every fault, in every state of what is held, at both endpoints, over real sockets. */
import type { Assert, Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { evidence } from "./evidence.ts";
import { type Row, type State, states } from "./matrix.ts";
import { type Fault, faults, type Hop } from "./protocol.ts";
import { type Table, tables } from "./tables.ts";
import { type Seen, visit } from "./visit.ts";

/** How many cells are played ahead of the test that looks at them. */
const ahead = 16;

/** Begins the work of a row before its test, together with others. */
function playAhead(table: Table): (row: Row) => Promise<Seen> {
  const queue = [...table.rows];
  const begun = new Map<Row, Promise<Seen>>();
  const begin = (row: Row): Promise<Seen> => {
    const seen = begun.get(row) ?? visit(table, row);
    // Its own test tells of a failure; until then nobody waits for it.
    seen.catch(() => undefined);
    begun.set(row, seen);
    return seen;
  };
  return (row) => {
    const at = queue.indexOf(row);
    for (const next of queue.slice(at, at + ahead)) begin(next);
    return begin(row);
  };
}

/** Hands to the search for tokens what a user could have seen of the cell. */
function searchIn({ log, events, errors }: Seen): void {
  for (const token of log.tokens) canary(token);
  for (const event of events) record("event", event);
  for (const error of errors) record("error", error);
}

/** The server's log has to prove that the fault was made, and where nothing can be logged, that nothing came. */
function assertMade(assert: Assert, { hop }: Table, fault: Fault, { log, asked }: Seen): void {
  const expected = evidence[fault];
  const made = log.entries.filter(({ play }) => play === fault);
  const outcomes = made.map(({ status, end, hanging }) => ({ ...(status && { status }), end, hanging }));
  const times = expected === null ? 0 : asked[hop];
  assert.deepEqual<unknown>(outcomes, Array(times).fill(expected), "the server made it");
  assert.strictEqual(
    log.tls.connections,
    fault === "TLS failure" ? asked[hop] : 0,
    "connections to the untrusted port",
  );
  assert.strictEqual(log.tls.handshakes, 0, "nobody trusts it");
  assert.strictEqual(log.refusal, "ECONNREFUSED", "nobody listens on the port that refuses");
  assert.strictEqual(log.elsewhere, 0, "nobody follows a redirect");
  assert.notOk(
    log.entries.some(({ status }) => status === 400),
    "every request was a proper one",
  );
}

/** A failed identity endpoint fails the exchange as well, unless an identity token is held. */
function toldBy({ hop, settings }: Table): readonly Hop[] {
  return hop === "source" && settings.cold ? ["source", "target"] : [hop];
}

/** One request is enough; and none where the fault cost nothing but itself. */
function recoveryOf({ hop, settings }: Table, [, , , , , , tells]: Row): Readonly<Record<Hop, number>> {
  if (tells === null || !settings.cold) return { source: 0, target: 0 };
  return { source: hop === "source" ? 1 : 0, target: 1 };
}

function assertRow(assert: Assert, table: Table, row: Row, seen: Seen): void {
  const [fault, state, gets, waitsMs, source, target, tells, , meanwhile] = row;
  const told = tells === null ? [] : toldBy(table).map((hop) => `${hop} ${tells}`);
  assert.deepEqual<unknown>({ gets: seen.gets, waitsMs: seen.waitsMs }, { gets, waitsMs }, "what the caller gets");
  assert.deepEqual({ ...seen.asked }, { source, target }, "requests");
  assert.deepEqual([...seen.told], told, "what is told");
  assert.strictEqual(seen.second, state === "margin" ? gets : undefined, "a second caller in the margin");
  assert.strictEqual(seen.meanwhile, meanwhile, "as long as nothing is asked");
  assert.deepEqual({ ...seen.idle }, { source: 0, target: 0 }, "nothing is asked");
  assert.strictEqual(seen.last, "new", "it recovers");
  assert.deepEqual({ ...seen.recovery }, recoveryOf(table, row), "what it takes to recover");
  assertMade(assert, table, fault, seen);
}

function tableSuite(QUnit: Parameters<Suite>[0], table: Table): void {
  const play = playAhead(table);
  QUnit.module(`table: ${table.name}`, () => {
    for (const row of table.rows) {
      const [fault, state] = row;
      QUnit.test(`${fault}, ${state}`, async (assert) => {
        const seen = await play(row);
        searchIn(seen);
        assertRow(assert, table, row, seen);
      });
    }
  });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("the tables of faults", () => {
    QUnit.test("have every fault in every state once", (assert) => {
      for (const { rows, settings, name } of tables) {
        const all = faults.flatMap((fault) => states.filter((one) => one in settings).map((one) => `${fault}, ${one}`));
        assert.deepEqual(
          rows.map(([fault, state]) => `${fault}, ${state}`),
          all,
          name,
        );
      }
    });

    QUnit.test(
      "let nobody fail or wait as long as there is a usable credential, nor fail while there is a valid one",
      (assert) => {
        const rows = (wanted: State): readonly Row[] =>
          tables
            .filter(({ settings }) => settings.cold)
            .flatMap((one) => one.rows.filter(([, state]) => state === wanted));
        const stale = rows("stale").map(([, , gets, waitsMs]) => `${gets} ${waitsMs}`);
        assert.deepEqual([...new Set(stale)], ["held null"]);
        const margin = rows("margin").map(([, , gets]) => gets);
        assert.deepEqual([...new Set(margin)].sort(), ["held", "new"]);
      },
    );
  });

  for (const table of tables) tableSuite(QUnit, table);
};

/**
 * The broker, without the object that it lives in: it answers questions and alarms from providers whose engines hold the
 * credentials. What is added to them is when: renewed ahead while there is demand, and left to end when there is none.
 */
import {
  type BearerToken,
  ConfigError,
  type CredentialProvider,
  isTokenError,
  type Platform,
  TokenError,
} from "@tokenhop/core";
import { answered } from "@tokenhop/core/kit";
import { saysOf } from "../replies.ts";
import { whyNotShared } from "./app-only.ts";
import { configurations, type Digest } from "./configuration.ts";
import {
  type BrokerQuestion,
  type BrokerReply,
  type Given,
  type Kept,
  readQuestion,
  refused,
  STILL_WAITING,
  VERSION,
} from "./protocol.ts";
import { createRows, type RowStorage } from "./rows.ts";
import { comeBackMs, keepMs, notYetAt, type Plan, planOf, retryAt } from "./schedule.ts";

type Provider = CredentialProvider<BearerToken, object>;

/** What a broker needs of the object that it lives in. */
export interface BrokerDoors {
  /** Asked once, with the first question or alarm. */
  providers(): unknown;
  readonly storage: RowStorage;
  readonly platform: Pick<Platform, "now" | "random">;
  waitUntil(work: Promise<unknown>): void;
  newId(): string;
  readonly digest: Digest;
  /** Told what its owner should know. Never told a token. */
  log(message: string): void;
}

/** What the object hands its calls to. */
export interface Broker {
  /** Never rejects. */
  credential(question: unknown): Promise<BrokerReply>;
  /** Never rejects: an alarm that throws rings some more times and then never. */
  alarm(): Promise<void>;
}

/** A credential that an engine holds, and what the broker knows of it besides. */
interface Entry {
  readonly credential: BearerToken;
  readonly id: string;
  /** The claims that it was obtained for. */
  readonly claims: string | undefined;
  plan: Plan;
  /** How many were sent away until it is due. */
  turns: number;
}

const WAIT_MS = 4_000;
const SOON_MS = 10_000;

type Table = ReadonlyMap<string, Provider>;

/** The providers by name, made once. A mistake in them stays one, and is told once. */
function createTable({ providers, log }: BrokerDoors): () => Table {
  const WHAT = "the broker's providers()";
  let table: Table | undefined;
  let mistake: TokenError | undefined;

  const make = (): Table => {
    const made = providers();
    if (Object(made) !== made) throw new ConfigError(WHAT, ["expected providers by their names"]);
    const problems = Object.entries(made as object).flatMap(([name, one]) => {
      const problem = whyNotShared(one);
      return problem === undefined ? [] : [`${name}: ${problem}`];
    });
    if (problems.length > 0) throw new ConfigError(WHAT, problems);
    return new Map(Object.entries(made as Record<string, Provider>));
  };

  return () => {
    if (mistake) throw mistake;
    try {
      table ??= make();
      return table;
    } catch (error) {
      mistake = isTokenError(error) ? error : new ConfigError(WHAT, [`it threw ${saysOf(error)}`]);
      log(mistake.message);
      throw mistake;
    }
  };
}

/** A broker with an empty memory, as in an object that has just been woken. */
export function createBroker(doors: BrokerDoors): Broker {
  const { platform, waitUntil, newId, log } = doors;
  const tableOf = createTable(doors);
  const configurationOf = configurations(doors.digest);
  const rows = createRows(doors.storage, log);
  const entries = new Map<string, Entry>();
  let turnsUnknown = 0;

  /** What is known of a credential that a provider gave; one that was not seen before is planned. */
  function note(name: string, credential: BearerToken, claims?: string): Entry {
    const known = entries.get(name);
    if (known?.credential === credential) return known;
    if (credential.kind !== "bearer")
      throw new ConfigError(`the provider ${name}`, ["a broker serves bearer tokens only"]);
    const plan = planOf(credential, platform.now(), platform.random());
    const entry: Entry = { credential, id: newId(), claims, plan, turns: 0 };
    entries.set(name, entry);
    rows.set(name, { nextDueAt: plan.dueAt });
    return entry;
  }

  /** What the provider holds and may still be given. */
  function heldOf(name: string, provider: Provider): Entry | undefined {
    const held = provider.peek();
    return held && note(name, held);
  }

  /** Moves what is due: to later, or to never, which leaves it to those who ask. */
  function postpone(name: string, entry: Entry | undefined, at: number | undefined): void {
    const row = rows.get(name);
    if (entry && at !== undefined && at < entry.plan.expiresAt) {
      entry.plan = { ...entry.plan, dueAt: at };
      rows.set(name, { ...row, nextDueAt: at });
    } else if (row?.lastDemandAt !== undefined) {
      rows.set(name, { nextDueAt: row.nextDueAt });
    }
  }

  /** Obtains the next credential, where the provider's engine finds it due. Never rejects. */
  async function renew(name: string, provider: Provider, timeoutMs?: number): Promise<void> {
    const before = entries.get(name);
    const isOpen = (): boolean => !before || before.plan.dueAt <= platform.now();
    try {
      const after = note(name, await provider.get({ eager: true, waitUntil, timeoutMs }));
      if (after === before && isOpen()) postpone(name, after, notYetAt(after.plan, platform.now()));
    } catch (error) {
      const { code, retryAfterMs } = isTokenError(error) ? error : ({} as Partial<TokenError>);
      // Others may have waited for the same one: the first has seen to it.
      if (code === STILL_WAITING || entries.get(name) !== before || !isOpen()) return;
      log(`Cannot renew the credential of ${name}: ${saysOf(error)}`);
      postpone(name, before, before && retryAt(before.plan, platform.now(), platform.random(), retryAfterMs));
    }
  }

  /** Somebody will need the next one. Written once for each credential. */
  function want(name: string, dueAt: number): void {
    if (rows.get(name)?.lastDemandAt === undefined) rows.set(name, { nextDueAt: dueAt, lastDemandAt: platform.now() });
  }

  function give(name: string, entry: Entry, { holds, rejected }: BrokerQuestion): Given | Kept {
    const now = platform.now();
    const { credential, id, plan } = entry;
    if (now >= plan.windowAt) want(name, plan.dueAt);
    const backInMs = comeBackMs(plan, now, platform.random(), now < plan.windowAt ? 0 : entry.turns++);
    // None better could be had in time. It may be there soon.
    const refreshInMs = rejected === id ? Math.min(backInMs, SOON_MS) : backInMs;
    if (holds?.id === id) return { ok: true, keep: true, refreshInMs };
    return { ok: true, id, token: credential.token.reveal(), expiresInMs: credential.expiresAt - now, refreshInMs };
  }

  /** For an isolate that can go on with what it holds although memory is empty. */
  function keep(name: string, { holds }: BrokerQuestion): Kept | undefined {
    const dueAt = rows.get(name)?.nextDueAt;
    const refreshInMs = dueAt && holds && keepMs(dueAt, holds.expiresInMs, platform.now(), turnsUnknown++);
    if (!refreshInMs) return undefined;
    want(name, dueAt);
    return { ok: true, keep: true, refreshInMs };
  }

  /** Reads what is stored, and removes what is known of providers that are not there any more. */
  async function load(table: Table): Promise<void> {
    await rows.load();
    for (const name of rows.names()) if (!table.has(name)) rows.set(name, undefined);
  }

  async function answer(question: BrokerQuestion): Promise<Given | Kept> {
    const { provider: name, configuration, claims, rejected, holds, waitMs: timeoutMs = WAIT_MS } = question;
    const table = tableOf();
    const provider = table.get(name);
    if (!provider) throw refused("there is no provider of this name");
    if (configuration !== undefined && configuration !== (await configurationOf(provider)))
      throw refused("its provider of this name has another configuration");
    await load(table);
    const get = async (more?: { readonly claims: string }): Promise<Given | Kept> => {
      const credential = await provider.get({ waitUntil, timeoutMs, ...more });
      return give(name, note(name, credential, more?.claims), question);
    };
    const held = heldOf(name, provider);
    // An isolate that was challenged while it held another one than this has not seen whether this one does.
    const satisfies = held && held.claims === claims && holds?.id !== held.id;
    if (claims !== undefined && !satisfies) return get({ claims });
    if (!held) return (rejected === undefined && keep(name, question)) || get();
    if (rejected === held.id && provider.invalidate(held.credential, "unauthorized")) return get();
    if (platform.now() >= held.plan.dueAt) {
      const renewal = renew(name, provider, timeoutMs);
      if (holds) await renewal;
      else waitUntil(renewal);
    }
    const renewed = heldOf(name, provider);
    return renewed ? give(name, renewed, question) : get();
  }

  /** Renews what is due. Never rejects. */
  async function tend(at: number): Promise<void> {
    let table: Table;
    try {
      table = tableOf();
    } catch {
      // Told where it was found. The rows stay: the next deployment may have put it right.
      return;
    }
    await load(table);
    await Promise.all(rows.due(at).map((name) => renew(name, table.get(name) as Provider)));
  }

  const unexpected = (thrown: unknown): TokenError => {
    log(`Cannot give a credential: ${saysOf(thrown)}`);
    return new TokenError("Cannot give a credential: the broker failed", { code: "ERR_BROKER_REFUSED" });
  };

  return {
    async credential(question) {
      const reply = await answered(async () => answer(readQuestion(question)), unexpected);
      return { version: VERSION, ...reply };
    },
    async alarm() {
      const at = platform.now();
      await rows.load();
      rows.rang();
      await tend(at);
      // What is due all the same is left to those who ask: an alarm for it would ring at once, again and again.
      for (const name of rows.due(at)) postpone(name, undefined, undefined);
      rows.arm();
    },
  };
}

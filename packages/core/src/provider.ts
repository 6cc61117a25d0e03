/** The provider: a view on the engine for one source, one target and one set of parameters. */
import { acquire, drop, type Engine, isFresh, openSlot, readClock } from "./engine/engine.ts";
import type { Call, Job, Prepared } from "./engine/flight.ts";
import { canonical } from "./engine/key.ts";
import { ageMs, type Held } from "./engine/state.ts";
import type { Slot } from "./engine/store.ts";
import { anySignal } from "./engine/wait.ts";
import { watchSlot } from "./engine/watch.ts";
import { TokenError } from "./errors.ts";
import type {
  BearerToken,
  Credential,
  CredentialProvider,
  GetOptions,
  IdentitySource,
  SubjectToken,
  Target,
} from "./types.ts";

/** What every view of one provider shares. */
export interface Shared<Out extends Credential, P extends object> {
  readonly engine: Engine;
  readonly from: IdentitySource | CredentialProvider<BearerToken>;
  readonly to: Target<Out, P>;
  readonly ended: AbortController;
  readonly ownsCache: boolean;
  /** Where a credential is held that was made for one request. */
  readonly homes: WeakMap<Out, Slot<Out>>;
}

/** The first hop as the second one sees it. */
interface Feed {
  partition(request: Request | undefined): readonly unknown[];
  prepare(call: Call): Promise<Prepared>;
  /** Forgets failures, so that an invalidated provider tries again. */
  forgive(): void;
}

function feedFromSource(engine: Engine, source: IdentitySource, audience: string): Feed {
  const { platform, store } = engine;
  const job: Job<SubjectToken> = {
    name: source.name,
    hop: "source",
    step: (_, { request }, signal) => source.getToken({ audience }, { platform, signal, request }),
  };
  // The environment is a part of the identity: what a variable's name stands for differs between two of them.
  const partition: Feed["partition"] = (request) => [platform.env, source.identity, source.partition?.(request)];
  const keyOf = (request?: Request): string => canonical(["source", audience, partition(request)], store.nameOf);
  return {
    partition,
    async prepare(call) {
      const slot = openSlot(engine, job, keyOf(call.request));
      const value = await acquire(engine, slot, job, { ...call, claims: undefined });
      return { value, drop: () => void drop(engine, slot, value) };
    },
    forgive() {
      const slot = store.find<SubjectToken>(keyOf());
      if (slot) slot.state = { ...slot.state, failure: undefined };
    },
  };
}

function feedFromProvider(provider: CredentialProvider<BearerToken>): Feed {
  return {
    partition: (request) => [provider.identity, provider.partition?.(request)],
    async prepare(call) {
      // Budget and all: what its `get` does not declare, the engine behind it takes.
      const value = await provider.get({ ...call, claims: undefined });
      return { value, drop: () => void provider.invalidate(value) };
    },
    forgive: () => void (provider.peek() ?? provider.invalidate()),
  };
}

/** Makes the provider for a checked configuration. */
export function createProvider<Out extends Credential, P extends object>(
  shared: Shared<Out, P>,
): CredentialProvider<Out, P> {
  const { engine, from, to } = shared;
  const feed = "getToken" in from ? feedFromSource(engine, from, to.audience) : feedFromProvider(from);
  return createView(shared, feed, {} as P);
}

function createView<Out extends Credential, P extends object>(
  shared: Shared<Out, P>,
  feed: Feed,
  params: P,
): CredentialProvider<Out, P> {
  const { engine, from, to, ended, homes } = shared;
  const { platform, store } = engine;
  const name = `${from.name}>${to.name}`;
  const job: Job<Out> = {
    name: to.name,
    hop: "target",
    prepare: feed.prepare,
    async step(prepared, { request, claims }, signal) {
      const subject = prepared as SubjectToken;
      const out = await to.exchange(subject, params, { platform, signal, request, claims });
      const { expiresAt = out.expiresAt } = from.perRequest ? subject : out;
      return expiresAt < out.expiresAt ? { ...out, expiresAt } : out;
    },
  };
  // Without a partition nothing may depend on the request: its token would serve others. So it is not even asked for.
  const requestOf = (options?: GetOptions): Request | undefined => from.partition && options?.request;
  const keyOf = (options?: GetOptions): string =>
    canonical(["target", to.identity, to.partition?.(params), feed.partition(requestOf(options))], store.nameOf);
  const open = (options?: GetOptions): Slot<Out> => openSlot(engine, job, keyOf(options));
  const hasHitPath = !from.partition && !engine.onEvent;
  let slot: Slot<Out> | undefined;

  const getSlowly = async (options: GetOptions): Promise<Out> => {
    ended.signal.throwIfAborted();
    options.signal?.throwIfAborted();
    const home = open(options);
    slot = home;
    // With a cache of its own the exchange itself ends on close; in a shared one it goes on for the others.
    const signal = shared.ownsCache ? options.signal : anySignal(options.signal, ended.signal);
    // Inherited and not copied: options may have a getter (a framework's waitUntil) that is to be asked late.
    const call: Call = Object.create(options, { request: { value: requestOf(options) }, signal: { value: signal } });
    const value = await acquire(engine, home, job, call);
    if (from.partition) homes.set(value, home);
    return value;
  };

  return {
    name,
    identity: [from.identity, to.identity, params],
    provenance: to.produces,
    get hosts() {
      // A missing parameter is the mistake to name, not the hosts that there are not without it.
      to.partition?.(params);
      return to.hosts?.(params) ?? [];
    },
    ...(from.partition && { partition: feed.partition, perRequest: from.perRequest }),
    get(options) {
      // The hit path: one clock, no key, no promise but the answer's own. Whatever is special goes the other way.
      if (
        slot &&
        hasHitPath &&
        !ended.signal.aborted &&
        !options?.claims &&
        !options?.signal &&
        isFresh(slot as Slot<never>, engine)
      ) {
        slot.used = true;
        return Promise.resolve((slot.state.held as Held<Out>).value);
      }
      return getSlowly(options ?? {});
    },
    peek(options) {
      const held = store.find<Out>(keyOf(options))?.state.held;
      return held && ageMs(held, readClock(engine)) < held.usableMs ? held.value : undefined;
    },
    with(more) {
      to.validate?.(more);
      return createView(shared, feed, { ...params, ...more }) as CredentialProvider<Out, Partial<P>>;
    },
    invalidate(held, cause) {
      if (!cause) feed.forgive();
      const known = (held && homes.get(held)) ?? store.find<Out>(keyOf());
      return !known || drop(engine, known, held, cause);
    },
    watch({ signal }) {
      ended.signal.throwIfAborted();
      if (!platform.requestBoundIo) return watchSlot(engine, open, job, anySignal(signal, ended.signal));
      throw new TokenError(`Cannot watch ${name} here`, { code: "ERR_WATCH_UNSUPPORTED" });
    },
    async close() {
      ended.abort(new TokenError(`Cannot use ${name}: it was closed`, { code: "ERR_PROVIDER_CLOSED" }));
      if (shared.ownsCache) store.clear();
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/**
 * When keys change: pure functions of keys, policy and time. A verifier that caches the JWKS must know a key before it is used,
 * and must be able to check a token for as long as it lasts. So a key is published, signs, retires, and goes.
 */
import type { KeyTimes, SigningAlgorithm, WhichKeys } from "./types.ts";

/** How many keys a ring has at most: the one that signs, and either the next one or the last one. Entra reads 100. */
export const MAX_KEYS = 2;

/**
 * How far clocks may be apart: between processes of the issuer, and between it and a verifier, which accepts a token for some
 * minutes longer than it lasts.
 */
export const CLOCK_SKEW_MS = 300_000;

/** What decides when keys change. */
export interface RotationPolicy {
  readonly algorithm: SigningAlgorithm;
  readonly everyMs: number;
  readonly publishAheadMs: number;
  readonly maxTokenLifetimeMs: number;
  /** Keys made before it are dropped, once it has come. */
  readonly keysFrom?: number | undefined;
}

/** What is to be done now. */
export interface RotationPlan<K extends KeyTimes> {
  /** The keys that stay. One that did not change is the same object. */
  readonly keys: readonly K[];
  /** Present when another key is to be made, and published now; it signs from then on. */
  readonly make?: { readonly activeAt: number } | undefined;
  /** When something is due again, if the key was made: always later than now. */
  readonly nextChangeAt: number;
}

const byActiveAt = (a: KeyTimes, b: KeyTimes): number => a.activeAt - b.activeAt;
const isLive = ({ retiredAt }: KeyTimes): boolean => retiredAt === undefined;

/** The key that signs: of those whose time has come the latest. It changes with time alone, the same moment in every process. */
export function signingKey<K extends KeyTimes>(keys: readonly K[], now: number): K | undefined {
  return keys
    .filter((key) => isLive(key) && key.activeAt <= now)
    .sort(byActiveAt)
    .at(-1);
}

/** When no token of a retired key is accepted anywhere any more. */
const goneAt = ({ retiredAt = Number.POSITIVE_INFINITY, longestTokenMs }: KeyTimes): number =>
  retiredAt + longestTokenMs + CLOCK_SKEW_MS;

/**
 * What is to be done with the keys now. Pure and total: any keys in any order, any clock, and a policy as `createIssuer` takes it.
 *
 * - The first key signs at once. So does another one after all that could sign were dropped; a next key that was published
 *   already takes over then.
 * - The next one is published `publishAheadMs` before the signing one has signed for `everyMs`, and not while a retired one is
 *   still there. Late maintenance makes it late; it never signs earlier than `publishAheadMs` after it was made.
 * - Another algorithm is a reason for a next key, with the same time ahead.
 * - A retired key stays until the last token that it may have signed has expired, and {@link CLOCK_SKEW_MS} more.
 * - A clock that was ahead or behind for a while stops nothing: a key whose time is further ahead than clocks may be apart goes as
 *   soon as a next one is due. If none but such a key can sign, it does.
 * - `keysFrom` drops, once it has come, what was made before it, and what was made while the clock was ahead, of which nobody
 *   knows.
 *
 * @example
 * ```ts
 * import { planKeys } from "@tokenhop/issuer";
 *
 * const [hour, day] = [3_600_000, 86_400_000];
 * const policy = { algorithm: "RS256", everyMs: 90 * day, publishAheadMs: day, maxTokenLifetimeMs: hour } as const;
 * console.log(planKeys([], policy, Date.now()).make); // the first key, which signs from now on
 * ```
 */
export function planKeys<K extends KeyTimes>(keys: readonly K[], policy: RotationPolicy, now: number): RotationPlan<K> {
  const { algorithm, everyMs, publishAheadMs, maxTokenLifetimeMs, keysFrom = 0 } = policy;
  const latest = now + CLOCK_SKEW_MS;
  const isYoung = ({ createdAt }: K): boolean => createdAt >= keysFrom && createdAt <= latest;
  const wanted = keysFrom > 0 && keysFrom <= now ? keys.filter(isYoung) : keys;
  const live = wanted.filter(isLive).sort(byActiveAt);
  const signing = signingKey(live, now) ?? live[0];

  const changed = (key: K): K => {
    if (!isLive(key)) return key;
    const successor = live[live.indexOf(key) + 1];
    // What takes over is known by then: the switch was at the moment that was announced, however late it is noticed.
    if (successor && successor.activeAt <= now) return { ...key, retiredAt: successor.activeAt };
    const activeAt = key === signing ? Math.min(key.activeAt, now) : key.activeAt;
    const createdAt = key === signing && key.createdAt > latest ? now : key.createdAt;
    const longestTokenMs = Math.max(key.longestTokenMs, maxTokenLifetimeMs);
    const same = activeAt === key.activeAt && createdAt === key.createdAt && longestTokenMs === key.longestTokenMs;
    return same ? key : { ...key, activeAt, createdAt, longestTokenMs };
  };
  const kept = wanted.map(changed).filter((key) => goneAt(key) > now);
  // Made, or retired, while the clock was ahead, or announced for later than a whole period. Or the clock is behind now: nobody can
  // tell. So such a key stays as it is, and stands in nobody's way.
  const countedAt = (at: number): readonly K[] =>
    kept.filter(
      ({ createdAt, activeAt, retiredAt }) =>
        (retiredAt ?? Math.max(createdAt, activeAt - everyMs)) <= at + CLOCK_SKEW_MS,
    );
  const counted = countedAt(now);
  const plan = (dueAt: number, make?: { readonly activeAt: number }, stay: readonly K[] = kept): RotationPlan<K> => ({
    keys: stay,
    ...(make && { make }),
    nextChangeAt: Math.min(
      ...[...stay.map(goneAt), ...stay.map(({ activeAt }) => activeAt), keysFrom].filter((at) => at > now),
      dueAt,
    ),
  });

  const dueAfter = (signsFrom: number): number => signsFrom + everyMs - publishAheadMs;
  if (!signing) {
    // The ones that have retired go first.
    return plan(Math.max(dueAfter(now), ...counted.map(goneAt)), { activeAt: now });
  }
  const signsFrom = Math.min(signing.activeAt, now);
  const outdated = signing.alg !== algorithm;
  const dueAt = outdated ? now : dueAfter(signsFrom);
  if (counted.length >= MAX_KEYS) {
    const retired = counted.filter((key) => !isLive(key)).map(goneAt);
    return plan(retired.length === 0 ? Number.POSITIVE_INFINITY : Math.max(dueAt, ...retired));
  }
  // A key that counts by then takes the next one's place, and what is due is its own change.
  if (dueAt > now) return plan(countedAt(dueAt).length >= MAX_KEYS ? Number.POSITIVE_INFINITY : dueAt);
  // On time that is the end of `everyMs`, and when late not a moment sooner.
  const activeAt = now + publishAheadMs;
  return plan(activeAt, { activeAt }, counted);
}

/**
 * The keys that an emergency leaves. {@link planKeys} then sees to it that another one signs.
 *
 * @example
 * ```ts
 * import { dropKeys, type KeyTimes } from "@tokenhop/issuer";
 *
 * export const withoutTheOneThatSigns = (keys: readonly KeyTimes[]) => dropKeys(keys, "signing", Date.now());
 * ```
 */
export function dropKeys<K extends KeyTimes>(keys: readonly K[], which: WhichKeys, now: number): readonly K[] {
  if (which === "all") return [];
  const dropped = which === "signing" ? [signingKey(keys, now)?.kid] : which;
  return keys.filter(({ kid }) => !dropped.includes(kid));
}

/** Breaks of the provider and what it is made from. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src");

export const providerBreaks: readonly Break[] = [
  at(
    "provider.ts",
    "from.partition && options?.request",
    "options?.request",
    "a source without a partition makes one user's token serve all",
  ),
  at(
    "provider.ts",
    "{ ...call, claims: undefined });\n      return { value, drop: () => void drop(",
    "call);\n      return { value, drop: () => void drop(",
    "a claims challenge reaches the first hop",
  ),
  at(
    "provider.ts",
    "void (provider.peek() ?? provider.invalidate())",
    "undefined",
    "invalidate() does not clear the memory of a first hop's failures",
  ),
  at(
    "provider.ts",
    "if (slot) slot.state = { ...slot.state, failure: undefined };",
    "",
    "invalidate() does not clear the memory of the source's failures",
  ),
  at("provider.ts", "source.identity, source.partition?.(request)", "source.identity", "users share a credential"),
  at(
    "provider.ts",
    "provider.identity, provider.partition?.(request)",
    "provider.identity",
    "users share a credential through a second hop",
  ),
  at("provider.ts", "to.partition?.(params), feed", "undefined, feed", "scopes share a credential"),
  at("provider.ts", "    ended.signal.throwIfAborted();\n    options", "    options", "a closed provider goes on"),
  at("provider.ts", "        !ended.signal.aborted &&\n", "", "a closed provider goes on for a second"),
  at("provider.ts", "if (from.partition) homes.set(value, home);", "", "a 401 cannot renew a request's credential"),
  at(
    "provider.ts",
    "const hasHitPath = !from.partition && !engine.onEvent;",
    "const hasHitPath = !engine.onEvent;",
    "the hit path gives one user's credential to another",
  ),
  at("provider.ts", "        slot.used = true;\n", "", "what the hit path gives counts as unused"),
  at(
    "provider.ts",
    "readClock(engine)) < held.usableMs",
    "readClock(engine)) < Number.POSITIVE_INFINITY",
    "peek() gives what has expired",
  ),
  at("provider.ts", "{ ...params, ...more }", "more", "with() forgets the parameters before"),
  at("provider.ts", "      to.validate?.(more);\n", "", "wrong parameters are found late"),
  at(
    "provider.ts",
    "if (shared.ownsCache) store.clear();",
    "store.clear();",
    "closing one provider costs others their credentials",
  ),
  at(
    "provider.ts",
    "shared.ownsCache ? options.signal : anySignal(options.signal, ended.signal)",
    "options.signal",
    "callers of a closed provider wait on",
  ),
  at(
    "provider.ts",
    "if (!platform.requestBoundIo) return watchSlot(",
    "return watchSlot(",
    "a watch is started that ends with its request",
  ),
  at(
    "federate.ts",
    "ended: ownsCache ? ended.signal : undefined",
    "ended: ended.signal",
    "closing one provider ends exchanges that others wait for",
  ),
  at(
    "federate.ts",
    'typeof given === "number" && given >= least',
    "Number(given) >= least",
    "a limit given as text is added like text",
  ),
  at(
    "federate.ts",
    "to.refuses?.(from.provenance)",
    'to.refuses?.("unknown")',
    "a chain that can never work is found in production",
  ),
  at(
    "cache.ts",
    "Number.isInteger(maxPartitions) && maxPartitions > 0",
    "maxPartitions > 0",
    "a cache is made with a size that is none",
  ),
  at(
    "platform.ts",
    'signal.addEventListener("abort", stop, { once: true })',
    'signal.addEventListener("abort", stop)',
    "every wait leaves its signal behind",
  ),
  at("platform.ts", "Math.min(ms, LONGEST_TIMER_MS)", "ms", "a long sleep ends at once"),
  at("errors.ts", "retryAfterMs });", "});", "nobody is told when the next attempt is due"),
];

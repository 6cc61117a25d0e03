/** The isolate's side: the same providers, each with an engine of its own in front that gets its credential from the broker. */
import {
  type BearerToken,
  type CredentialProvider,
  federate,
  type IdentitySource,
  type Platform,
  secret,
  type Target,
  TokenError,
} from "@tokenhop/core";
import { errorFrom } from "@tokenhop/core/kit";
import { askBroker, type FallbackReason } from "./ask.ts";
import { configurations, type Digest } from "./configuration.ts";
import type { SharedProviders } from "./options.ts";
import { type BrokerQuestion, type BrokerStub, type Given, type Kept, STILL_WAITING, VERSION } from "./protocol.ts";

type Provider = CredentialProvider<BearerToken, object>;

/** What all providers of an isolate share. */
export interface Isolate {
  stubs(): BrokerStub;
  readonly timeoutMs: number;
  onFallback?: ((provider: string, reason: FallbackReason) => void) | undefined;
  readonly platform: Platform;
  readonly digest: Digest;
}

/** A credential, as it was given out here, and the broker's name for it; without one it is the isolate's own. */
interface Current {
  readonly credential: BearerToken;
  readonly id?: string | undefined;
}

/** As long as an exchange of the isolate's own may take, which an attempt here may hold. */
const ATTEMPT_MS = 90_000;
/** So much of the time for an answer an exchange under way at the broker may take; the rest is for the way there and back. */
const WAIT_SHARE = 0.8;
/** How often an isolate asks for one credential: it waits for the broker no longer than so many times `timeoutMs`. */
const ROUNDS = 2;
/** Whatever the broker says, it is not asked more often. */
const SHORTEST_REFRESH_MS = 250;

/** Here there is no other identity token to try with: whoever exchanged has done that. */
function final(error: TokenError): TokenError {
  return error.recovery === "subject" ? new TokenError(error.message, { ...error, recovery: "stop" }) : error;
}

/** One provider. */
export function brokerOne(name: string, local: Provider, isolate: Isolate): Provider {
  const { stubs, timeoutMs, platform, onFallback } = isolate;
  const configurationOf = configurations(isolate.digest);
  /** By every object that stands for it: one that the broker lets us keep is given out with a new time to ask again. */
  const ids = new WeakMap<BearerToken, string>();
  let current: Current | undefined;
  /** What a downstream refused, until the broker has answered to that. */
  let rejected: string | undefined;

  const become = (next: Current): BearerToken => {
    current = next;
    if (next.id) ids.set(next.credential, next.id);
    return next.credential;
  };

  /** What can be used without a new one. */
  const usable = (): Current | undefined => {
    const held = own.peek();
    return held && held === current?.credential ? current : undefined;
  };

  const exchangeHere = async (reason: FallbackReason, claims: string | undefined, signal: AbortSignal) => {
    try {
      onFallback?.(name, reason);
    } catch {
      // A listener that throws must not cost a credential.
    }
    // With another one in hand nobody waits, so this may wait for a new one.
    const eager = !claims && own.peek() !== undefined;
    const waitUntil = platform.waitUntil?.bind(platform);
    const credential = await local.get({ claims, signal, eager, waitUntil }).catch((error: TokenError) => {
      throw final(error);
    });
    return become({ credential });
  };

  /** What the broker gave, with its times on this machine's clock. It ends so long after it was asked for, so never too late. */
  const take = (reply: Given | Kept, held: Current | undefined, askedAt: number): BearerToken | FallbackReason => {
    const now = platform.now();
    const refreshAt = now + Math.max(reply.refreshInMs, SHORTEST_REFRESH_MS);
    if ("keep" in reply)
      return held ? become({ ...held, credential: { ...held.credential, refreshAt } }) : "unreadable";
    const { id, token, expiresInMs } = reply;
    const expiresAt = askedAt + expiresInMs;
    rejected = undefined;
    // It was on its way for too long.
    if (expiresAt <= now) return "timeout";
    return become({ id, credential: { kind: "bearer", token: secret(token), expiresAt, refreshAt } });
  };

  // Messages name the provider that this one stands for.
  const [source = "", ...hops] = local.name.split(">");
  const target: Target<BearerToken> = {
    name: hops.at(-1) ?? "broker",
    identity: ["broker", {}],
    audience: "broker",
    produces: local.provenance,
    async exchange(_subject, _params, { claims, signal }): Promise<BearerToken> {
      const configuration = await configurationOf(local);
      for (let round = 1; round <= ROUNDS; round++) {
        const askedAt = platform.now();
        const waitMs = WAIT_SHARE * timeoutMs;
        const held = usable();
        const question: BrokerQuestion = {
          version: VERSION,
          provider: name,
          configuration,
          claims,
          rejected,
          holds: held?.id ? { id: held.id, expiresInMs: held.credential.expiresAt - askedAt } : undefined,
          waitMs,
        };
        const reply = await askBroker(stubs, question, { platform, timeoutMs, signal });
        if (typeof reply === "string") return exchangeHere(reply, claims, signal);
        if (reply.ok) {
          const taken = take(reply, held, askedAt);
          if (typeof taken === "string") return exchangeHere(taken, claims, signal);
          return taken;
        }
        // An exchange is under way, which is worth another question.
        if (reply.error.code !== STILL_WAITING) throw final(errorFrom(reply.error));
      }
      return exchangeHere("timeout", claims, signal);
    },
  };
  const from: IdentitySource = {
    // Nothing is presented: whoever is bound to the broker may ask it.
    name: source,
    identity: ["binding"],
    provenance: local.provenance,
    detect: () => ({ found: true }),
    getToken: async () => ({ token: secret("binding") }),
  };
  // Both the broker's engine and the local one try again by themselves.
  const own: Provider = federate({ from, to: target, platform, limits: { attempts: 1, attemptTimeoutMs: ATTEMPT_MS } });

  return {
    ...own,
    name: local.name,
    identity: local.identity,
    provenance: local.provenance,
    get hosts() {
      return local.hosts;
    },
    with: (params) => local.with(params),
    invalidate(held, cause) {
      const { id, credential } = current ?? {};
      const which = held && id && ids.get(held) === id ? credential : held;
      const dropped = own.invalidate(which, cause);
      if (!dropped || (which && which !== credential)) return dropped;
      rejected = id ?? rejected;
      // What is the isolate's own, or was learnt from failures here.
      if (!id || (!which && !cause)) local.invalidate(which, cause);
      return dropped;
    },
    async close() {
      await Promise.all([own.close(), local.close()]);
    },
    [Symbol.asyncDispose]() {
      return this.close();
    },
  };
}

/** All of them, by their names. */
export function brokerAll(providers: SharedProviders, isolate: Isolate): SharedProviders {
  const all = Object.entries(providers).map(
    ([name, one]) => [name, brokerOne(name, one as Provider, isolate)] as const,
  );
  return Object.fromEntries(all);
}

/** Breaks of the issuer's half of `@tokenhop/durable-objects`. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/durable-objects/src");

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: the code that is broken has templates
// biome-ignore format: a table
const breaks: readonly Break[] = [
  at("rpc-surface.ts", "if (open.has(name)) continue;", "if (open.has(name) || member.get) continue;", "getters can be read by whoever is bound"),
  at("rpc-surface.ts", "at = Object.getPrototypeOf(at)) {", "at = null) {", "inherited methods can be called"),
  at("rpc-surface.ts", "let at: object | null = Object.getPrototypeOf(instance);", "let at: object | null = Object.getPrototypeOf(Object.getPrototypeOf(instance));", "what a user's class adds can be called"),
  at("rpc-surface.ts", "{ ...member, configurable: true }", "{ value: undefined }", "what is hidden cannot be used from inside either"),
  at("issuer-object.ts", 'sealRpc(this, ["mint", "documents", "dropKeys", "alarm"]);', "", "every method of the object can be called"),
  at("issuer-object.ts", '"dropKeys", "alarm"]', '"dropKeys", "alarm", "issuer"]', "the issuer's options can be read"),
  at("issuer-object.ts", "if (this.#mistake) throw this.#mistake;", "", "a mistake is printed at every call"),
  at("issuer-object.ts", "console.error(this.#mistake.message);", "", "a mistake is printed nowhere"),
  at("issuer-object.ts", "!== at) await storage.setAlarm(at);", "!== at) await storage.getAlarm();", "keys of an object that nobody asks are never rotated"),
  at("issuer-object.ts", "if (Date.now() >= this.#dueAt)", "if (this.#dueAt)", "the first alarm is never set"),
  at("issuer-object.ts", "return now + AGAIN_MS;", "throw error;", "an alarm that failed never rings again"),
  at("issuer-object.ts", "await this.#open().dropKeys(which);", "", "an emergency drops nothing"),
  at("issuer-object.ts", "token: token.reveal(), expiresAt", "token, expiresAt", "no token passes through RPC"),
  at("issuer-entrypoint.ts", 'sealRpc(this, ["mint"]);', "", "who is bound to the entrypoint reaches the object"),
  at("issuer-entrypoint.ts", "v.strictObject({ audience: text })", "v.object({ audience: text })", "a caller believes that it has named a subject or a lifetime"),
  at("issuer-entrypoint.ts", "const propsSchema: v.GenericSchema<IssuerProps> = v.strictObject({", "const propsSchema: v.GenericSchema<IssuerProps> = v.object({", "a binding believes that its props limit more"),
  at("issuer-entrypoint.ts", "({ length }) => length > 0", "() => true", "props without audiences are no mistake"),
  at("issuer-entrypoint.ts", "if (!audiences.includes(audience))", "if (!audience)", "a binding gets tokens for audiences of others"),
  at("issuer-entrypoint.ts", "if (!v.is(wantedSchema, wanted))", "if (!wanted)", "whatever is asked is taken for a question"),
  at("ask-object.ts", "overloaded === true || ", "", "an overloaded object is asked twice as often"),
  at("ask-object.ts", "(retryable !== true && durableObjectReset !== true)", "retryable !== true", "a call fails because the object was reset"),
  at("ask-object.ts", "(retryable !== true && durableObjectReset !== true)", "durableObjectReset !== true", "a call fails because the object was moved"),
  at("ask-object.ts", "    return ask(stubs());\n", "    return askObject(stubs, ask);\n", "an object that fails is asked for ever"),
  at("ask-object.ts", "return () => (namespace as NamespaceLike<Stub>).getByName(name, locationHint && { locationHint });", "const one = (namespace as NamespaceLike<Stub>).getByName(name, locationHint && { locationHint });\n  return () => one;", "a broken stub is asked again and again"),
  at("ask-object.ts", "locationHint && { locationHint }", "undefined", "the object is made wherever somebody asks first"),
  at("kept-copy.ts", "isAsked || rests ? staleMs : freshMs", "staleMs", "a dropped key is published for a day"),
  at("kept-copy.ts", "isAsked || rests ? staleMs : freshMs", "freshMs", "verifiers find no keys while the object is down"),
  at("kept-copy.ts", "isAsked || rests ? staleMs : freshMs", "isAsked || rests ? Number.POSITIVE_INFINITY : freshMs", "keys of long ago are published"),
  at("kept-copy.ts", "const isAsked = isWithin(asking, waitMs);", "const isAsked = false;", "a crowd of requests is a crowd at the object"),
  at("kept-copy.ts", "const isAsked = isWithin(asking, waitMs);", "const isAsked = asking !== undefined;", "everybody waits for a request that is gone"),
  at("kept-copy.ts", "if (rests) throw failure?.value;", "", "an object that is down is asked by every request"),
  at("kept-copy.ts", "if (asking === mine) asking = undefined;", "", "after an answer everybody waits for the next one"),
  at("issuer-handler.ts", "timeoutMs: ANSWER_MS }", "timeoutMs: 1_000 * ANSWER_MS }", "an object that hangs takes the public documents along"),
  at("issuer-handler.ts", "if ((JSON.parse(discovery) as { readonly issuer?: unknown }).issuer !== issuer)", "if (!JSON.parse(discovery))", "documents of another issuer are published"),
  at("issuer-handler.ts", "maxAgeOf(value) - (Date.now() - at)", "maxAgeOf(value)", "caches keep old keys for longer than is said"),
  at("issuer-handler.ts", "return { discovery, jwks, maxAgeMs };", "return { discovery, jwks };", "a handler lets keys be cached for longer than the issuer does"),
  at("issuer-handler.ts", "return { freshMs: Math.min(FRESH_MS, staleMs), staleMs };", "return { freshMs: Math.min(FRESH_MS, staleMs), staleMs: 86_400_000 };", "a copy is published that lacks the key that signs"),
  at("issuer-handler.ts", "(value) => Number(value) >= 0", "() => true", "nonsense about caching is obeyed"),
  at("kept-copy.ts", "return ageMs >= 0 && ageMs < ms;", "return ageMs < ms;", "a clock that was set back keeps an old copy"),
  at("issuer-handler.ts", "Math.max(LEAST_FRESH_MS, ", "Math.max(0, ", "with short caching the internet loads the object"),
  at("issuer-handler.ts", "made.set(env, handle);", "", "nothing is kept from one request to the next"),
  at("issuer-handler.ts", "console.error(`Cannot publish the issuer's documents: ${saysOf(error)}`);", "", "nobody is told why nothing is published"),
  at("replies.ts", "return new TokenError(what, {", "return new TokenError(what + saysOf(thrown), {", "a caller reads what went wrong inside"),
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: the same

export const durableObjectsBreaks: readonly Break[] = breaks.map((one) => ({ ...one, list: "mutations/objects" }));

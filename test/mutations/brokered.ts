/** Breaks of the broker: of the isolates' side. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/durable-objects/src/broker");
const whole = breaksIn("packages/durable-objects/src");

const breaks: readonly Break[] = [
  whole("in-time.ts", "platform.sleep(timeoutMs,", "platform.sleep(90_000,", "a broker that hangs holds requests up"),
  at("ask.ts", '? "refused" : "failed"', '? reply : "failed"', "an older broker fails requests"),
  at("ask.ts", '? "refused" : "failed"', '? "refused" : reply', "a broker without network fails requests"),
  at("ask.ts", "EXCHANGE_(REFUSED|", "EXCHANGE_(", "what was refused is asked by every isolate"),
  at("ask.ts", "|CALL_CLAIMS)$/", ")$/", "a challenge that cannot be met is tried by every isolate"),
  at("ask.ts", "|INTERACTION)", "|INTERACTION|OF_TOMORROW)", "codes that nobody knows reach callers"),
  at("ask.ts", ".overloaded === true ?", ".overloaded === 1 ?", "nobody is told that the object is overloaded"),
  at(
    "protocol.ts",
    "(text) => /^[!-~]+$/.test(text) && text.length",
    "(text) => text.length",
    "a token may hold a line break",
  ),
  at(
    "protocol.ts",
    "Number.isFinite(value) && (value as number) > 0",
    "(value as number) > 0",
    "a credential lasts for ever",
  ),
  at(
    "protocol.ts",
    "const keptSchema = v.object({ ...success,",
    "const keptSchema = v.object({ refreshInMs: duration,",
    "another version is half understood",
  ),
  at(
    "isolate.ts",
    "return exchangeHere(reply, claims, signal);",
    "throw new Error(reply);",
    "a broker that is down fails requests",
  ),
  at(
    "isolate.ts",
    'return held ? become({ ...held, credential: { ...held.credential, refreshAt } }) : "unreadable";',
    "return become({ ...(held as Current), credential: { ...(held as Current).credential, refreshAt } });",
    "a broker has isolates keep what they have not",
  ),
  at("isolate.ts", 'if (expiresAt <= now) return "timeout";', "", "what has ended on its way fails a request"),
  at(
    "isolate.ts",
    "const expiresAt = askedAt + expiresInMs;",
    "const expiresAt = now + expiresInMs;",
    "a slow answer makes a credential last longer",
  ),
  at(
    "isolate.ts",
    "Math.max(reply.refreshInMs, SHORTEST_REFRESH_MS)",
    "reply.refreshInMs",
    "a broker is asked with every request",
  ),
  at("isolate.ts", "if (reply.error.code !== STILL_WAITING) throw", "throw", "a slow exchange fails requests"),
  at("isolate.ts", "const ROUNDS = 2;", "const ROUNDS = 3;", "an isolate waits for a broker that hangs"),
  at("isolate.ts", "const ROUNDS = 2;", "const ROUNDS = 1;", "an exchange that takes a while is made by every isolate"),
  at("isolate.ts", "          configuration,\n", "", "nobody compares configurations"),
  at(
    "isolate.ts",
    "limits: { attempts: 1, attemptTimeoutMs",
    "limits: { attemptTimeoutMs",
    "an isolate tries again what the broker has tried",
  ),
  at(
    "isolate.ts",
    'error.recovery === "subject" ?',
    'error.recovery === "retry" ?',
    "a refused identity token is asked about twice",
  ),
  at(
    "isolate.ts",
    "ids.get(held) === id ? credential : held",
    "ids.get(held) === id ? held : held",
    "a refusal of what was kept is lost",
  ),
  at("isolate.ts", "rejected = id ?? rejected;", "", "the broker does not hear of a refusal"),
  at(
    "isolate.ts",
    "if (!id || (!which && !cause)) local.invalidate(which, cause);",
    "",
    "what was refused is given again by the isolate's own provider",
  ),
  at("isolate.ts", "with: (params) => local.with(params),", "", "parameters are lost on the broker"),
  at(
    "isolate.ts",
    "await Promise.all([own.close(), local.close()]);",
    "await own.close();",
    "the isolate's own provider stays open",
  ),
  at(
    "isolate.ts",
    "const eager = !claims && own.peek() !== undefined;",
    "const eager = true;",
    "who has nothing fails where what is held would do",
  ),
  at("brokered.ts", "stubs ??= chosen();", "stubs = chosen();", "an isolate asks another shard each time"),
  at(
    "options.ts",
    "namespace: v.optional(objectEntries.namespace)",
    "namespace: v.optional(v.any())",
    "what is no namespace shows with the first request",
  ),
];

export const brokeredBreaks: readonly Break[] = breaks.map((one) => ({ ...one, list: "mutations/broker" }));

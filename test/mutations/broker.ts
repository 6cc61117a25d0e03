/** Breaks of the broker: of the object's side. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/durable-objects/src/broker");

const breaks: readonly Break[] = [
  // What is asked.
  at(
    "protocol.ts",
    "  version,\n  provider: textUpTo",
    "  version: v.number(),\n  provider: textUpTo",
    "any version is obeyed",
  ),
  at(
    "protocol.ts",
    "const questionSchema = v.strictObject",
    "const questionSchema = v.object",
    "a configuration is ignored",
  ),
  at("protocol.ts", "claims: v.optional(textUpTo(MAX_CLAIMS))", "claims: v.optional(v.string())", "claims have no end"),
  at(
    "protocol.ts",
    "configuration: v.optional(id)",
    "configuration: v.optional(v.string())",
    "a configuration's digest has no end",
  ),
  at(
    "protocol.ts",
    "? { ...(value as object) } : value",
    "? value : value",
    "what is inherited is a part of a question",
  ),
  at("broker.ts", "if (!provider) throw", "if (name === undefined) throw", "names that are none are providers"),
  at(
    "broker.ts",
    "configuration !== (await configurationOf(provider))",
    "configuration === provider.name",
    "an isolate gets the token of another configuration",
  ),
  at(
    "configuration.ts",
    "[...provider.hosts].sort()",
    "provider.name",
    "a token goes to the hosts of another configuration",
  ),
  at("configuration.ts", "[...provider.hosts].sort()", "provider.hosts", "the order of hosts is a configuration"),
  at(
    "configuration.ts",
    "Object.entries(part).sort()",
    "Object.entries(part)",
    "the order of parameters is a configuration",
  ),
  at("configuration.ts", "`{${textOf", "`${textOf", "parameters pass for a list"),
  at("configuration.ts", "return JSON.stringify(part);", "return part;", "a text passes for an object"),
  at(
    "configuration.ts",
    '? "@" : String(part)',
    "? String(part) : String(part)",
    "a function's text is a configuration",
  ),
  at("configuration.ts", "known.set(provider, made);", "", "a digest is made with every question"),
  at("broker.ts", "if (mistake) throw mistake;", "", "a mistake is told with every question"),
  at(
    "broker.ts",
    "if (problems.length > 0) throw",
    "if (problems.length > 9) throw",
    "a broker serves credentials of requests",
  ),
  at(
    "app-only.ts",
    "if (perRequest || partition)",
    "if (perRequest && partition)",
    "a credential of a request goes to all isolates",
  ),
  at("app-only.ts", "    peek.call(provider);\n", "", "a provider that needs a user is accepted"),
  at("app-only.ts", "hasUser(identity) || isBound(identity)", "isBound(identity)", "a user in an identity is shared"),
  at(
    "app-only.ts",
    "hasUser(identity) || isBound(identity)",
    "hasUser(identity)",
    "parameters that hide a user are shared",
  ),
  at("app-only.ts", "|| isBound(identity[0])", "", "a user of the first hop is shared"),
  at("app-only.ts", "(Array.isArray(part) || isRecord(part))", "Array.isArray(part)", "a user in a record is shared"),
  at(
    "broker.ts",
    'if (credential.kind !== "bearer")',
    'if (credential.kind === "vault")',
    "what is no bearer token is given out",
  ),
  // What is answered.
  at(
    "broker.ts",
    "await answered(async () => answer(readQuestion(question)), unexpected)",
    "await answer(readQuestion(question))",
    "errors are thrown through RPC",
  ),
  at(
    "broker.ts",
    'new TokenError("Cannot give a credential: the broker failed"',
    "new TokenError(String(thrown)",
    "what a provider throws is shown",
  ),
  at("broker.ts", "waitMs: timeoutMs = WAIT_MS", "waitMs: timeoutMs = 90_000", "an isolate is left waiting"),
  at(
    "broker.ts",
    "expiresInMs: credential.expiresAt - now,",
    "expiresInMs: credential.expiresAt,",
    "times are of the broker's clock",
  ),
  at("broker.ts", "if (holds?.id === id) return", "if (holds) return", "an isolate keeps what is due"),
  at(
    "broker.ts",
    "rejected === id ? Math.min(backInMs, SOON_MS) : backInMs",
    "backInMs",
    "an isolate stays with what was refused",
  ),
  at(
    "broker.ts",
    'provider.invalidate(held.credential, "unauthorized")',
    "provider.invalidate(held.credential)",
    "one isolate has it exchange again and again",
  ),
  at(
    "broker.ts",
    "if (rejected === held.id && provider",
    "if (rejected && provider",
    "a refusal of the old one drops the new one",
  ),
  at(
    "broker.ts",
    "if (claims !== undefined && !satisfies) return get({ claims });",
    "if (claims !== undefined) return get({ claims });",
    "each isolate's challenge is an exchange",
  ),
  at(
    "broker.ts",
    "held.claims === claims && holds?.id !== held.id",
    "held.claims === claims",
    "a second challenge is answered with the same",
  ),
  // When it is renewed.
  at("broker.ts", "if (now >= plan.windowAt) want(", "if (now >= plan.dueAt) want(", "nothing is renewed ahead"),
  at("broker.ts", "if (now >= plan.windowAt) want(", "want(", "what nobody needs is renewed"),
  at("broker.ts", "if (rows.get(name)?.lastDemandAt === undefined) rows.set", "rows.set", "every question is a write"),
  at(
    "broker.ts",
    "      if (holds) await renewal;\n      else waitUntil(renewal);",
    "      await renewal;",
    "who has nothing waits although one is held",
  ),
  at(
    "broker.ts",
    "provider.get({ eager: true, waitUntil, timeoutMs })",
    "provider.get({ waitUntil, timeoutMs })",
    "an alarm renews nothing",
  ),
  at(
    "broker.ts",
    "if (after === before && isOpen())",
    "if (after !== before)",
    "a provider with a policy of its own is not renewed ahead",
  ),
  at(
    "broker.ts",
    "|| entries.get(name) !== before || !isOpen()) return;",
    ") return;",
    "each that waited for a failure is told in the log",
  ),
  at(
    "broker.ts",
    "for (const name of rows.due(at)) postpone(name, undefined, undefined);",
    "",
    "an alarm rings without end",
  ),
  at(
    "broker.ts",
    "return (rejected === undefined && keep(name, question)) || get();",
    "return get();",
    "every isolate's question after an eviction is an exchange",
  ),
  at(
    "broker.ts",
    "if (!table.has(name)) rows.set(name, undefined);",
    "if (!table) rows.set(name, undefined);",
    "the row of a provider that is gone stays",
  ),
  at(
    "rows.ts",
    "lastDemandAt !== undefined && nextDueAt <= now",
    "nextDueAt <= now",
    "what nobody asked for is renewed",
  ),
  at("rows.ts", "Math.min(...wanted", "Math.max(...wanted", "the alarm is for the last that is due"),
  at(
    "rows.ts",
    "    } catch {\n      log(",
    "    } catch (error) {\n      throw error;\n      log(",
    "storage that fails is an unhandled rejection",
  ),
  at("rows.ts", "if (isRow(row) && !rows.has(name))", "if (!rows.has(name))", "what is no row is taken for one"),
  at("rows.ts", "alarmAt = alarm ?? undefined;", "", "an alarm of an earlier life is not taken back"),
  at(
    "rows.ts",
    "        // The next change tries again.\n        alarmAt = undefined;",
    "",
    "an alarm that could not be set never is",
  ),
  at("schedule.ts", "(random * (dueAt - windowAt)) / 2", "0", "all isolates come back at once"),
  at(
    "schedule.ts",
    "const queueMs = (turn * TURN_MS)",
    "const queueMs = (0 * TURN_MS)",
    "all isolates want the new one at once",
  ),
  at(
    "schedule.ts",
    "backMs < expiresInMs - Math.min(MARGIN_MS, expiresInMs / 10)",
    "backMs > 0",
    "an isolate keeps what ends too soon",
  ),
  at("schedule.ts", "if (dueAt <= now) return undefined;", "", "after an eviction what is due is kept"),
  at(
    "schedule.ts",
    "Math.min(wantedMs, LATEST * lifetimeMs)",
    "LATEST * lifetimeMs",
    "the issuer's advice is not followed",
  ),
  at("schedule.ts", "return at < expiresAt ? at : undefined;", "return at;", "a failed renewal is tried for ever"),
];

const of = breaksIn("packages/durable-objects/src");

const ofTheClass: readonly Break[] = [
  of("token-broker.ts", 'sealRpc(this, ["credential", "alarm"]);', "", "every method of the object can be called"),
  of("token-broker.ts", '"credential", "alarm"]', '"credential", "alarm", "providers"]', "its providers can be called"),
  of("token-broker.ts", "return this.#broker.alarm();", "return Promise.resolve();", "its alarm does nothing"),
];

export const brokerBreaks: readonly Break[] = [
  ...breaks.map((one) => ({ ...one, list: "mutations/broker" })),
  ...ofTheClass.map((one) => ({ ...one, list: "mutations/broker-object" })),
];

/** Breaks of the source that asks one's own issuer, and of errors as plain data. */
import { breaksIn } from "./break.ts";

const source = "sources/self-issued.ts";
const wait = "internal/wait-for.ts";
const error = "internal/plain-error.ts";
const at = breaksIn("packages/core/src");

export const selfIssuedBreaks = [
  at(error, 'plain(name, "", 60)', "String(thrown)", "what a stranger's error holds is told"),
  at(error, "isTokenError(error) ? error : unexpected(error)", "unexpected(error)", "a refusal loses its code"),
  at(error, "(?!AUTH)", "", "a minter decides what a client is told of its own token"),
  at(source, '?.mint === "function"', " !== null", "whatever stands in env.ISSUER is taken for a minter"),
  at(
    source,
    "(minter ? { found: true } : { found: false, missing: [MINTER] })",
    "({ found: true })",
    "firstOf stops at an issuer that is not bound",
  ),
  at(source, "mustBeFound(name, detect(), signal);", "", "tokens are minted for nobody"),
  at(source, "mint({ audience })", "mint({ audience, name } as never)", "the issuer is sent more than it asked for"),
  at(source, "identity: [NAME, minter]", "identity: [NAME]", "two issuers share a cache entry"),
  at(source, 'provenance: "external"', 'provenance: "unknown"', "a chain that Entra refuses is not refused"),
  at(wait, 'addEventListener("abort", reject', 'addEventListener("", reject', "a call outlives whoever waited for it"),
  at(wait, ".then(resolve, reject)", ".then(resolve)", "an issuer that is down is waited for until the timeout"),
  at(
    wait,
    '      .finally(() => signal.removeEventListener("abort", reject))',
    "",
    "each mint leaves a listener behind",
  ),
  at(
    source,
    "signal.throwIfAborted();\n        // RPC",
    "// RPC",
    "a caller's own abort looks like an issuer that is down",
  ),
  at(source, "/^TypeError:.* implement/", "/^never$/", "a binding to the wrong entrypoint is asked again and again"),
  at(source, "/^TypeError:.* implement/", "/implement/", "an outage with an unlucky word ends every caller"),
  at(source, "/^TypeError:.* implement/", "/^TypeError:/", "a TypeError within the issuer ends every caller"),
  at(source, '"no answer"', "String(thrown)", "whatever a remote error says is shown"),
  at(source, "if (!ok && isPlainError(error))", "if (false as never)", "a refusal is an unreadable reply"),
  at(source, "errorWith(error, { step: name })", "errorWith(error, error)", "a refusal brings claims and status along"),
  at(source, "checkReply(tokenText, ok && given", "checkReply(tokenText, given", "a refusal can hold a token"),
  at(source, '"ERR_SOURCE_REPLY").trim()', '"ERR_SOURCE_REPLY")', "white space around a token reaches the assertion"),
  at(source, "if (told !== audience)", "if (!told.includes(audience))", "a token for several audiences is taken"),
  at(source, "plain(told)", "told", "a token in the place of an audience is shown"),
  at(source, "Number(exp) * 1_000", "Number(exp)", "every token is called expired"),
  at(source, "!(expiresAt > platform.now())", "expiresAt < platform.now()", "a token without an end is kept for ever"),
  at(source, "{ ...options, minter }", "{ minter }", "a wrong option is never named, and no name is taken"),

  at(error, "{1,40}", "{1,400}", "a code without end fills messages and metrics"),
  at(error, 'typeof code === "string" && ', "", "a list passes for a code, and nothing can be done with it"),
  at(error, "RECOVERIES.includes(recovery)", 'typeof recovery === "string"', "any text is a recovery, a token too"),
  at(error, ' && typeof message === "string"', "", "an error without a message breaks what receives it"),
  at(error, 'plain(message, "", 1_000)', "message", "a message brings tokens along"),
  at(error, "Math.min(Math.max(0, Number(retryAfterMs)), HOUR_MS)", "Number(retryAfterMs)", "a pause lasts for ever"),
  at(
    error,
    "? plain(error[name]) : undefined",
    "? error[name] : undefined",
    "the fields of an error bring tokens along",
  ),
  at(error, ".slice(0, 10)", "", "a list without end is kept"),
  at(error, "Number.isInteger(error.status) ?", "error.status ?", "a status may be anything"),
  at(error, 'step: field("step"),', '...error, step: field("step"),', "somebody else's challenge reaches a client"),
  at(
    "internal/schema.ts",
    '?.map(({ key }) => key).join(".")',
    "?.at(-1)?.key",
    "a problem deep in the options has no place",
  ),
];

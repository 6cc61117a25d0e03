/** Breaks of the identity sources and of what reads replies for them. */
import { breaksIn } from "./break.ts";

const managed = "sources/managed-identity.ts";
const azure = "internal/managed-identity.ts";
const http = "internal/http.ts";
const at = breaksIn("packages/core/src");

export const sourceBreaks = [
  at(azure, "status === 404 || status === 410", "status === 410", "an identity that was just assigned is given up"),
  at(azure, "status === 404 || status === 410", "status === 404", "an update of IMDS ends every caller"),
  at(azure, "UPDATING_MS = 17_500", "UPDATING_MS = 18_500", "IMDS is waited for longer than an update may take"),
  at(azure, "UPDATING_MS = 17_500", "UPDATING_MS = 1_000", "an update of IMDS outlasts all tries"),
  at(azure, "isTransient(status) || ", "", "a 500 of IMDS ends every caller"),
  at(managed, "reply.status === 403 && /unreachable/i.test(reply.text)", "false", "Docker Desktop is taken for IMDS"),
  at(
    managed,
    "reply.status === 403 && /unreachable/",
    "/unreachable/",
    "a 503 that speaks of something unreachable stops everything",
  ),
  at(azure, 'audience.replace(/\\/\\.default$/, "")', "audience", "IMDS is asked for a scope instead of a resource"),
  at(managed, '[app ? "mi_res_id" : "msi_res_id"]', "msi_res_id", "App Service does not see the resource id"),
  at(managed, '{ metadata: "true" }', "{}", "IMDS answers 400 to everything"),
  at(azure, "return isLocal(url) ? [] :", "return true ? [] :", "the identity header goes to any host"),
  at(managed, "!host || isLocal(host)", "true", "IMDS is any host that a variable names"),
  at(
    azure,
    "Number(value) * 1000 || Date.parse(String(value))",
    "Number(value) * 1000",
    "an end in ISO 8601 cannot be read",
  ),
  at(azure, "localTime(endsAt, reply.headers, platform)", "endsAt", "a wrong clock stretches a token's life"),
  at(
    azure,
    "lifeMs > 2 * HOUR_MS ? now + lifeMs / 2 : undefined",
    "undefined",
    "a token of a day is renewed when it is nearly over",
  ),
  at(managed, 'provenance: "platform"', 'provenance: "unknown"', "the refused chain is not told from the allowed one"),
  at(azure, "access_token.trim()", "access_token", "white space around a token reaches the assertion"),
  at(http, 'redirect: "manual"', 'redirect: "follow"', "a redirect carries the identity header elsewhere"),
  at(http, "bytes > MAX_BYTES", "false", "a reply without end fills the memory"),
  at(
    http,
    "Number(value) * 1000 || Date.parse(value) - serverNow(headers, platform)",
    "Number(value) * 1000",
    "Retry-After as a date is not waited for",
  ),
  at(http, "Math.min(Math.max(0, ms), HOUR_MS)", "ms", "a date in the past, or in a year, is a pause"),
  at(
    http,
    "signal.throwIfAborted();\n    throw failure",
    "throw failure",
    "a caller's own abort looks like a failing network",
  ),
];

/** Breaks of the exchange at Google Cloud. */
import { breaksIn } from "./break.ts";

const target = "targets/gcp-sts.ts";
const gcp = "internal/gcp.ts";
const shared = "internal/target-options.ts";
const at = breaksIn("packages/core/src");

export const gcpBreaks = [
  at(
    target,
    'account ? CLOUD_PLATFORM : scopes.join(" ")',
    'scopes.join(" ")',
    "the federated token may not impersonate",
  ),
  at(
    target,
    "impersonate(STEP, account, given.access_token, scopes, context)",
    "impersonate(STEP, account, given.access_token, [CLOUD_PLATFORM], context)",
    "an account's token may do more than was asked for",
  ),
  at(
    target,
    "account ? [account.url, delegates, lifetimeMs] : []",
    "[]",
    "in a shared cache one service account is another",
  ),
  at(target, "v.optional(lifetimeSeconds)", "v.optional(v.any())", "a token has no end that a date can hold"),
  at(gcp, "instant(value) !== undefined", "!Number.isNaN(Date.parse(value))", "a date without a zone is local time"),
  at(target, "partition: scopesOf", "partition: () => []", "one scope's token is given for another"),
  at(target, "[...new Set(scopes)].sort()", "[...scopes]", "one set of scopes is two credentials"),
  at(
    target,
    "expires_in === undefined ? subject.expiresAt",
    "expires_in === undefined ? sentAt + 3_600_000",
    "an end is guessed",
  ),
  at(
    target,
    "config.subjectAudience ??",
    "config.subjectAudience ?? audience ??",
    "Google refuses every identity token",
  ),
  at(
    target,
    "hosts: () => [...hosts, ",
    'hosts: () => [...hosts, "*.googleapis.com", ',
    "another universe's token goes to Google's own",
  ),
  at(
    target,
    'v.custom<T>(() => false, "expected only with serviceAccount")',
    "schema",
    "delegates without an account are forgotten",
  ),
  at(target, "      subjectAudience,\n", "", "in a shared cache one audience's token is another's"),
  at(target, "Object.freeze([...list])", "list", "a scope that is pushed later is asked for"),
  at(target, 'typeof one === "string" && /', "/", "a list in a list of scopes is a scope"),
  at(target, 'typeof input === "string" ? input : ""', "String(input)", "what is no text is no ConfigError"),
  at(
    target,
    "iamEndpoint: withAccount(endpoint(allowHttpLoopback), serviceAccount)",
    "iamEndpoint: v.optional(endpoint(allowHttpLoopback))",
    "an endpoint that nobody asks is forgotten",
  ),
  at(gcp, "isHostRule(", "Boolean(", "a universe that is no domain is a TypeError"),
  at(gcp, " && !/^[a-z]{1,3}\\.[a-z]{2}$/.test(value)", "", "a whole country's hosts may be sent the token"),
  at(gcp, "[\\w.-]+@[a-z", "[\\w.+-]+@[a-z", "an account is what Google has none of"),
  at(gcp, "endpoint ?? ", "", "a private endpoint is gone round"),
  at(target, "TYPE + subjectTokenType", 'TYPE + "jwt"', "the type of the identity token is what nobody said"),
  at(gcp, 'error === "invalid_grant" && /', "/", "what speaks of something expired asks for a new identity token"),
  at(gcp, "(?:stale|expired)", "(?:expired)", "a token that is too old for Google is not replaced"),
  at(gcp, "isTransient(status) || /", "/", "an outage of Google's ends every caller"),
  at(
    gcp,
    " || /^Error connecting to the given credential's issuer/.test(why)",
    "",
    "keys that Google could not fetch for once end every caller",
  ),
  at(
    gcp,
    "(?:invalid_target|PERMISSION_DENIED|NOT_FOUND)",
    "(?:invalid_target|PERMISSION_DENIED)",
    "an account that was just made is given up",
  ),
  at(gcp, "googleStatus(reply, sent) ?? said.error", "said.error", "a refusal of Google's APIs has no name"),
  at(gcp, "signal.throwIfAborted();", "", "an account is impersonated for a caller who has gone"),
  at(gcp, "value.length <= MAX_TOKEN_LENGTH", "true", "a reply of any size is a token"),
  at(
    gcp,
    "localTime(instant(given.expireTime) as number, reply.headers, platform)",
    "instant(given.expireTime) as number",
    "a wrong clock stretches a token's life",
  ),
  at(gcp, "Math.floor(lifetimeMs / 1_000)", "Math.ceil(lifetimeMs / 1_000)", "a lifetime is above what was asked for"),
  at(
    gcp,
    "gcpRefusal(step, reply, platform, bearer, email)",
    'gcpRefusal(step, reply, platform, "", email)',
    "a federated token stands in a message",
  ),
  at(
    shared,
    "allowHttpLoopback === true) !== undefined",
    "true) !== undefined",
    "a token goes over plain http without anybody having allowed it",
  ),
  at(shared, 'query || !value.includes("?")', "true", "a path is put behind a query"),
  at(shared, "value >= least && value <= most", "value >= least", "a lifetime has no upper bound"),
];

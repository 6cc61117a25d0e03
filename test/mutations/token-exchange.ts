/** Breaks of the exchanges that are nobody's in particular: RFC 8693, the token as it is, and what Google's clients take. */
import { breaksIn } from "./break.ts";

const target = "targets/token-exchange.ts";
const reply = "internal/token-exchange-reply.ts";
const options = "internal/token-exchange-options.ts";
const giver = "internal/token-giver.ts";
const request = "internal/token-request.ts";
const proof = "internal/client-proof.ts";
const echoes = "internal/echoes.ts";
const lifetime = "internal/lifetime.ts";
const done = "internal/finished.ts";
const through = "targets/pass-through.ts";
const google = "interop/google-auth.ts";
const at = breaksIn("packages/core/src");

export const tokenExchangeBreaks = [
  at(target, "token.length > maxSubjectTokenLength", "false", "a token of any size is sent"),
  at(target, "actorToken && typeOf(actorTokenType)", "actorToken", "an actor's token is its own type"),
  at(
    target,
    "parameters: asked(token, actorToken, scopeOf(params))",
    "parameters: asked(token, actorToken, options.scope)",
    "the scope of with() is not asked for",
  ),
  at(
    target,
    "partition: (params) => [scopeOf(params)]",
    "partition: () => []",
    "one scope's token is given for another",
  ),
  at(
    target,
    "identityOfGiver(actor), identityOfGiver(clientAssertion)",
    "identityOfGiver(clientAssertion)",
    "in a shared cache one actor acts as another",
  ),
  at(
    target,
    "identityOfGiver(clientAssertion), clientSecret]",
    "identityOfGiver(clientAssertion)]",
    "in a shared cache one client is another",
  ),
  at(
    target,
    "theirs === false ? [] : [[theirs, value]]",
    "[[String(theirs), value]]",
    "a parameter that the server does not know is sent as false",
  ),
  at(target, "all.length > 1 ? all : all[0]", "all[0]", "of two audiences in JSON the second is lost"),
  at(target, "attached: hosts.length > 0", "attached: false", "a token that is none for requests is attached to them"),
  at(
    target,
    "const sentAt = platform.now();",
    "const sentAt = platform.now() + 2_000;",
    "a token looks fresher than it is",
  ),
  at(proof, "if (clientId) body.set", "if (!clientId) body.set", "the server does not know its client"),
  at(
    reply,
    'typeof token !== "string" || !/^[!-~]+$/.test(token)',
    'typeof token !== "string"',
    "a token of two lines gets into a header",
  ),
  at(reply, "issued === REFRESH_TOKEN", "false", "a refresh token is sent to an API"),
  at(reply, "&& rules.attached)", ")", "a token for a second hop is refused"),
  at(reply, "issued !== rules.requested", "false", "another kind of token is taken for the one that was asked for"),
  at(reply, "!rules.anyType && typeof issued", "typeof issued", "servers that leave out the type cannot be used"),
  at(reply, "found ?? undefined", "found", "a null is taken for a lifetime"),
  at(reply, "Object.hasOwn(Object(value), name)", "true", "a path leads into what a reply does not have"),
  at(
    reply,
    "Number(value) > 1e11 ? Number(value) : Number(value) * 1_000",
    "Number(value) * 1_000",
    "milliseconds are taken for seconds: a token lasts for ever",
  ),
  at(reply, "localTime(found, headers, platform)", "found", "a wrong clock stretches a token's life"),
  at(reply, "if (end === undefined) throw", "if (false) throw", "a token without an end is given without one"),
  at(
    reply,
    "withoutEchoes(reply, [...sentForms(sent.subject), ...sent.secrets])",
    "reply",
    "the client's secret stands in a message",
  ),
  at(
    echoes,
    "forms.reduce((rest, form) => plain(rest, form, 4_096), whole)",
    "whole",
    "a piece of an actor's token stands in a message",
  ),
  at(echoes, "if (depth >= DEPTH) return undefined;", "", "a reply that is deep enough is an overflow"),
  at(target, "encoder(config)", "encoder(options)", "what changes later is sent under the identity of before"),
  at(options, "audience: copied(audience)", "audience", "a list that grows later is another's token"),
  at(options, "hosts: copied(hosts)", "hosts", "a list that grows later opens hosts"),
  at(target, "&& reply.status !== 201", "", "a server that says Created gives nothing"),
  at(reply, 'typeof told === "string" ? told : ""', "String(told)", "what is no text ends as a stranger's error"),
  at(reply, "Math.min(...ends)", "(ends[0] as number)", "a token is given beyond its own end"),
  at(reply, "const isOfActor = ", "const isOfActor = false && ", "an expired actor costs the subject"),
  at(reply, "namesClient || status === 401", "false", "a provider goes on to give an assertion that was refused"),
  at(giver, "throw finished(error)", "throw error", "retries of one engine are repeated by another"),
  at(done, "error.retryAfterMs || SOON_MS", "error.retryAfterMs", "what may pass is not tried again soon"),
  at(
    giver,
    "(async () => call(), signal)",
    "(async () => call(), new AbortController().signal)",
    "who does not listen is waited for",
  ),
  at(lifetime, "{1,10}", "+", "a lifetime without end is an invalid date"),
  at(lifetime, "if (!isDay || !isTime) return undefined;", "", "the 30th of February is in March"),
  at(options, "!/_type$/i.test(name)", "true", "the type of a key is taken for a key"),
  at(options, "names(url).length === 0", "true", "a secret in a URL gets into cache keys"),
  at(options, "v.check(isClear,", "v.check(() => true,", "a server may take either of two parameters"),
  at(reply, 'return "subject";', 'return "stop";', "an expired identity token is not replaced"),
  at(reply, "if (said.error ?? said.why) return said;", "return said;", "a list of errors says nothing"),
  at(options, "taken.has(name) || looksSecret(name)", "taken.has(name)", "an option holds a secret"),
  at(
    options,
    "taken.has(name) || looksSecret(name)",
    "looksSecret(name)",
    "a parameter takes the place of the subject token",
  ),
  at(options, '!one.includes("#")', "true", "a resource has a fragment, which RFC 8707 forbids"),
  at(giver, "|| !(partition || perRequest)", "|| true", "one user's token speaks for another"),
  at(giver, "text.trim()", "text", "a line feed behind a token ends the exchange"),
  at(
    request,
    "reply = await send(step, to, { method, headers: sent, ...init }, context);",
    "reply = await send(step, to, { method, headers, ...init }, context);",
    "JSON is sent as a form",
  ),
  at(
    through,
    "expiresAt: now + assumedLifetimeMs",
    "expiresAt: now + 1e15",
    "a token that says no end is never asked for again",
  ),
  at(through, "refreshAt > now ? refreshAt : ", "", "what the source advises is not heard"),
  at(through, "Object.freeze([...(config.hosts ?? [])])", "config.hosts ?? []", "a list that grows later opens hosts"),
  at(
    through,
    "now + (expiresAt - now) * LOOK_AFTER",
    "expiresAt",
    "the old token is given until its end while there is a new one",
  ),
  at(through, 'produces: "unknown"', 'produces: "external"', "what Entra gave is passed off as another's"),
  at(google, "given.expiresAt - platform.now() > SOON_MS", "false", "a refused token is given again"),
  at(
    google,
    "given && given.expiresAt - platform.now() > SOON_MS",
    "given",
    "a client in its last minutes makes an exchange for each request",
  ),
  at(
    google,
    'checked.provider.invalidate(given, "unauthorized")',
    "checked.provider.invalidate(given)",
    "an API that refuses everybody is a request loop at the identity provider",
  ),
  at(google, "expiry_date: given.expiresAt", "expiry_date: 0", "a client asks at each request"),
];

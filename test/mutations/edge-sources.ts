/** Breaks of the sources of edge platforms, of clusters and of OpenID Connect clients. */
import { type Break, breaksIn } from "./break.ts";

const vercel = "sources/vercel.ts";
const deno = "sources/deno-deploy.ts";
const fly = "sources/fly.ts";
const spiffe = "sources/spiffe-file.ts";
const access = "sources/cloudflare-access.ts";
const file = "internal/replaced-file.ts";
const variable = "internal/variable-token.ts";
const firstOf = "first-of.ts";
const api = "internal/kubernetes-token-request.ts";
const client = "sources/oidc-client.ts";
const proof = "internal/client-proof.ts";
const giver = "internal/token-giver.ts";
const discovery = "internal/oidc-discovery.ts";
const at = breaksIn("packages/core/src");

export const edgeSourcesBreaks: readonly Break[] = [
  at(
    vercel,
    "env.VERCEL ? ofRequest(request) : undefined",
    "ofRequest(request)",
    "off Vercel a client sends its own identity",
  ),
  at(vercel, "perRequest: true,", "", "what a request's token was exchanged for outlives it"),
  at(
    vercel,
    "partition: (request) => [ofRequest(request)],",
    "partition: () => [],",
    "one deployment's token serves another's request",
  ),
  at(vercel, "Math.min(...ends)", "Math.max(...ends)", "an exchanged token is kept beyond the request's own"),
  at(vercel, "[aud].flat().includes(audience)", "false", "each token costs a request that gives nothing new"),
  at(vercel, 'jsonToken("token"), token)', 'jsonToken("token"))', "an echo of Vercel's shows the token"),
  at(
    vercel,
    "JSON.stringify({ token, aud: audience })",
    "JSON.stringify({ token })",
    "the token is exchanged for one like it",
  ),

  at(deno, "if (isTokenError(thrown)) throw thrown;", "", "a wrapper's own error loses its code"),
  at(deno, "signal.throwIfAborted();\n        if", "if", "a caller's own abort looks like a platform that is down"),
  at(
    deno,
    "thrown instanceof Error ? thrown.name : typeof thrown",
    "String(thrown)",
    "what a stranger's error holds is told",
  ),
  at(
    deno,
    "mustBeFor(NAME, found, audience, place,",
    "(() => undefined)(NAME, found, audience, place,",
    "a token for somebody else is sent",
  ),
  at(deno, "env[VARIABLE] ? [] : [VARIABLE]", "[]", "firstOf stops at Deno Deploy everywhere"),

  at(fly, "withFetch(context, watched)", "context", "the machine's own service is asked for on the network"),
  at(fly, "if (!forbidden) throw error;", "throw error;", "a permission that Deno lacks is asked for again and again"),
  at(fly, "JSON.stringify({ aud: audience })", '"{}"', "the token is for Fly's own audience"),
  at(fly, "identity: [NAME, options.fetch]", "identity: [NAME]", "two ways to a token share a cache entry"),
  at(
    "internal/with-fetch.ts",
    "platform: through }",
    "platform: Object.create(platform, { fetch: { value: fetch } }) }",
    "a platform of a class cannot read its own fields",
  ),

  at(file, "mustBeFor(step, found, audience, path, fix);", "", "a token for somebody else is sent"),
  at(file, "Math.min(found.expiresAt, LAST_INSTANT)", "found.expiresAt", "a token has no end that a date can hold"),
  at(file, "Math.abs(issuedAt) <= expiresAt", "true", "a token is read again at no instant"),
  at(variable, "{0,63}$/", "*$/", "a token in the place of a name stands in messages"),
  at(variable, "gh[a-z]_|", "", "a token of GitHub's in the place of a name stands in messages"),
  at(
    firstOf,
    "{ ...context, request: undefined }",
    "context",
    "what one request's header brought is given to all others",
  ),
  at(firstOf, "askedFor.set(request, only);", "", "on another platform one user gets another's token"),
  at(firstOf, "source === only ? request : undefined", "request", "a header for another source makes an exchange"),
  at(file, "0.85 *", "0.5 *", "the file is read again before there is a new token in it"),
  at(
    file,
    "Math.max(late, (platform.now() + expiresAt) / 2)",
    "late",
    "a file that is late is read again and again at once",
  ),
  at(
    spiffe,
    'typeof sub === "string" && SPIFFE_ID.test(sub)',
    "true",
    "whatever is in the file is a workload's identity",
  ),
  at(spiffe, "(?:\\/[\\w.-]+)*$/", "/", "what only begins like a SPIFFE ID is one"),

  at(
    access,
    "isVerifiedUser(user) ? [user.partition] : []",
    "user ? [user.partition] : []",
    "who names another's partition gets their credential",
  ),
  at(access, "perRequest: true,", "", "a credential outlives the caller's own token"),
  at(access, "if (!isVerifiedUser(user)) throw", "if (false) throw", "a header that nobody verified is an identity"),
  at(access, " || !isOfTeam(claims.iss)", "", "a token of any issuer that says app is handed on"),
  at(access, "iss === `https://", "true || `https://", "another team's token is handed on"),
  at(
    access,
    "\\.cloudflareaccess\\.com$/",
    "\\.cloudflareaccess\\.com/",
    "what only begins like a team's domain is one",
  ),
  at(access, 'claims.type !== "app"', "false", "another issuer's token is handed on to a stranger"),
  at(access, "expiresAt <= platform.now()", "expiresAt < platform.now()", "a token is sent in the moment that it ends"),
  at(
    access,
    "mustBeFor(NAME, { token }, audience,",
    "(() => undefined)(NAME, { token }, audience,",
    "a token for another application is sent",
  ),

  at(api, 'host.includes(":") ?', "host === undefined ?", "a cluster with IPv6 has no API server"),
  at(api, "Math.floor(lifetimeMs / 1_000)", "lifetimeMs", "a lifetime is asked for a thousandfold"),
  at(
    api,
    'apiVersion: "v1", ...boundObjectRef',
    "...boundObjectRef",
    "the server does not know what the token is bound to",
  ),
  at(
    api,
    "reply.status !== 201 && reply.status !== 200",
    "reply.status !== 200",
    "no real API server ever gives a token",
  ),
  at(
    api,
    "localTime(instant(expirationTimestamp) as number, reply.headers, platform)",
    "instant(expirationTimestamp) as number",
    "a wrong clock stretches a token's life",
  ),
  at(api, "withFetch(context, request.fetch)", "context", "the cluster's certificate is not trusted"),
  at(api, "plain(reason, own)", "reason", "an echo of the server's shows the pod's token"),
  at(api, "if (status !== 403) return", "if (status !== 999) return", "nobody is told which permission is missing"),
  at(
    api,
    "[namespace, serviceAccount, lifetimeMs, kind, name, uid, server, fetch]",
    "[]",
    "two service accounts share a cache entry",
  ),

  at(client, "...standing,", "", "one user's assertion gets another's token"),
  at(client, "withoutEchoes(reply, secrets)", "reply", "an echo of the provider's shows the secret"),
  at(client, "assertion?.renew()", "false", "a provider goes on to give an assertion that was refused"),
  at(client, "v.optional(lifetimeSeconds)", "v.optional(v.any())", "a lifetime without end is an invalid date"),
  at(client, "if (!audienceParameter && aud !== undefined)", "if (false)", "a token for somebody else is sent"),
  at(client, "ends.push(assertion.expiresAt)", "ends.push()", "a token outlives the request's assertion"),
  at(
    client,
    "sentAt + Number(body.expires_in) * 1_000",
    "sentAt + Number(body.expires_in)",
    "a token of an hour lasts for seconds",
  ),
  at(
    client,
    "endpoints.forget(platform);\n        throw error",
    "throw error",
    "a provider that has moved is looked for after an hour",
  ),
  at(client, "endpoints.forget(platform);\n        const", "const", "an endpoint that is gone is asked for an hour"),
  at(client, '!(scope && name === "scope")', "true", "the audience takes the place of the scope, or stands beside it"),
  at(client, "!OWN_PARAMETERS.includes(name)", "true", "the audience takes the place of the client's id"),
  at(proof, 'typeof value !== "string", STORED', "true, STORED", "nobody is told why a secret is refused"),
  at(giver, "request: giver.partition && request", "request", "what a request brought about serves others"),
  at(proof, "...[basic, inUrls].flatMap(sentForms), bare, ", "", "an echo of the header shows the secret"),
  at(giver, "if (isTokenError(thrown)) throw thrown;", "", "a vault's own error loses its code"),
  at(giver, "signal.throwIfAborted();\n    if", "if", "a caller's own abort looks like a vault that is down"),
  at(giver, "if (!v.is(tokenText, text)) throw", "if (false) throw", "whatever a function gives is an assertion"),
  at(proof, 'method === "client_secret_post"', "false", "the secret is always in the header"),
  at(
    discovery,
    "if (document.issuer !== issuer) throw",
    "if (false) throw",
    "a document of somebody else's says where the secret goes",
  ),
  at(discovery, "safeUrl(value, mayBeLocal) !== undefined", "URL.canParse(value)", "the secret goes over plain http"),
  at(discovery, 'issuer.startsWith("http:")', "true", "a document leads the secret to a server on this machine"),
  at(discovery, "platform.monotonic() < known.until", "false", "each token costs a document"),
  at(
    discovery,
    "platform.monotonic() + HOUR_MS",
    "Number.POSITIVE_INFINITY",
    "a provider that has moved is never found again",
  ),
];

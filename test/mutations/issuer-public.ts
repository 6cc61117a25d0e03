/** Breaks of what the issuer tells the world, of what it can be made of, and of where its keys are kept. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/issuer/src");

// biome-ignore format: a table
const documents: readonly Break[] = [
  at("ring.ts", "publicJwk: v.strictObject(PUBLIC[alg])", "publicJwk: v.looseObject(PUBLIC[alg])", "a ring has a private key in the place of a public one"),
  at("documents.ts", 'use: "sig", ', "", "a key does not say what it is for"),
  at("documents.ts", 'issuer.replace(/\\/$/, "")', "issuer", "of an issuer with a slash at its end the documents are nowhere"),
  at("documents.ts", "    issuer,\n      jwks_uri", "    issuer: issuer.replace(/\\/$/, \"\"),\n      jwks_uri", "discovery names another issuer than the tokens"),
  at("documents.ts", "[...new Set(keys.map(({ alg }) => alg))]", '["RS256"]', "discovery names an algorithm that no key has"),
  at("routes.ts", "url.origin === origin", "url.hostname === new URL(issuer).hostname", "the documents are on every port"),
  at("routes.ts", "url.origin === origin && ", "", "the documents are on every host"),
  at("routes.ts", "&& !url.username && !url.password", "", "a request with a password is answered"),
  at("routes.ts", "pages.get(url.pathname)", "pages.get(decodeURIComponent(url.pathname))", "an encoded path is another way in"),
  at("routes.ts", "if (!METHODS.includes(method)) return", "if (!method) return", "documents are posted to"),
  at("routes.ts", 'ifNoneMatch.trim() === "*" || ', "", "who holds any version is sent it again"),
  at("routes.ts", "(ifNoneMatch.match(/\"[^\"]*\"/g) ?? ([] as string[])).includes(etag)", "ifNoneMatch === etag", "who holds several versions is sent one again"),
  at("routes.ts", "{ ...cached, etag });", "{ ...cached });", "a 304 does not say of what"),
  at("routes.ts", 'method === "HEAD" ? null : text', "text", "HEAD is answered with a body"),
  at("routes.ts", "Math.floor(Math.min(maxAgeMs, jwksMaxAgeMs) / 1000)", "Math.min(maxAgeMs, jwksMaxAgeMs)", "the JWKS is cached for a thousand times as long"),
  at("routes.ts", "Math.min(maxAgeMs, jwksMaxAgeMs)", "jwksMaxAgeMs", "what is in front caches for longer than the issuer allows"),
  at("routes.ts", "      url.protocol = protocol;\n", "", "behind TLS the port that goes without saying is another host"),
  at("routes.ts", "      return undefined;\n    }\n  };", "      throw new TypeError();\n    }\n  };", "a host that is none is an error of the server"),
  at("routes.ts", '"cache-control": "no-store",\n', "", "that there is nothing is cached"),
  at("routes.ts", '  "x-content-type-options": "nosniff",\n', "", "a browser may guess what a document is"),
  at("create-issuer.ts", "if (why !== told) onWarning", "onWarning", "each stranger's request is a line in the log"),
  at("create-issuer.ts", "allowHttpLoopback }, toldOf)", "allowHttpLoopback }, documents)", "nobody learns why there are no documents"),
];

// biome-ignore format: a table
const options: readonly Break[] = [
  at("issuer-url.ts", "safeUrl(text, allowHttpLoopback)", "safeUrl(text, true)", "plain http on loopback is taken in production"),
  at("issuer-url.ts", "return asWritten && ", "return url !== undefined && ", "an issuer is spelt in a way that no verifier sees"),
  at("issuer-url.ts", " && !/[?#]/.test(text)", "", "an issuer has a query"),
  at("issuer-url.ts", "endsWith(`.", "endsWith(`", "it warns of hosts that are nobody else's"),
  at("options.ts", "text.trim() === text", "text.trim() !== \"\"", "an audience has a blank at its end that nobody sees"),
  at("options.ts", " && !INVISIBLE.test(text)", "", "two subjects look the same"),
  at("options.ts", "new Set(list).size === list.length", "list.length > 0", "a list names one twice"),
  at("options.ts", "(list) => list.length > 0", "() => true", "an issuer is for nobody"),
  at("options.ts", "if (tokenLifetimeMs > maxTokenLifetimeMs)", "if (tokenLifetimeMs > LONGEST_TOKEN_MS)", "every token is refused by the cap"),
  at("options.ts", "if (jwksMaxAgeMs > publishAheadMs)", "if (jwksMaxAgeMs > everyMs)", "a verifier meets a key that it has not seen"),
  at("options.ts", "publishAheadMs + maxTokenLifetimeMs + CLOCK_SKEW_MS", "publishAheadMs", "keys change faster than they can go"),
  at("options.ts", "now > 0 && ", "", "no Worker with keysFrom starts"),
  at("options.ts", "keysFrom > now + CLOCK_SKEW_MS", "keysFrom > now + 1e12", "an emergency that drops no key goes unnoticed"),
  at("options.ts", "durationMs(1_000, LONGEST_TOKEN_MS)", "durationMs(1_000)", "a token lasts for a month"),
  at("options.ts", "problems.push(...(error.problems ?? []));", "throw error;", "the second mistake is found after the first"),
  at("options.ts", "options?.profiles ?? [entraProfile()]", "options?.profiles ?? []", "what Entra refuses is found out there"),
  at("options.ts", ".filter((problem) => !wrong.has(fieldOf(problem)))", "", "what is wrong is told twice"),
  at("profiles/entra.ts", 'algorithm === "RS256" ?', "algorithm ?", "Entra is given what it does not take"),
  at("profiles/entra.ts", "const MAX_LENGTH = 600", "const MAX_LENGTH = 601", "a subject is too long for Entra"),
  at("profiles/aws.ts", "[^/:?#]+", "[^/?#]+", "AWS is given a port"),
  at("profiles/aws.ts", "const MAX_LENGTH = 255", "const MAX_LENGTH = 256", "an audience is too long for AWS"),
  at("profiles/gcp.ts", ', MAX_SUBJECT_BYTES, "bytes")', ", MAX_SUBJECT_BYTES)", "a subject has too many bytes for Google"),
  at("profiles/gcp.ts", "Object.fromEntries(MEMBERS.map(", "Object.fromEntries(Object.keys(key).map(", "Google's file has members that it refuses"),
];

// biome-ignore format: a table
const stores: readonly Break[] = [
  at("stores/revision.ts", "if (expectedRevision === undefined) return stored === undefined;\n", "", "somebody else's data is written over"),
  at("stores/memory.ts", "keys: ring.keys.map((key) => ({ ...key, publicJwk: { ...key.publicJwk } })),", "keys: ring.keys,", "what is done to a ring changes what is stored"),
  at("stores/memory.ts", "if (!isExpected(held, expectedRevision)) return false;\n", "", "two writers write over each other"),
  at("stores/deno-kv.ts", ".check({ key, versionstamp })", "", "two processes write over each other"),
  at("stores/deno-kv.ts", "if (!isExpected(stored, expectedRevision)) return false;\n", "", "a writer writes over what it has not read"),
  at("stores/deno-kv.ts", "versionstamp === null ? undefined : value", "value ?? undefined", "an entry that is null is written over"),
  at("stores/durable-object.ts", "if (!isExpected(await transaction.get(key), expectedRevision)) return false;\n", "", "a writer writes over what it has not read"),
  at("stores/durable-object.ts", "storage.transaction(async (transaction) => {", "Promise.resolve(storage).then(async (transaction) => {", "two writers of one object write over each other"),
  at("testing.ts", "winners.length !== 1", "winners.length < 1", "a store that lets all of several writers win passes"),
  at("testing.ts", "  spoil(given);\n", "", "a store that keeps what it was given passes"),
  at("testing.ts", "  spoil(await store.read());\n", "", "a store that gives what it keeps passes"),
  at("testing.ts", "if (!(await works(key))) yield", "if (!key) yield", "a store that mixes keys up passes"),
];

export const issuerPublicBreaks: readonly Break[] = [...documents, ...options, ...stores].map((one) => ({
  ...one,
  list: "mutations/issuer",
}));

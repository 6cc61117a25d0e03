/** Breaks of the verification of inbound tokens: each takes one check away, or bends it. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/core/src");
const folder = breaksIn("packages/core/src/bearer-auth");

// biome-ignore format: a table
const request: readonly Break[] = [
  folder("request.ts", "$/i;\nconst BARE", "/i;\nconst BARE", "what follows a token is ignored"),
  folder("request.ts", "/^bearer +(", "/^(?:bearer|dpop) +(", "a token under another scheme is taken for a bearer token"),
  folder("request.ts", "=*)$/;\nconst NAMES", "=*)/;\nconst NAMES", "of two of Access's headers the first is taken"),
  folder("request.ts", "bearer ? NAMES_BEARER.test(value) :", "bearer ? false :", "a malformed token counts as none"),
  folder("request.ts", "(?:^|,)\\s*bearer", "^bearer", "a token behind a password counts as none"),
  folder("request.ts", "if (found.length > 1) return", "if (found.length > 9) return", "of two tokens the first is taken"),
  folder("request.ts", 'error === "insufficient_scope" ?', 'error !== "insufficient_scope" ?', "who lacks a scope is not told which"),
  at("bearer-auth.ts", 'found === "no-token" ?', 'found === "malformed-credentials" ?', "who sent nothing is told of an error"),
  at("bearer-auth.ts", '  ERR_AUTH_INVALID: "invalid_token",\n', "", "who sent a bad token is not told so"),
];

// biome-ignore format: a table
const form: readonly Break[] = [
  folder("token.ts", "token.length > MAX_LENGTH", "token.length > 64 * MAX_LENGTH", "a token of a megabyte is read"),
  folder("token.ts", 'if (parts.length === 5) return "encrypted";\n', "", "an encrypted token is not called one"),
  folder("token.ts", "parts.length !== 3 ||", "parts.length < 2 ||", "a token of four parts is read"),
  folder("token.ts", "[AEIMQUYcgkosw048]", "[\\w-]", "a token has several spellings by its last letters"),
  folder("token.ts", "[\\w-][AQgw])", "[\\w-]{2})", "a token has several spellings by its last letter"),
  folder("token.ts", "BASE64URL.test(part)", "part.length > 0", "a token may be in plain base64, and cannot be unsigned"),
  folder("token.ts", "fatal: true, ", "", "claims that are not UTF-8 are read somehow"),
  folder("token.ts", ", ignoreBOM: true", "", "claims behind a byte order mark are read"),
  folder("token.ts", "open.push(new Set()) > MAX_DEPTH", "open.push(new Set()) > 9_999", "claims of any depth are read"),
  folder("token.ts", "const MAX_DEPTH = 16", "const MAX_DEPTH = 15", "claims of 16 levels are refused"),
  folder("token.ts", "names?.has(name)", "names?.has(part)", "an escaped name hides a duplicate"),
  folder("token.ts", "names?.add(name);", "", "of two members the last one counts"),
  folder("token.ts", "      open.pop();\n", "", "members of different objects are taken for duplicates"),
  folder("token.ts", '(?:"|\\\\?$)(', '"(', "a token can be made that takes long to read"),
  folder("token.ts", "if (flaw) return flaw;\n", "", "neither duplicates nor depth are looked at"),
  folder("token.ts", " && !Array.isArray(value)", "", "a header in an array is read"),
];

// biome-ignore format: a table
const header: readonly Break[] = [
  folder("claims.ts", '"crit" in header', '"critical" in header', "an extension that must be understood is ignored"),
  folder("claims.ts", '"b64" in header', '"b65" in header', "a payload that is not encoded is taken for one that is"),
  ...["jwk", "jku", "x5u", "x5c"].map((name) =>
    folder("claims.ts", `"${name}"`, `"${name}?"`, `a token says by ${name} what it is verified with`),
  ),
  at("bearer-auth.ts", "if (headerFlaw) throw invalid(headerFlaw);", "", "no header is looked at"),
  at("bearer-auth.ts", "issuer?.header !== found.header", "!issuer", "Access's token is accepted as a bearer token"),
  at("bearer-auth.ts", "trusted.get(token.claims.iss as string)", "trusted.get(String(token.claims.iss))", "an iss in a list is accepted"),
  at("bearer-auth.ts", "trusted.get(token.claims.iss as string)", "trusted.get(String(token.claims.iss).normalize())", "an iss is accepted in another normal form"),
  folder("claims.ts", 'if (!issuer.algorithms.includes(header.alg as string)) return "wrong-algorithm";\n', "", "a token chooses its algorithm"),
  folder("claims.ts", "header.alg as string", "String(header.alg)", "an algorithm in a list is accepted"),
  folder("claims.ts", "|| !issuer.types.includes(type)", "", "a token of any type is accepted"),
  folder("claims.ts", 'typeof typ === "string" ? typ', "typ ? String(typ)", "a type in a list is accepted"),
  folder("claims.ts", '.replace(/^application\\//, "")', "", "a type is not accepted as RFC 9068 lets it be written"),
  folder("claims.ts", "typ.toLowerCase()", "typ", "a type is compared by its case"),
  folder("claims.ts", 'if (typeof header.kid !== "string") return "no-key-id";\n', "", "a token without a key id is judged"),
];

// biome-ignore format: a table
const claims: readonly Break[] = [
  folder("claims.ts", 'if (exp === undefined) return "no-expiry";\n', "", "a token that never ends is accepted"),
  folder("claims.ts", 'if (exp * 1000 <= now - toleranceMs) return "expired";\n', "", "a token that is over is accepted"),
  folder("claims.ts", "exp * 1000 <= now - toleranceMs", "exp * 1000 < now - toleranceMs", "a token is accepted at its very end"),
  folder("claims.ts", "exp * 1000 <= now - toleranceMs", "exp * 1000 <= now + toleranceMs", "clocks may not differ"),
  folder("claims.ts", "nbf * 1000 > now + toleranceMs", "nbf * 1000 > now + 9 * toleranceMs + 1000", "a token is accepted before its time"),
  folder("claims.ts", "iat * 1000 > now + toleranceMs", "iat * 1000 > now + 9 * toleranceMs + 1000", "a token of the future is accepted"),
  folder("claims.ts", "time === undefined || Number.isFinite(time)", "time !== null", "a time may be a text, or no number at all"),
  folder("claims.ts", "[exp, iat, nbf].every", "[exp, iat].every", "nbf may be a text"),
  folder("claims.ts", "[exp, iat, nbf].every", "[exp, nbf].every", "iat may be a text"),
  folder("claims.ts", "].every(isTextOrAbsent) &&", "].every(() => true) &&", "claims have other types than they are given"),
  folder("claims.ts", "[sub, ...texts", "[...texts", "sub may be a number"),
  folder("claims.ts", '(typeof aud === "string" || isListOfTexts(aud)) &&', "", "aud may be anything"),
  folder("claims.ts", "(roles === undefined || isListOfTexts(roles))", "true", "roles may be anything"),
  folder("claims.ts", 'Array.isArray(value) && value.every((one) => typeof one === "string")', "Array.isArray(value)", "a list of roles may hold anything"),
  folder("claims.ts", 'if (cnf !== undefined) return "bound-to-a-key";\n', "", "a stolen token that is bound to a key is accepted"),
  folder("claims.ts", 'if (Array.isArray(aud) && !otherAudiences) return "audience-list";\n', "", "Entra's audience may be a list"),
  folder("claims.ts", '.length !== 1) return "wrong-audience"', '.length > 9) return "wrong-audience"', "a token for somebody else is accepted"),
  folder("claims.ts", '.length !== 1) return "wrong-audience"', '.length === 0) return "wrong-audience"', "an audience may be named twice"),
  folder("claims.ts", 'otherAudiences?.includes(one)) ? undefined : "other-audience"', "true) ? undefined : undefined", "a token may be for others besides"),
  folder("claims.ts", "audienceFlawOf(claims, issuer) ?? ", "", "a token for anybody is accepted"),
  folder("entra-issuer.ts", 'if (claims.ver !== version) return "wrong-version";\n', "", "a token of either version passes for the other"),
  folder("entra-issuer.ts", 'if (claims.tid !== tenant) return "wrong-tenant";\n', "", "a token may name another tenant than its issuer's"),
  folder("entra-issuer.ts", "claims.tid !== tenant", "String(claims.tid).toLowerCase() !== tenant", "a tenant is compared loosely"),
  folder("entra-issuer.ts", "client === undefined || ", "", "an ID token without nonce is accepted"),
  folder("entra-issuer.ts", " || isIdToken(claims)", "", "an ID token with a client is accepted"),
  folder("entra-issuer.ts", 'version === "1.0" ? claims.appid : claims.azp', "claims.appid ?? claims.azp", "the client of one version passes for that of the other"),
  ...["nonce", "at_hash", "c_hash"].map((name) =>
    folder("issuer.ts", `${name} !== undefined`, "false", `an ID token with ${name} alone is accepted`),
  ),
  folder("oidc-issuer.ts", "isIdToken(claims) || ", "", "an ID token of any issuer is accepted"),
  folder("oidc-issuer.ts", 'claims.typ === "ID" || ', "", "an ID token of Keycloak is accepted"),
  folder("oidc-issuer.ts", ' || claims.token_use === "id"', "", "an ID token of Cognito is accepted"),
  folder("oidc-issuer.ts", 'type !== "at+jwt" &&', "", "an access token with a nonce is refused"),
  folder("access-issuer.ts", 'type === "app" ? undefined', "type ? undefined", "Access's token for the organisation is accepted"),
  folder("access-issuer.ts", "otherAudiences: [],\n", "", "Access's own tokens are refused"),
  at("bearer-auth.ts", "if (claimsFlaw) throw invalid(claimsFlaw);", "", "no claim is looked at"),
];

// biome-ignore format: a table
const keys: readonly Break[] = [
  at("bearer-auth.ts", 'if (!key) throw invalid("unknown-key");', "if (!key) return verifiedUser(found.text, token.claims as never);", "a token with an unknown key is accepted"),
  at("bearer-auth.ts", "if (issuer.mayVerify?.(key) === false)", "if (false as boolean)", "another tenant's key verifies"),
  folder("entra-issuer.ts", "issuer === undefined || String(issuer)", "!issuer || String(issuer)", "a key whose issuer is null verifies"),
  folder("entra-issuer.ts", '.replace("{tenantid}", tenant)', "", "a key that every tenant shares does not verify"),
  at("bearer-auth.ts", "if (signatureFlaw) throw invalid(signatureFlaw);", "", "any signature is accepted"),
  folder("signature.ts", 'return good ? undefined : "bad-signature";', "return undefined;", "a wrong signature is accepted"),
  folder("signature.ts", "key.kty === kty &&", "", "a key of another kind than it says verifies"),
  folder("signature.ts", "(crv === undefined || key.crv === crv) &&", "", "a key of another curve than it says verifies"),
  folder("signature.ts", '(key.use ?? "sig") === "sig" &&', "", "a key for encryption verifies"),
  folder("signature.ts", "(key.alg ?? alg) === alg &&", "", "a key for another algorithm verifies"),
  folder("signature.ts", '[key.key_ops ?? "verify"].flat().includes("verify")', "true", "a key that may not verify does"),
  folder("signature.ts", "modulusLength < MIN_RSA_BITS ?", "modulusLength < 512 ?", "an RSA key of 1024 bits verifies"),
  folder("signature.ts", 'bits === "512" ? "521" : bits', "bits", "ES512 is not supported"),
  folder("key-set.ts", "const slot: Slot<KeySet> = { state: {}, freshUntil: 0, used: false };\n", "const slot: Slot<KeySet> = ((engine as unknown as { slot: Slot<KeySet> }).slot ??= { state: {}, freshUntil: 0, used: false });\n", "an issuer's keys verify another's tokens"),
  folder("key-set.ts", "if (keys.size === 0) throw", "if (keys.size < 0) throw", "an empty list of keys turns everybody away"),
  folder("key-set.ts", "if (reply.status === 200)", "if (reply.status < 600)", "the body of an error is read as keys"),
  folder("key-set.ts", "if (dueMs > 0) return undefined;\n", "", "each unknown key makes a request"),
  folder("key-set.ts", "Math.max(triedAt, held?.at.mono ?? 0)", "triedAt", "an unknown key makes a request right after another"),
  folder("key-set.ts", "Math.max(triedAt, held?.at.mono ?? 0)", "(held?.at.mono ?? 0)", "while keys cannot be had each unknown one makes a request"),
  folder("key-set.ts", "if (!slot.flights?.has(RELOAD)) {", "{", "of those who come with a new key all but one are refused"),
  folder("key-set.ts", "if (dueMs > 0 && failed) throw dueIn(failed.error, dueMs);", "", "a new key that cannot be had now is called unknown"),
  folder("key-set.ts", "claims: RELOAD, eager: true, background: true", "eager: true, background: true", "an unknown key is never looked for"),
  folder("key-set.ts", "eager: true, background: true }", "eager: true }", "a reload for an unknown key is tried again and again"),
  folder("key-set.ts", "more({ eager }))", "more({ eager: true }))", "requests wait while keys are read again"),
  folder("key-set.ts", "more({ eager }))", "more({ eager: false }))", "without keys each request makes one to the issuer"),
  folder("key-set.ts", "const HELD_MS = 24 *", "const HELD_MS = 240 *", "keys are trusted for ten days without another look"),
  folder("key-set.ts", "const HELD_MS = 24 *", "const HELD_MS = 8 *", "an outage of eight hours turns everybody away"),
  folder("key-set.ts", "* (1 - random / 10)", "", "a fleet reads the keys at the same moment"),
  folder("key-set.ts", "const REFRESH_MS = 3_600_000", "const REFRESH_MS = 36_000_000", "keys that are withdrawn are trusted for hours"),
  folder("key-set.ts", "      marginMs: 0,\n", "      marginMs: 80_000_000,\n", "requests wait for keys that are held"),
  at("bearer-auth.ts", "return waitUntilOf(context);", "return undefined;", "on Workers keys are never read behind a request"),
  at("bearer-auth.ts", "        timeoutMs,\n", "", "a request waits for keys as long as they take"),
  at("internal/wait-until.ts", "  } catch {\n    return waitUntil;", "  } finally {\n    if (Math.random() > 2) return waitUntil;", "a framework without an execution context breaks every request"),
  folder("oidc-issuer.ts", "named !== issuer ?", "false ?", "a discovery document of another issuer is believed"),
  folder("oidc-issuer.ts", " || !safeUrl(found, mayBeLocal)", "", "a discovery document sends to a server in the house"),
  folder("oidc-issuer.ts", 'allowHttpLoopback && issuer.startsWith("http:")', "allowHttpLoopback", "an https issuer leads to this machine"),
  folder("oidc-issuer.ts", 'issuer.replace(/\\/$/, "")', "issuer", "an issuer with a slash at its end is not found"),
];

// biome-ignore format: a table
const permissions: readonly Break[] = [
  at("bearer-auth.ts", 'if (lack) throw refusal("ERR_AUTH_FORBIDDEN", lack);', "", "nothing that is asked for is needed"),
  folder("claims.ts", "!scopes.every((one) => hasScopes.includes(one))", "!scopes.slice(0, 1).every((one) => hasScopes.includes(one))", "one scope of several is enough"),
  folder("claims.ts", "!roles.every((one) => hasRoles.includes(one))", "!roles.slice(0, 1).every((one) => hasRoles.includes(one))", "one role of several is enough"),
  folder("claims.ts", 'sender === "application" ? [] : scopesIn', "scopesIn", "an application passes for a user by its scp"),
  folder("claims.ts", 'sender !== "application" || roles.length === 0', 'sender !== "application"', "an application passes where only scopes are asked for"),
  folder("claims.ts", 'sender !== "application" || roles.length === 0', "true", "an application needs scopes"),
  folder("claims.ts", 'sender !== "user" || scopes.length === 0', 'sender !== "user"', "a user passes where only roles are asked for"),
  folder("claims.ts", 'sender !== "user" || scopes.length === 0', "true", "a user with scopes needs roles"),
  folder("claims.ts", 'claim.split(" ")', "claim.split(/\\s/)", "a strange space separates scopes"),
  folder("claims.ts", 'claim.split(" ")', "[claim]", "a list of scopes in one text is one scope"),
  folder("claims.ts", "scopesIn(claims.scp, claims.scope)", "scopesIn(claims.scp)", "scopes as RFC 9068 has them are not seen"),
  folder("claims.ts", 'claims.scp || hasRoles.length > 0 ? undefined : "no-permission"', "true ? undefined : undefined", "any application of the tenant may call"),
  folder("claims.ts", "return allowUnassigned || ", "return ", "nobody may call who has neither scopes nor roles"),
  at("internal/verified-user.ts", 'idtyp === "app" || ', "", "an application passes for a user by its scp, whatever its idtyp"),
  at("internal/verified-user.ts", ' || typeof scp !== "string"', "", "an application whose token has no idtyp passes for a user"),
];

// biome-ignore format: a table
const user: readonly Break[] = [
  at("internal/verified-user.ts", "return #maker in value && value.#maker === MAKER;", "return value instanceof Verified;", "a copy passes for a verified user"),
  at("internal/verified-user.ts", " && value.#maker === MAKER", "", "whoever has one verified user makes others"),
  at("internal/verified-user.ts", "freeze(claims), claims.exp * 1000", "claims, claims.exp * 1000", "claims can be changed after they were checked"),
  at("internal/verified-user.ts", "    Object.freeze(this);\n", "", "a verified user can be changed"),
  at("internal/verified-user.ts", "MAKER, secret(token), partition", "MAKER, { reveal: () => token, toJSON: () => token } as never, partition", "a user that is printed shows its token"),
  at("internal/verified-user.ts", "new TextEncoder().encode(token)", "new TextEncoder().encode(token.slice(0, 9))", "two users share one partition"),
  folder("entra-issuer.ts", "one.toLowerCase()", "one", "a tenant in capitals is never met"),
];

export const bearerAuthBreaks: readonly Break[] = [
  ...request,
  ...form,
  ...header,
  ...claims,
  ...keys,
  ...permissions,
  ...user,
];

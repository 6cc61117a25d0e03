/** Breaks of the emulator: each would let something pass that Entra refuses, or refuse what it grants. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/emulator/src");

export const emulatorBreaks: readonly Break[] = [
  at("entra/match-credential.ts", "issuer === presented.issuer", "true", "any issuer is trusted"),
  at(
    "entra/match-credential.ts",
    "audiences.includes(audienceOf(presented))",
    "audiences.length > 0",
    "any audience is accepted",
  ),
  at(
    "entra/match-credential.ts",
    "if (ofAudience.some((credential) => credential.subject === subject)) return;",
    "if (ofAudience.some((credential) => sameId(credential.subject, subject))) return;",
    "a subject that differs in case is accepted",
  ),
  at("entra/match-credential.ts", "if (all.length === 0)", "if (false)", "70025 is never said"),
  at("entra/authenticate.ts", "notBeforeAt <= now && now < expiresAt", "notBeforeAt <= now", "expired assertions pass"),
  at("entra/authenticate.ts", "notBeforeAt <= now && now < expiresAt", "now < expiresAt", "early assertions pass"),
  at(
    "entra/authenticate.ts",
    'issued.provenance !== "platform"',
    "false",
    "the chain that Entra refuses is granted (700231)",
  ),
  at("entra/authenticate.ts", 'if (issued?.kind === "user") throw refused(700229);', "", "700229 is never said"),
  at("entra/authenticate.ts", 'client.kind === "managed-identity"', "false", "a managed identity trusts Entra"),
  at("entra/authenticate.ts", "entra.tenantId !== client.homeTenantId", "false", "identities cross tenants"),
  at(
    "entra/authenticate.ts",
    '    await compactVerify(token, key, { algorithms: ["RS256"] });\n',
    "",
    "signatures are not checked",
  ),
  at("entra/issuer-keys.ts", 'redirect: "manual"', 'redirect: "follow"', "an issuer sends the emulator elsewhere"),
  at("entra/issuer-url.ts", "allowHttpLoopback &&", "true &&", "plain http is taken without the option"),
  at(
    "entra/issuer-url.ts",
    'return url?.protocol === "http:" && loopback.test(url.hostname);',
    'return url?.protocol === "http:";',
    "plain http leaves the machine",
  ),
  at(
    "entra/issuer-keys.ts",
    "  checkKeysUrl(discovery.jwks_uri, url);\n",
    "",
    "an issuer names any URL for its keys, and it is fetched",
  ),
  at("bearer.ts", "(claims.exp ?? 0) <= now", "false", "expired tokens open Azure"),
  at("bearer.ts", "(claims.nbf ?? 0) > now", "false", "early tokens open Azure"),
  at("arm/rbac.ts", "sameId(assignment.principalId, principalId) &&", "", "another principal's role opens a group"),
  at("arm/rbac.ts", "|| below.startsWith(", "|| true || below.startsWith(", "a role on one group opens all"),
  at("host-check.ts", "exact.has(host) ||", "true ||", "any host is answered"),
  at("admin/routes.ts", "given === undefined || !sameSecret(given, adminToken())", "false", "anyone is admin"),
];

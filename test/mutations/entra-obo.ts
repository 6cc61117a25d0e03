/** Breaks of what acts on behalf of users: the target, what it makes of refusals, and the emulator's side of both. */
import { type Break, breaksIn } from "./break.ts";

const core = breaksIn("packages/core/src");
const emulator = breaksIn("packages/emulator/src");
const target = "targets/entra-obo.ts";
const user = "internal/entra-user.ts";

export const entraOboBreaks: readonly Break[] = [
  core(
    target,
    "v.custom<VerifiedUser>(isVerifiedUser,",
    "v.custom<VerifiedUser>(Boolean,",
    "anything passes for a user",
  ),
  core(target, "if (!isVerifiedUser(user)) throw", "if (!user) throw", "a copy of a user is one at run time"),
  core(target, "if (isAppOnly(user.claims)) {", "if (user.claims.idtyp === 0) {", "an application passes for a user"),
  core(target, "if (!served.includes(tenantOf(user))) {", "if (!served) {", "users of any tenant are served"),
  core(
    target,
    'typeof aud === "string" && GUID.test(aud) && aud.toLowerCase()',
    "aud === 0 && GUID.test(aud) && String(aud).toLowerCase()",
    "a token for another application is exchanged",
  ),
  core(target, "return [scope, tenant, params.user.partition];", "return [scope, tenant];", "users share a credential"),
  core(target, "return [scope, tenant, params", "return [tenant, params", "scopes share a credential"),
  core(target, "return [scope, tenant, params", "return [scope, params", "tenants share a credential"),
  core(
    target,
    "if (expiresAt <= context.platform.now()) throw",
    "if (expiresAt < 0) throw",
    "a token that is over is sent all the same",
  ),
  core(
    target,
    "if (out.expiresAt <= expiresAt) return out;",
    "if (out) return out;",
    "what is given outlives its user's token",
  ),
  core(
    target,
    "refreshAt: Math.min(out.refreshAt ?? expiresAt, expiresAt)",
    "refreshAt: out.refreshAt",
    "shortly before the user's token ends, one exchange follows the other",
  ),
  core(target, ".sort().join", ".join", "one set of permissions has several credentials"),
  core(
    target,
    "ONE_RESOURCE.test(value) && !MIXED.test(value)",
    "ONE_RESOURCE.test(value)",
    "everything and something is asked for at once",
  ),
  core(target, '"on_behalf_of"', '"on-behalf-of"', "the grant is another one"),
  core(target, "assertion: user.token.reveal(),", "assertion: user.partition,", "the hash is sent and not the token"),
  core(
    user,
    "if (errorCodes.includes(OVER)) return",
    "if (!errorCodes) return",
    "an expired user is answered with 502",
  ),
  core(
    user,
    "if (!(acts || consent || claims)) return refusal;",
    "if (!(acts || consent)) return refusal;",
    "a demand by claims alone is lost",
  ),
  core(user, "errorCodes.some((code) => INTERACTION.includes(code))", "false", "a demand under another error is lost"),
  core(user, '/^(?:interaction|login)_required$/.test(error ?? "")', "false", "a demand of an unknown code is lost"),
  core(user, 'error === "consent_required" || ', "", "missing consent of an unknown code is lost"),
  core(user, "...(consent && { scope", "...(!consent && { scope", "nobody is told what to consent to"),
  core(
    user,
    "refusalOf(step, withoutUser(reply, user), platform, assertion)",
    "refusalOf(step, reply, platform, assertion)",
    "messages name the user",
  ),
  core(user, ".replace(EMAIL, REDACTED)", "", "messages name other people"),
  core(
    user,
    "plain(text, token.reveal(), text.length)",
    "plain(text, undefined, text.length)",
    "a piece of an echoed user's token shows",
  ),
  core(
    user,
    'name !== "claims" || cleaned === value ? cleaned : undefined',
    "cleaned",
    "claims are passed on with holes in them",
  ),
  core(user, 'refusal.message.replace(/ \\(ERR_.*$/, "")', "refusal.message", "a message has two codes"),
  core(
    user,
    "btoa(String.fromCharCode(...new TextEncoder().encode(claims)))",
    "btoa(claims)",
    "claims beyond one byte a character throw",
  ),
  core(
    "internal/entra-target.ts",
    'grantType = "client_credentials", ...form',
    "grantType: _, ...form",
    "no grant is named",
  ),
  emulator("entra/user-assertion.ts", 'claims.idtyp === "app"', "!claims", "an application's token is exchanged"),
  emulator(
    "entra/user-assertion.ts",
    "?.tenantId !== tenant.id",
    " === undefined",
    "another tenant's users are served",
  ),
  emulator(
    "entra/user-assertion.ts",
    "  checkAudience(client, claims.aud);\n",
    "",
    "a token for another API is exchanged",
  ),
  emulator("entra/user-assertion.ts", "  checkTime(world, claims);\n", "", "an expired user is served"),
  emulator("entra/user-assertion.ts", "  checkRevocation(world, claims);\n", "", "a revoked user is served"),
  emulator(
    "entra/user-assertion.ts",
    "if (!user) throw refused(50034",
    "if (!tenant) throw refused(50034",
    "a user who is gone is served",
  ),
  emulator(
    "entra/delegated-scope.ts",
    'permissions.length === 0 || permissions.includes("")',
    "false",
    "consent is not asked for",
  ),
  emulator(
    "entra/delegated-scope.ts",
    "if (others.length > 0) throw",
    "if (!others) throw",
    "one token is for two resources",
  ),
  emulator(
    "entra/on-behalf-of.ts",
    "  checkPolicies(world.accessPolicies(), { tenant, user, resource, claims });\n",
    "",
    "no policy is enforced",
  ),
  emulator("entra/access-policies.ts", "!met.includes(policy.id)", "true", "a policy is never met"),
  emulator(
    "entra/token-request.ts",
    'required(form, "requested_token_use") !== "on_behalf_of"',
    "false",
    "another grant of the same name is taken",
  ),
  emulator("sessions.ts", "known.number <= last.issued", "false", "a revoked token serves on"),
  emulator(
    "cae.ts",
    "revokedAt === undefined || !handlesChallenges(claims)",
    "revokedAt === undefined",
    "a client that cannot answer a challenge gets one",
  ),
  emulator(
    "cae.ts",
    'kind === "managed-identity") return undefined;',
    'kind === "app") return undefined;',
    "managed identities are covered",
  ),
];

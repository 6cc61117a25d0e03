/** Breaks of the emulator's Google Cloud: each would let something pass that Google refuses, or refuse what it takes. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/emulator/src/gcp");

export const emulatorGcpBreaks: readonly Break[] = [
  at("sts.ts", "if (scopes.length === 0) refuse", "if (false) refuse", "an exchange without a scope is granted"),
  at("sts.ts", "if (grant !== exchangeGrant)", "if (grant === null)", "any grant is an exchange"),
  at(
    "sts.ts",
    'if (!subjectTypes.includes(field("subject_token_type") ?? ""))',
    "if (false)",
    "a SAML answer is read as a JWT",
  ),
  at("sts.ts", "members[camel] ?? members[name]", "members[name]", "the JSON form is not read"),
  at("directory.ts", "!provider.disabled && providerNameOf", "providerNameOf", "a disabled provider takes tokens"),
  at("directory.ts", ".filter(({ disabled }) => !disabled)", "", "a disabled pool takes tokens"),
  at(
    "directory.ts",
    "permissionsOf[role].includes(permission) &&",
    "permission &&",
    "any role lets a workload act as the account",
  ),
  at("subject-token.ts", "if (iss !== known.provider.issuer)", "if (false)", "an uploaded key speaks for any issuer"),
  at("subject-token.ts", "  checkAudience(known, aud, refuse);\n", "", "a token for somebody else is taken"),
  at("subject-token.ts", "}`, name];", "}`];", "the audience that clients use by default is refused"),
  at(
    "subject-token.ts",
    "await compactVerify(token, key, { algorithms });",
    "await key;",
    "signatures are not looked at",
  ),
  at("subject-token.ts", "Number(exp) <= now || ", "", "a token that ended is taken"),
  at("subject-token.ts", " || Number(iat) < now - maxAgeSeconds", "", "a token that is older than a day is taken"),
  at("subject-token.ts", "if (Number(iat) > now) refuse", "if (false) refuse", "a token from the future is taken"),
  at(
    "subject-token.ts",
    "new TextEncoder().encode(subject).length > maxSubjectBytes",
    "subject.length > maxSubjectBytes",
    "the limit of the subject is counted in characters",
  ),
  at(
    "subject-token.ts",
    "attributeCondition !== undefined && !holds(attributeCondition, names)",
    "false",
    "the condition is not looked at",
  ),
  at(
    "subject-token.ts",
    'if (typeof header.kid !== "string") refuse',
    "if (false) refuse",
    "a token without kid is taken",
  ),
  at("expressions.ts", "!Object.hasOwn(of, name)", "false", "a claim that is missing is undefined"),
  at("expressions.ts", "truth(a()) && truth(b())", "truth(b()) && truth(a())", "a condition reads what it need not"),
  at("expressions.ts", "if (at < pieces.length) throw", "if (false) throw", "the rest of an expression is ignored"),
  at("caller.ts", "!token || token.expiresAt <= world.clock.now()", "!token", "an access token lives for ever"),
  at(
    "caller.ts",
    "if (!token.scopes.some((scope) => scope === cloudPlatform || scopes.includes(scope))) {",
    "if (false) {",
    "scopes are not looked at",
  ),
  at(
    "iam-credentials.ts",
    "  demand(target, permission, acting);\n",
    "",
    "anybody with a federated token acts as any account",
  ),
  at(
    "iam-credentials.ts",
    'demand(next, "iam.serviceAccounts.implicitDelegation", acting);',
    "",
    "a delegate needs no leave",
  ),
  at("iam-credentials.ts", "acting = serviceAccount(next);", "", "a chain of delegates ends where it began"),
  at(
    "iam-credentials.ts",
    "if (lifetimeMs > most) return invalid",
    "if (false) return invalid",
    "a token lives for a day",
  ),
  at(
    "iam-credentials.ts",
    'if (project !== "-") invalid',
    "if (false) invalid",
    "a project is taken where there must be -",
  ),
  at(
    "metadata.ts",
    'given.get("metadata-flavor")?.toLowerCase() !== "google"',
    "false",
    "a page in a browser gets tokens",
  ),
  at("metadata.ts", 'query.get("format") === "full"', "true", "the email is always in the token"),
  at(
    "storage.ts",
    "!isGranted(project.grants, permission, principal.members)",
    "false",
    "every token lists every bucket",
  ),
];

/** Breaks of the emulator's services of single resources: each would let something pass that they refuse. */
import { type Break, breaksIn } from "./break.ts";

const at = breaksIn("packages/emulator/src");

export const emulatorServicesBreaks: readonly Break[] = [
  at(
    "services/access.ts",
    'sameId(textClaim(claims, "tid") ?? "", tenantId) ? { claims }',
    "tenantId ? { claims }",
    "another tenant's token opens an account",
  ),
  at(
    "services/address.ts",
    "\\.blob\\.core\\.windows\\.net$/",
    "\\.blob\\.core\\.windows\\.net/",
    "a host of anybody's passes for Storage's",
  ),
  at(
    "services/address.ts",
    "const asked = addressAt(hostname, pathname, origin);",
    "const asked = undefined;",
    "real host names lead nowhere",
  ),
  at(
    "arm/rbac.ts",
    'Owner: { actions: ["*"] },',
    'Owner: { actions: ["*"], dataActions: ["*"] },',
    "an owner gets at the data",
  ),
  at("arm/rbac.ts", '!(kind === "actions" && isAmong(notActions))', "true", "a contributor grants roles"),
  at(
    "arm/rbac.ts",
    "new RegExp(`^${parts",
    "new RegExp(`${parts",
    "an action that ends like an allowed one is allowed",
  ),
  at(
    "blob/blob.ts",
    '(call.headers.get("x-ms-version") ?? "") < firstVersion',
    "false",
    "a version that knows no tokens takes them",
  ),
  at(
    "blob/blob.ts",
    "if (!isPermitted(world, claims, account, operation)) return failed(world, call, forbidden, claims);",
    "",
    "anybody reads blobs",
  ),
  at("blob/blob.ts", "const below = operation.container &&", 'const below = "" &&', "a role on a container is none"),
  at("blob/blobs.ts", "if (match !== null && !fits(match)) return conditionNotMet;", "", "If-Match is not looked at"),
  at(
    "blob/blobs.ts",
    "if (noneMatch === null || !fits(noneMatch)) return undefined;",
    "return undefined;",
    "If-None-Match is not looked at",
  ),
  at("blob/range.ts", "Math.min(Number(last), size - 1)", "Number(last)", "a range says more than there is"),
  at("blob/containers.ts", "name >= marker", "name > marker", "a page loses an entry"),
  at(
    "keyvault/keyvault.ts",
    'if (!audiences.includes(String(claims.aud))) return unauthorized(world, vault, { problem: "audience", claims });',
    "",
    "a slash at the end of the audience is taken",
  ),
  at("keyvault/keyvault.ts", 'mayDo(world, claims, "dataActions", action, scope)', "true", "anybody reads secrets"),
  at("keyvault/secrets.ts", "if (deleted.has(name)) {", "if (false) {", "a deleted secret's name is free"),
  at(
    "openai/openai.ts",
    'if (!mayDo(world, claims, "dataActions", action, account.id)) return denied(claims);',
    "",
    "anybody talks to the model",
  ),
  at(
    "openai/openai.ts",
    'if (!url.searchParams.get("api-version")) return undefined;',
    "",
    "api-version is not asked for",
  ),
  at("graph/graph.ts", 'claims.idtyp === "app"', "false", "an application has a /me"),
  at("graph/graph.ts", "from + size < all.length ? next.href", "size > 0 ? next.href", "there is always another page"),
];

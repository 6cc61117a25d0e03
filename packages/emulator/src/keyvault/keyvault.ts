/** A key vault, as far as its secrets go: the challenge that names what to ask Entra for, then roles. */
import type { JWTPayload } from "jose";
import { callerOf } from "../arm/error.ts";
import { textClaim } from "../bearer.ts";
import { authorityHost, tenantIssuer } from "../directory.ts";
import {
  type AccessProblem,
  checkAccess,
  findServiceResource,
  mayDo,
  type ServiceResource,
} from "../services/access.ts";
import { type ServiceAddress, serviceAddress } from "../services/address.ts";
import type { Answer, Call, World } from "../world.ts";
import { keyVaultError } from "./error.ts";
import { type SecretOperation, secretOperation } from "./operation.ts";
import { runSecretOperation } from "./secrets.ts";

const audience = "https://vault.azure.net";
const audiences = [audience, "cfa8b339-82a2-471a-a3c9-0fc0be7a4093"];

/** Everything of a vault. */
export async function keyVault(world: World, call: Call): Promise<Answer> {
  const address = serviceAddress(call.url) as ServiceAddress;
  const vault = findServiceResource(world, "Microsoft.KeyVault/vaults", address.name);
  if (!vault) {
    // In Azure there would be no such host.
    return keyVaultError({
      status: 404,
      code: "VaultNotFound",
      message: `The emulator has no vault '${address.name}'.`,
    });
  }
  const access = await checkAccess(world, call, vault, audiences);
  if (access.problem !== undefined) return unauthorized(world, vault, access);
  const { claims } = access;
  // Unlike other services it takes its own name only as it is written, without a slash at the end.
  if (!audiences.includes(String(claims.aud))) return unauthorized(world, vault, { problem: "audience", claims });
  if (!call.url.searchParams.get("api-version")) return keyVaultError(noVersion, claims);
  const operation = secretOperation(call.method, address.path);
  if (!operation)
    return keyVaultError({ ...unsupported, message: `The emulator does not do ${call.method} here.` }, claims);
  const refusal = forbidden(world, vault, operation, claims);
  return refusal ?? runSecretOperation(operation, { world, call, claims, vault, address });
}

function unauthorized(world: World, { tenantId }: ServiceResource, { problem, claims }: AccessProblem): Answer {
  const uri = `https://${authorityHost(world.config)}/${tenantId}`;
  const answer = keyVaultError({
    status: 401,
    code: "Unauthorized",
    message: message(world, tenantId, problem, claims),
  });
  return {
    ...answer,
    headers: { ...answer.headers, "www-authenticate": `Bearer authorization="${uri}", resource="${audience}"` },
    log: {
      ...callerOf(claims ?? {}),
      outcome: "refused",
      code: "Unauthorized",
      reason: `The token is refused: ${problem}`,
    },
  };
}

function message(world: World, tenantId: string, problem: AccessProblem["problem"], claims: JWTPayload = {}): string {
  switch (problem) {
    case "missing":
      return "AKV10000: Request is missing a Bearer or PoP token.";
    case "audience":
      return `AKV10022: Invalid audience. Expected ${audiences.join(" or ")}, found: ${claims.aud}.`;
    case "tenant":
      return `AKV10032: Invalid issuer. Expected ${tenantIssuer(world.config, tenantId, 1)}, found ${claims.iss}.`;
    case "expired":
      return "The token is expired.";
    case "malformed":
    case "signature":
      return "The token is invalid.";
  }
}

/** Authorization goes before existence: who may not look is not told whether there is anything. */
function forbidden(
  world: World,
  vault: ServiceResource,
  { action, name }: SecretOperation,
  claims: JWTPayload,
): Answer | undefined {
  const scope = name === "" ? vault.id : `${vault.id}/secrets/${name}`;
  if (mayDo(world, claims, "dataActions", action, scope)) return undefined;
  const caller = `appid=${textClaim(claims, "appid") ?? textClaim(claims, "azp")};oid=${textClaim(claims, "oid")};iss=${claims.iss}`;
  const text = [
    "Caller is not authorized to perform action on resource.",
    "If role assignments, deny assignments or role definitions were changed recently, please observe propagation time.",
    `Caller: ${caller}`,
    `Action: '${action}'`,
    `Resource: '${scope.toLowerCase()}'`,
    "Assignment: (not found)",
    "DecisionReason: 'DeniedWithNoValidRBAC' ",
    `Vault: ${vault.name};location=${vault.location}`,
    "",
  ].join("\r\n");
  return keyVaultError({ status: 403, code: "Forbidden", message: text, inner: "ForbiddenByRbac" }, claims);
}

const noVersion = { status: 400, code: "BadParameter", message: "api-version must be specified" } as const;
const unsupported = { status: 405, code: "MethodNotAllowed" } as const;

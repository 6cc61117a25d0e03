/** ARM's 401 answers. Codes and texts are UNCONFIRMED; the challenge with `authorization_uri` is documented for claims. */
import type { JWTPayload } from "jose";
import type { BearerCheck } from "../bearer.ts";
import { authorityHost, tenantIssuer } from "../directory.ts";
import type { Answer, World } from "../world.ts";
import { callerOf } from "./error.ts";

/** What is wrong with a token. */
export type Refusal =
  | Exclude<BearerCheck, { readonly problem?: undefined }>
  | { readonly problem: "tenant"; readonly claims: JWTPayload };

/** Refuses a token. */
export function unauthorized(world: World, refusal: Refusal, tenantId: string | undefined): Answer {
  const { code, message } = describe(world, refusal, tenantId);
  const uri = `https://${authorityHost(world.config)}/${tenantId ?? "common"}`;
  return {
    status: 401,
    headers: {
      "www-authenticate": `Bearer authorization_uri="${uri}", error="invalid_token", error_description="${message}"`,
    },
    body: { error: { code, message } },
    log: {
      ...callerOf(refusal.claims ?? {}),
      outcome: "refused",
      code,
      reason: `The token is refused: ${refusal.problem}`,
    },
  };
}

function describe(
  world: World,
  { problem, claims }: Refusal,
  tenantId = "",
): { readonly code: string; readonly message: string } {
  switch (problem) {
    case "missing":
      return { code: "AuthenticationFailed", message: "Authentication failed. The 'Authorization' header is missing." };
    case "malformed":
      return { code: "InvalidAuthenticationToken", message: "The access token is invalid." };
    case "signature":
      return { code: "InvalidAuthenticationToken", message: "The access token signature or issuer is invalid." };
    case "expired": {
      const [expires, now] = [(claims.exp ?? 0) * 1000, world.clock.now()].map((at) => new Date(at).toISOString());
      const message = `The access token expiry UTC time '${expires}' is earlier than current UTC time '${now}'.`;
      return { code: "ExpiredAuthenticationToken", message };
    }
    case "audience": {
      const message = "The access token has been obtained for wrong audience or resource.";
      return { code: "InvalidAuthenticationTokenAudience", message };
    }
    case "tenant": {
      const expected = tenantIssuer(world.config, tenantId, 1);
      const message = `The access token is from the wrong issuer. It must match the tenant '${expected}' of this subscription.`;
      return { code: "InvalidAuthenticationTokenTenant", message };
    }
  }
}

import type { JWTPayload } from "jose";
import { textClaim } from "../bearer.ts";
import type { LogDetails } from "../log.ts";
import type { Answer } from "../world.ts";

/** Who called, for the log: the application, never a user. */
export function callerOf(claims: JWTPayload): Pick<LogDetails, "tenant" | "client"> {
  return { tenant: textClaim(claims, "tid"), client: textClaim(claims, "appid") ?? textClaim(claims, "azp") };
}

/** ARM's error body. The text of a user's call may name the user, so the log gets the code alone. */
export function armError(status: number, code: string, message: string, claims: JWTPayload): Answer {
  const reason = claims.idtyp === "app" ? message : code;
  return { status, body: { error: { code, message } }, log: { ...callerOf(claims), outcome: "refused", code, reason } };
}

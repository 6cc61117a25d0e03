import type { JWTPayload } from "jose";
import { callerOf } from "../arm/error.ts";
import type { Answer } from "../world.ts";

/** Something that a vault refuses. */
export interface KeyVaultFailure {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  /** What the general code stands for. */
  readonly inner?: string | undefined;
}

/** Key Vault's error body. Texts may name users and secrets, so the log gets the code alone. */
export function keyVaultError({ status, code, message, inner }: KeyVaultFailure, claims: JWTPayload = {}): Answer {
  const log = { ...callerOf(claims), outcome: "refused", code, reason: inner ?? code } as const;
  return { status, body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } }, log };
}

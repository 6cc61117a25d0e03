/** Makes refusals of Entra's out of the tables in `rules/`. */
import { type FederationCode, federationRules } from "./rules/federation.ts";
import { type RequestCode, requestRules } from "./rules/request.ts";
import type { RefusalRule } from "./rules/rule.ts";
import { type UserCode, userRules } from "./rules/user.ts";

/** The AADSTS numbers that the emulator answers with. */
export type AadstsCode = FederationCode | RequestCode | UserCode;

/** All refusals by number. */
export const refusalRules: Readonly<Record<AadstsCode, RefusalRule>> = {
  ...requestRules,
  ...federationRules,
  ...userRules,
};

/** A refusal with its values filled in. */
export interface Refusal {
  readonly code: number;
  readonly error: string;
  readonly status: number;
  /** Without `AADSTS{code}: ` and without trailer. */
  readonly text: string;
  readonly errorUri: boolean;
}

/** What the body of some refusals says besides. */
export interface RefusalExtras {
  readonly suberror?: string | undefined;
  /** What is demanded of the user, as JSON. */
  readonly claims?: string | undefined;
}

/** Thrown by the steps of the token endpoint, caught once at its end. */
export class Refused extends Error {
  override readonly name = "Refused";
  readonly refusal: Refusal;
  /** For the log, where the wire's text does not say enough. */
  readonly reason: string | undefined;
  /** More members of the body. */
  readonly extras: RefusalExtras;

  constructor(refusal: Refusal, reason?: string, extras: RefusalExtras = {}) {
    super(`AADSTS${refusal.code}`);
    this.refusal = refusal;
    this.reason = reason;
    this.extras = extras;
  }
}

/** Fills in a refusal; values are cut to 600 characters, the longest that a federated credential may have. */
export function refusal(code: AadstsCode, values: Readonly<Record<string, string>> = {}): Refusal {
  const { error, status, text, errorUri = false } = refusalRules[code];
  const filled = text.replace(/\{(\w+)\}/g, (_, name: string) => (values[name] ?? "").slice(0, 600));
  return { code, error, status, text: filled, errorUri };
}

/** A refusal, ready to throw. */
export function refused(
  code: AadstsCode,
  values: Readonly<Record<string, string>> = {},
  reason?: string,
  extras?: RefusalExtras,
): Refused {
  return new Refused(refusal(code, values), reason, extras);
}

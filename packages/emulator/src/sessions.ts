/** Revocation: from some instant on, what was issued to a user or an application before it counts no more. */
import type { JWTPayload } from "jose";
import type { Clock } from "./clock.ts";
import type { Ledger } from "./ledger.ts";

/** Who was revoked, and since when. */
export interface Sessions {
  /** Ends everything that was issued so far to a user or service principal, by object id. */
  revoke(objectId: string): void;
  /** When a token was revoked, epoch ms; undefined while it stands. */
  revokedAt(claims: JWTPayload): number | undefined;
}

/** Tokens say that they were issued five minutes ago. */
const SKEW_MS = 300_000;

/** Nobody is revoked at first. A token is older by its place in the ledger: a test's clock may stand still. */
export function createSessions(clock: Pick<Clock, "now">, ledger: Ledger): Sessions {
  const revoked = new Map<string, { readonly at: number; readonly issued: number }>();
  return {
    revoke(objectId) {
      revoked.set(objectId.toLowerCase(), { at: clock.now(), issued: ledger.issued });
    },
    revokedAt({ oid, uti, iat = 0 }) {
      const last = revoked.get(String(oid).toLowerCase());
      if (!last) return undefined;
      const known = ledger.recall(String(uti));
      const isOlder = known ? known.number <= last.issued : iat * 1000 + SKEW_MS <= last.at;
      return isOlder ? last.at : undefined;
    },
  };
}

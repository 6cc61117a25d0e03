/**
 * What the emulator remembers about the tokens it issued. Entra refuses a token that was itself obtained through a
 * federated credential, and no documented claim of the token says that it was: so the issuer has to remember.
 */

/** How the client of a token authenticated. */
export type Provenance =
  /** A managed identity endpoint handed the token to a host in Azure. */
  | "platform"
  /** Client credentials with the token of an external issuer. */
  | "federated-external"
  /** Client credentials with a token of a managed identity. */
  | "federated-managed-identity"
  /** A user signed in (in the emulator: a test made the token). */
  | "user";

/** One issued token. */
export interface IssuedToken {
  readonly kind: "app" | "managed-identity" | "user";
  readonly provenance: Provenance;
  readonly tenantId: string;
  /** Epoch ms after which nothing needs to be remembered. */
  readonly expiresAt: number;
  /** Counts all tokens from 1: a lower one was issued earlier, even where the clock stood still. */
  readonly number: number;
}

/** A bounded memory of issued tokens by their `uti`. */
export interface Ledger {
  remember(id: string, token: Omit<IssuedToken, "number">): void;
  recall(id: string): IssuedToken | undefined;
  /** How many tokens were ever issued. */
  readonly issued: number;
}

/**
 * Makes a ledger; beyond `max` entries, expired ones go first and then the oldest. A token that was forgotten is taken for one
 * of an ordinary app, so `max` is more than a test or an afternoon issues.
 */
export function createLedger(now: () => number, max = 100_000): Ledger {
  const tokens = new Map<string, IssuedToken>();
  let issued = 0;

  const makeRoom = (): void => {
    for (const [id, { expiresAt }] of tokens) if (expiresAt <= now()) tokens.delete(id);
    const [oldest] = tokens.keys();
    if (tokens.size >= max && oldest !== undefined) tokens.delete(oldest);
  };
  return {
    remember(id, token) {
      if (tokens.size >= max) makeRoom();
      issued += 1;
      tokens.set(id, { ...token, number: issued });
    },
    recall: (id) => tokens.get(id),
    get issued() {
      return issued;
    },
  };
}

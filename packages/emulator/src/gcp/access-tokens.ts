/** Google's access tokens: texts that say nothing, so what they stand for has to be remembered. */
import { randomId } from "../text.ts";

/** Who somebody is to Google Cloud. */
export interface GcpPrincipal {
  readonly kind: "federated" | "service-account";
  /** As audit logs and refusals name it. */
  readonly name: string;
  /** Every member of a grant that means it. */
  readonly members: readonly string[];
}

/** What an access token stands for. */
export interface AccessToken {
  readonly principal: GcpPrincipal;
  readonly scopes: readonly string[];
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** A bounded memory of access tokens. */
export interface AccessTokens {
  /** Makes a token's text. */
  issue(token: AccessToken): string;
  recall(text: string): AccessToken | undefined;
}

/** Makes an empty memory; beyond `max`, expired tokens go first and then the oldest. */
export function createAccessTokens(now: () => number, max = 10_000): AccessTokens {
  const known = new Map<string, AccessToken>();
  const makeRoom = (): void => {
    for (const [text, { expiresAt }] of known) if (expiresAt <= now()) known.delete(text);
    const [oldest] = known.keys();
    if (known.size >= max && oldest !== undefined) known.delete(oldest);
  };
  return {
    issue(token) {
      if (known.size >= max) makeRoom();
      // The letter tells federated tokens from those of service accounts, as in Google's own.
      const text = `ya29.${token.principal.kind === "federated" ? "d" : "c"}.${randomId()}${randomId()}${randomId()}`;
      known.set(text, token);
      return text;
    },
    recall: (text) => known.get(text),
  };
}

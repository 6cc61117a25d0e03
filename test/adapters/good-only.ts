/** A verification of tokens that needs no issuer: one token is good. */
import { TokenError } from "@tokenhop/core";
import type { BearerAuth, EntraClaims } from "@tokenhop/core/bearer-auth";
import { testUser } from "@tokenhop/core/testing";

export const CHALLENGE = 'Bearer realm="api"';

export const goodOnly: BearerAuth<EntraClaims> = {
  async verify({ headers }) {
    const value = headers.get("authorization");
    if (value === "Bearer good") return testUser();
    const code = value === null ? "ERR_AUTH_MISSING" : "ERR_AUTH_INVALID";
    throw new TokenError("Cannot: a detail", { code, challenge: CHALLENGE });
  },
};

const givesWhatIsNone = (make: () => unknown): BearerAuth<EntraClaims> => ({
  verify: async () => (await make()) as never,
});

/** Verifications that let everybody in and verify nobody. By their types they are as good as any. */
export const careless: readonly BearerAuth<EntraClaims>[] = [
  givesWhatIsNone(() => undefined),
  givesWhatIsNone(() => ({ claims: { oid: "somebody whom nobody has verified" } })),
  givesWhatIsNone(async () => ({ ...(await testUser()) })),
];

/** What it lets in. */
export const good = { authorization: "Bearer good" } as const;

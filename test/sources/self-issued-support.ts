/** Minters that answer what a test says, and what asks them. */
import type { SubjectToken } from "@tokenhop/core";
import { type MintReply, selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";
import { contextFor, fakePlatform, NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";

/** As workerd says it, in a TypeError. */
export const missing = 'The RPC receiver does not implement the method "mint".';

export const minting = (token: unknown): TokenMinter => ({
  mint: () => ({ ok: true, token, expiresAt: NOW + 300_000 }) as MintReply,
});
export const answering = (reply: unknown): TokenMinter => ({ mint: () => reply as MintReply });
export const throwing = (make: () => unknown): TokenMinter => ({
  mint() {
    throw make();
  },
});
export const ask = (minter: TokenMinter | undefined): Promise<SubjectToken> =>
  selfIssued(minter).getToken({ audience: AUDIENCE }, contextFor(fakePlatform()));

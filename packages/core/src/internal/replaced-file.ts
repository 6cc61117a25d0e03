/** A token for one audience in a file that something beside the program replaces in time. */
import type { Platform, SubjectToken } from "../types.ts";
import { peekClaims } from "./jwt.ts";
import { mustBeFor } from "./source.ts";
import { readToken } from "./token-file.ts";

/** What a date can hold. Beyond it nothing can be reckoned with. */
const LAST_INSTANT = 8.64e15;

/**
 * The token in the file, if it is for this audience. The file is read again at 85 % of the token's life, when there is a newer
 * one in it; if that was too early, halfway from there to the end, and so on.
 *
 * @param hint What to look at when the file cannot be read, as a question.
 * @param fix What to do about a token for another audience.
 */
export async function replacedToken(
  step: string,
  path: string,
  audience: string,
  platform: Platform,
  signal: AbortSignal,
  hint: string,
  fix: string,
): Promise<SubjectToken> {
  const found = await readToken(step, path, platform, signal, hint);
  mustBeFor(step, found, audience, path, fix);
  if (found.expiresAt === undefined) return found;
  const expiresAt = Math.min(found.expiresAt, LAST_INSTANT);
  const { iat } = peekClaims(found.token.reveal()) ?? {};
  const issuedAt = typeof iat === "number" ? iat * 1000 : Number.NaN;
  // One that was issued when it had ended says nothing of its life.
  if (!(Math.abs(issuedAt) <= expiresAt)) return { ...found, expiresAt };
  const late = issuedAt + 0.85 * (expiresAt - issuedAt);
  return { ...found, expiresAt, refreshAt: Math.max(late, (platform.now() + expiresAt) / 2) };
}

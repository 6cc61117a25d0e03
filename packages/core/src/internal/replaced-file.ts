/** A token for one audience in a file that something beside the program replaces in time. */
import type { Platform, SubjectToken } from "../types.ts";
import { peekClaims } from "./jwt.ts";
import { mustBeFor } from "./source.ts";
import { readToken } from "./token-file.ts";

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
  const { iat } = peekClaims(found.token.reveal()) ?? {};
  const { expiresAt } = found;
  if (expiresAt === undefined || typeof iat !== "number") return found;
  const late = iat * 1000 + 0.85 * (expiresAt - iat * 1000);
  return { ...found, refreshAt: Math.max(late, (platform.now() + expiresAt) / 2) };
}

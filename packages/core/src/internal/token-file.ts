/** Tokens that a platform puts into files. */
import type { TokenErrorFields } from "../errors.ts";
import type { Platform, SubjectToken } from "../types.ts";
import { foundToken, unavailable } from "./source.ts";

/**
 * The file's text.
 *
 * @param hint What to look at when it cannot be read, as a question.
 * @throws {TokenError} `ERR_SOURCE_UNAVAILABLE`
 */
export async function readFile(step: string, path: string, platform: Platform, hint: string): Promise<string> {
  try {
    return (await platform.readTextFile?.(path)) as string;
  } catch (error) {
    const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
    throw unavailable(step, `cannot read ${path} (${code ?? name}); ${hint}`);
  }
}

/** The token in a file. What is there at the moment may be half-written, or late: that is tried again. */
export async function readToken(
  step: string,
  path: string,
  platform: Platform,
  signal: AbortSignal,
  hint: string,
  fields: Partial<TokenErrorFields> = { recovery: "retry" },
): Promise<SubjectToken> {
  const content = await readFile(step, path, platform, hint);
  signal.throwIfAborted();
  return foundToken(step, content, path, platform, fields);
}

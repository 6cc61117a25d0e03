/** What the identity endpoints of platforms have in common: one request, and a token in its reply. */
import * as v from "valibot";
import type { StepContext, SubjectToken } from "../types.ts";
import { localTime, parseJson, send } from "./http.ts";
import { expiryOf } from "./jwt.ts";
import { checkReply, like } from "./schema.ts";
import { secret } from "./secret.ts";
import { refusal, tokenText } from "./source.ts";

/** Finds the token in a good reply, or throws `ERR_SOURCE_REPLY`. */
export type TokenReader = (text: string, step: string) => string;

/** The token in this member of a JSON reply. */
export function jsonToken(member: string): TokenReader {
  return (text, step) =>
    checkReply(v.object({ [member]: tokenText }), parseJson(text), step, "ERR_SOURCE_REPLY")[member] as string;
}

/** A reply that is a JWT and nothing else. */
export const bareToken: TokenReader = (text, step) =>
  checkReply(like(/^\s*[\w-]+\.[\w-]+\.[\w-]*\s*$/, "expected a JWT"), text, step, "ERR_SOURCE_REPLY");

/**
 * One request; its token, and when that ends: by its own `exp`, corrected by the clock of the reply.
 *
 * @param sent The secret of the request, which no message may echo.
 * @param refuse Makes the error of a refusal, where more is known of it than its status and what it says.
 */
export async function askForToken(
  step: string,
  url: string | URL,
  init: RequestInit,
  context: StepContext,
  read: TokenReader,
  sent?: string | undefined,
  refuse: typeof refusal = refusal,
): Promise<SubjectToken> {
  const { platform } = context;
  const reply = await send(step, url, init, context);
  if (reply.status !== 200) throw refuse(step, reply, platform, sent);
  const token = read(reply.text, step).trim();
  const exp = expiryOf(token);
  return { token: secret(token), expiresAt: exp && localTime(exp, reply.headers, platform) };
}

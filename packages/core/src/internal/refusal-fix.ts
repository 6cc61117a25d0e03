/** Refusals that somebody can do something about. */
import type { TokenError } from "../errors.ts";
import type { Reply } from "./http.ts";
import { toldBy } from "./reply.ts";
import { sourceError } from "./source.ts";

/**
 * What a refusing reply comes to, with what to do about it. It is not tried again.
 *
 * @param sent The secret of the request: a server that echoes it must not bring it into a message.
 */
export function refusalWithFix(step: string, reply: Reply, sent: string | undefined, fix: string): TokenError {
  const { status } = reply;
  const { why, ...told } = toldBy(reply, sent);
  return sourceError(step, `${[`HTTP ${status}`, told.error, why].filter(Boolean).join(" ")}; ${fix}`, {
    ...told,
    status,
  });
}

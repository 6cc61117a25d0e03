/** What a refusing reply says, for messages. */
import { parseJson, type Reply } from "./http.ts";
import { plain } from "./text.ts";

/** The parts that are known of; each fit for a message. */
export interface Told {
  readonly error: string | undefined;
  readonly why: string | undefined;
  readonly correlationId: string | undefined;
}

/**
 * What the reply says, whichever of the usual shapes it has: `{ error, error_description }`, `{ message }` or
 * `{ error: { code, message } }`.
 *
 * @param sent The secret of the request: a server that echoes it must not bring it into a message.
 */
export function toldBy({ text }: Reply, sent: string | undefined): Told {
  const body = Object(parseJson(text)) as Readonly<Record<string, unknown>>;
  const inner = Object(body.error) as Readonly<Record<string, unknown>>;
  const fit = (value: unknown): string | undefined => (typeof value === "string" ? plain(value, sent) : undefined);
  return {
    error: fit(inner.code ?? body.error),
    why: fit(body.error_description ?? body.message ?? inner.message),
    correlationId: fit(body.correlationId),
  };
}

/** The headers of a request as they were sent. */
import type { IncomingHttpHeaders } from "node:http";

/** What is looked at of a request. */
export interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly raw: { readonly rawHeaders: readonly string[] };
}

/**
 * The value of a header, by its name in lower case. Of several Node keeps the first one only, and who stands before this server
 * may have looked at another: here they are a list, as everywhere on the web.
 */
export function sentAs({ headers, raw }: Sent, name: string): string | null {
  const sent = raw.rawHeaders.filter((_, index, all) => index % 2 === 1 && all[index - 1]?.toLowerCase() === name);
  const value = sent.length > 1 ? sent : headers[name];
  return value === undefined ? null : String(value);
}

/** What Google's services share. */
import { parseJson, type Reply } from "./http.ts";
import { plain } from "./text.ts";

/** Where machines, containers and functions of Google's find their metadata server. */
export const GOOGLE_METADATA = "http://metadata.google.internal";

/** What asks it, and what it answers with: whoever else is at that address does not. */
export const METADATA_FLAVOR: Readonly<Record<string, string>> = { "metadata-flavor": "Google" };

/** Whether a reply came from such a server. */
export function isGoogleMetadata({ headers }: Reply): boolean {
  return headers.get("metadata-flavor") === "Google";
}

/**
 * What Google's APIs call a refusal: the `status` (`PERMISSION_DENIED`) of `{ error: { code, message, status } }`, whose `code` is
 * but the HTTP status again.
 *
 * @param sent The secret of the request, which no message may echo.
 */
export function googleStatus({ text }: Reply, sent: string | undefined): string | undefined {
  const { error } = Object(parseJson(text)) as { readonly error?: unknown };
  const { status } = Object(error) as { readonly status?: unknown };
  return typeof status === "string" ? plain(status, sent) : undefined;
}

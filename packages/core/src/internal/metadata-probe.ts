/** Whether a metadata service is there, where no variable tells of one. */
import type { StepContext } from "../types.ts";
import { GOOGLE_METADATA, isGoogleMetadata, METADATA_FLAVOR } from "./google.ts";
import { parseJson, type Reply, send } from "./http.ts";
import { IMDS, IMDS_TOKEN_PATH } from "./managed-identity.ts";

/** What is asked, and which answer only that service gives. */
export interface Probe {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  answers(reply: Reply): boolean;
}

/** Google's metadata server. */
export const googleProbe: Probe = {
  url: `${GOOGLE_METADATA}/`,
  headers: METADATA_FLAVOR,
  answers: isGoogleMetadata,
};

/** IMDS of Azure's virtual machines. */
export const azureProbe: Probe = {
  url: IMDS + IMDS_TOKEN_PATH,
  // Without the header that it demands it answers 400 with one of these errors; the 400 of a proxy says something else.
  headers: {},
  answers({ status, text }) {
    const { error } = Object(parseJson(text)) as { readonly error?: unknown };
    return status === 400 && (error === "invalid_request" || error === "bad_request_102");
  },
};

/** Asks once; silence is an answer. */
export async function isThere(
  step: string,
  { url, headers, answers }: Probe,
  { platform, signal }: StepContext,
  timeoutMs: number,
): Promise<boolean> {
  const over = new AbortController();
  const stop = (): void => over.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  platform.sleep(timeoutMs, over.signal).then(
    () => over.abort(),
    () => undefined,
  );
  try {
    return answers(await send(step, url, { headers }, { platform, signal: over.signal }));
  } catch {
    return false;
  } finally {
    signal.removeEventListener("abort", stop);
    over.abort();
  }
}

/** What every target at Microsoft Entra shares: clouds, and what a refusal means. Facts: Entra's token endpoint v2.0. */
import { type Recovery, TokenError } from "../errors.ts";
import type { Platform, StepContext } from "../types.ts";
import { isTransient, parseJson, type Reply, retryAfterMs } from "./http.ts";
import { plain } from "./text.ts";

/** Login host and what is behind `api://AzureADTokenExchange` in each cloud. */
const CLOUDS = {
  public: ["microsoftonline.com", ""],
  usgov: ["microsoftonline.us", "USGov"],
  china: ["partner.microsoftonline.cn", "China"],
  france: ["sovcloud-identity.fr", "France"],
  germany: ["sovcloud-identity.de", "Germany"],
  // UNCONFIRMED: no source names this cloud's audience; the option `audience` overrides it.
  singapore: ["sovcloud-identity.sg", ""],
} as const;

/** A cloud with an Entra of its own. */
export type EntraCloud = keyof typeof CLOUDS;

/** Whether a value names a cloud. */
export function isCloud(name: unknown): name is EntraCloud {
  return Object.hasOwn(CLOUDS, name as PropertyKey);
}

/** Where a cloud's tokens are issued and what an assertion must be issued for. */
export function cloudOf(name: EntraCloud): { readonly authority: string; readonly audience: string } {
  const [host, suffix] = CLOUDS[name];
  return { authority: `https://login.${host}`, audience: `api://AzureADTokenExchange${suffix}` };
}

/** Who issues version 1.0. UNCONFIRMED but for `public` and `china`; of the newer clouds no source names one, so they have none. */
export const V1_ISSUERS: Readonly<Partial<Record<EntraCloud, string>>> = {
  public: "https://sts.windows.net",
  usgov: "https://sts.windows.net",
  china: "https://sts.chinacloudapi.cn",
};

/** Why Entra never accepts such a token, and what to do instead. */
export const CHAIN_REFUSED =
  "Entra refuses a token that itself came through a federated credential (AADSTS700231): put the federated credential on the app itself, or stop at the managed identity";

/** Too many equal requests: Entra refuses more of them for some minutes. */
const LOOP = 50196;
const LOOP_MS = 120_000;

/**
 * What to do about a code. Codes that are not here go by their HTTP status.
 * `propagation`: replication lag gives the same answer for a while. `subject`: the assertion is over, a new one may not be.
 */
const CODES: Readonly<Record<Exclude<Recovery, "stop">, readonly number[]>> = {
  propagation: [70021, 70025, 700211, 700212, 700213, 700016, 501051],
  subject: [700024],
  retry: [7000272, 90061, 50166, 501661, 90055, 90033, 90024, 90090, 90012, LOOP],
};

const MAX_CLAIMS_LENGTH = 4_096;

function recoveryOf(status: number, error: unknown, codes: readonly number[]): Recovery {
  const known = Object.entries(CODES).find(([, list]) => codes.some((code) => list.includes(code)));
  return (
    (known?.[0] as Recovery | undefined) ??
    (isTransient(status) || error === "temporarily_unavailable" ? "retry" : "stop")
  );
}

/**
 * A refusal of the token endpoint as an error.
 *
 * @param reply Anything but a 200.
 * @param sent The assertion, which no message may echo.
 */
export function refusalOf(step: string, reply: Reply, platform: Platform, sent: string): TokenError {
  const { status, headers } = reply;
  const body: Readonly<Record<string, unknown>> = Object(parseJson(reply.text));
  const field = (name: string): string | undefined =>
    typeof body[name] === "string" ? plain(body[name], sent) : undefined;
  const error = field("error");
  // Trace id, correlation id and time follow the text proper; they are fields here.
  const why = plain(
    String(body.error_description ?? error ?? `it answered ${status}`).split("Trace ID:", 1)[0] as string,
    sent,
  );
  const listed = [body.error_codes].flat().map(Number).filter(Boolean);
  const told = Number(/^AADSTS(\d+)/.exec(why)?.[1]);
  const errorCodes = listed.length > 0 ? listed : told ? [told] : undefined;
  const chained = errorCodes?.includes(700231);
  const { claims } = body;
  return new TokenError(`Cannot exchange token at ${step}: ${chained ? CHAIN_REFUSED : why}`, {
    code: chained ? "ERR_EXCHANGE_CHAIN" : error || errorCodes ? "ERR_EXCHANGE_REFUSED" : "ERR_EXCHANGE_FAILED",
    recovery: chained ? "stop" : recoveryOf(status, error, errorCodes ?? []),
    retryAfterMs: retryAfterMs(headers, platform) ?? (errorCodes?.includes(LOOP) ? LOOP_MS : undefined),
    step,
    status,
    error,
    errorCodes,
    correlationId: field("correlation_id"),
    traceId: field("trace_id"),
    timestamp: field("timestamp"),
    claims: claims === plain(String(claims), sent, MAX_CLAIMS_LENGTH) ? claims : undefined,
  });
}

/**
 * The parameter `claims`, if there is one: what a resource demanded, and that this client can handle such demands (`cp1`).
 *
 * @throws {TokenError} `ERR_CALL_CLAIMS` when the challenge demands nothing of an access token, or is larger than 4 kB.
 * @see https://learn.microsoft.com/entra/identity-platform/claims-challenge
 */
export function claimsParameter(
  challenge: StepContext["claims"],
  enableCae: boolean,
): { readonly claims: string } | undefined {
  if (!challenge && !enableCae) return undefined;
  const demanded: Readonly<Record<string, unknown>> = Object(parseJson(challenge || '{"access_token":{}}'));
  const wanted = demanded.access_token as object;
  if (Object(wanted) !== wanted || (challenge?.length as number) > MAX_CLAIMS_LENGTH) {
    throw new TokenError("Cannot use claims: expected JSON with access_token, at most 4 kB", {
      code: "ERR_CALL_CLAIMS",
    });
  }
  const capability = enableCae && { xms_cc: { values: ["cp1"] } };
  return { claims: JSON.stringify({ ...demanded, access_token: { ...wanted, ...capability } }) };
}

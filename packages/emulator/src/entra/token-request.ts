/** Reads the form of the token endpoint. Unknown fields and the query are ignored: MSAL puts its telemetry there. */
import { refused } from "./refusals.ts";

/** A well-formed request for a token. */
export interface TokenRequest {
  readonly clientId: string;
  readonly scope: string;
  readonly assertion: string;
  /** Capabilities of the client, from the `claims` field. */
  readonly capabilities: readonly string[];
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/** Reads the parameters, or refuses with 900144, 70003, 90014, 7000215 or 7000216. */
export function readTokenRequest(form: URLSearchParams): TokenRequest {
  const grantType = required(form, "grant_type");
  if (grantType !== "client_credentials") throw refused(70003, { grantType });
  const clientId = required(form, "client_id");
  const scope = form.get("scope")?.trim();
  if (!scope) throw refused(90014, { name: "scope" });
  return { clientId, scope, assertion: assertionOf(form, clientId), capabilities: capabilitiesOf(form) };
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw refused(900144, { name });
  return value;
}

function assertionOf(form: URLSearchParams, client: string): string {
  const assertion = form.get("client_assertion");
  if (!assertion && form.get("client_secret")) throw refused(7000215, { client });
  if (!assertion || form.get("client_assertion_type") !== assertionType) throw refused(7000216);
  return assertion;
}

// A claims field that is no JSON, or says nothing about capabilities, is left alone: what Entra does then is not known.
function capabilitiesOf(form: URLSearchParams): readonly string[] {
  const claims = form.get("claims");
  if (!claims) return [];
  try {
    const parsed = JSON.parse(claims) as { access_token?: { xms_cc?: { values?: unknown } } } | null;
    const values = parsed?.access_token?.xms_cc?.values;
    return Array.isArray(values) ? values.filter((value): value is string => typeof value === "string") : [];
  } catch {
    return [];
  }
}

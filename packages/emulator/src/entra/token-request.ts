/** Reads the form of the token endpoint. Unknown fields and the query are ignored: MSAL puts its telemetry there. */
import { refused } from "./refusals.ts";

/** A well-formed request for a token. */
export interface TokenRequest {
  readonly clientId: string;
  readonly scope: string;
  /** What proves who the client is. */
  readonly assertion: string;
  /** The token of the user on whose behalf it asks; absent when it asks as itself. */
  readonly userAssertion?: string | undefined;
  /** Capabilities of the client, from the `claims` field. */
  readonly capabilities: readonly string[];
}

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

const onBehalfOf = "urn:ietf:params:oauth:grant-type:jwt-bearer";

/** Reads the parameters, or refuses with 900144, 70003, 90014, 7000215, 7000216 or 7000218. */
export function readTokenRequest(form: URLSearchParams): TokenRequest {
  const grantType = required(form, "grant_type");
  if (grantType !== "client_credentials" && grantType !== onBehalfOf) throw refused(70003, { grantType });
  const clientId = required(form, "client_id");
  const scope = form.get("scope")?.trim();
  if (!scope) throw refused(90014, { name: "scope" });
  return {
    clientId,
    scope,
    ...(grantType === onBehalfOf && { userAssertion: userAssertionOf(form) }),
    assertion: assertionOf(form, clientId, grantType),
    capabilities: capabilitiesOf(form),
  };
}

// Without it the grant would be another one of the same name (RFC 7523, 2.1), which Entra does not have.
function userAssertionOf(form: URLSearchParams): string {
  if (required(form, "requested_token_use") !== "on_behalf_of") throw refused(900144, { name: "requested_token_use" });
  return required(form, "assertion");
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) throw refused(900144, { name });
  return value;
}

function assertionOf(form: URLSearchParams, client: string, grantType: string): string {
  const assertion = form.get("client_assertion");
  if (!assertion && form.get("client_secret")) throw refused(7000215, { client });
  if (!assertion || form.get("client_assertion_type") !== assertionType) {
    throw refused(grantType === onBehalfOf ? 7000218 : 7000216);
  }
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

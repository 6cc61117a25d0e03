/**
 * What each AADSTS code of a federated exchange must come to. Hand-written from what is known of Entra's replies, never from
 * what the code answers. Where nobody has documented
 * a status or `error` value it is what OAuth practice suggests: nothing but 429 and 5xx among them decides anything.
 */
import type { Recovery } from "@tokenhop/core";

export interface ErrorRow {
  readonly aadsts: number;
  readonly status: number;
  readonly error: string;
  readonly recovery: Recovery;
  /** The text behind `AADSTS<code>: `, in the documented shape. */
  readonly text: string;
  readonly suberror?: string;
  /** A challenge that must be passed on. */
  readonly claims?: string;
  readonly retryAfterMs?: number;
}

type Row = readonly [number, number, string, Recovery, string, Partial<ErrorRow>?];

const CLAIMS = '{"access_token":{"polids":{"essential":true,"values":["5ce770ea-8690-4747-aa73-c5b3cd509cd4"]}}}';
const HINT =
  "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.";

// biome-ignore format: a table
const rows: readonly Row[] = [
  // The federated credential and the assertion.
  [70021, 400, "invalid_request", "propagation", "No matching federated identity record found for presented assertion. Assertion Issuer: 'https://token.actions.githubusercontent.com'. Assertion Subject: 'repo:o/r:ref:refs/heads/main'. Assertion Audience: 'api://AzureADTokenExchange'."],
  [70025, 401, "invalid_client", "propagation", "The client '22222222-2222-4222-8222-222222222222'(demo) has no configured federated identity credentials."],
  [700211, 401, "invalid_client", "propagation", `No matching federated identity record found for presented assertion issuer 'https://oidc.example/'. ${HINT}`],
  [700212, 401, "invalid_client", "propagation", `No matching federated identity record found for presented assertion audience 'sts.amazonaws.com'. ${HINT}`],
  [7002121, 401, "invalid_client", "stop", "No matching federated identity record found for presented assertion audience https://management.azure.com/."],
  [700213, 401, "invalid_client", "propagation", `No matching federated identity record found for presented assertion subject 'repo:o/r:ref:refs/heads/main'. ${HINT} https://learn.microsoft.com/entra/workload-id/workload-identity-federation`],
  [7002137, 401, "invalid_client", "stop", "No matching federated identity record found for presented assertion subject '/eid1/c/pub/t/abc/a/def/1'. Please make sure the Subject is '/eid1/c/pub/t/abc/a/def/2'."],
  [7002138, 401, "invalid_client", "stop", "The presented assertion subject 'repo:O/R' matches with case-insensitive comparison, but not with case-sensitive comparison."],
  [700214, 401, "invalid_client", "stop", "The audience must be api://AzureADTokenExchange."],
  [7000272, 401, "invalid_client", "retry", "The certificate with identifier 38826b17-6a30-5f9b-b169-8beb8202f723 used to sign the federated credential could not be found in the metadata of identity provider https://oidc.example."],
  [90061, 400, "invalid_request", "retry", "Request to External OIDC endpoint failed."],
  [50166, 400, "invalid_request", "retry", "Request to External OIDC endpoint failed."],
  [501661, 400, "invalid_request", "retry", "Request to External OIDC endpoint failed."],
  [700024, 401, "invalid_client", "subject", "Client assertion is not within its valid time range. Current time: 2026-01-01T00:10:00.0000000Z, assertion valid from 1970-01-01T00:00:00.0000000Z, expiry time of assertion 2026-01-01T00:05:00.0000000Z."],
  [700222, 401, "invalid_client", "stop", "AAD-issued tokens may not be used for federated identity flows."],
  [700223, 401, "invalid_client", "stop", "Only AAD-issued tokens may be used for first-party application federated identity flows."],
  [700226, 401, "invalid_client", "stop", "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer."],
  [700227, 401, "invalid_client", "stop", "Forbidden token audience https://management.azure.com/."],
  [700229, 401, "invalid_client", "stop", "Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for AAD issuer."],
  [700231, 401, "invalid_client", "stop", "Token obtained using another federated identity credential may not be used as federated identity credential."],
  [700236, 401, "invalid_client", "stop", "Entra ID tokens issued by issuer 'https://login.microsoftonline.com/33333333-3333-4333-8333-333333333333/v2.0' may not be used for federated identity credential flows for applications or managed identities registered in this tenant."],
  [700238, 401, "invalid_client", "stop", "Federated identity credentials issued by 'https://oidc.example' are not allowed in this tenant."],
  [7002381, 401, "invalid_client", "stop", "Federated identity credentials issued by 'https://oidc.example' for applications or managed identities registered in this tenant must contain the enterprise claim with value [contoso] but actual value is 'other'."],
  [700027, 401, "invalid_client", "stop", "Client assertion contains an invalid signature. [Reason - The key was not found., Thumbprint of key used by client: 'A1B2C3D4E5F60718293A4B5C6D7E8F9011223344']"],
  [50027, 400, "invalid_request", "stop", "JWT token is invalid or malformed."],
  [5002730, 400, "invalid_request", "stop", "Invalid JWT token. Unsupported key for the signing algorithm."],
  [50048, 401, "invalid_client", "stop", "Subject must match issuer claim in the client assertion."],
  // The app, the tenant and the request.
  [700016, 400, "unauthorized_client", "propagation", "Application with identifier '22222222-2222-4222-8222-222222222222' was not found in the directory 'Contoso'."],
  [7000112, 400, "unauthorized_client", "stop", "Application '22222222-2222-4222-8222-222222222222'(demo) is disabled."],
  [7000114, 400, "invalid_grant", "stop", "Application '22222222-2222-4222-8222-222222222222' is not allowed to make application on-behalf-of calls."],
  [700025, 401, "invalid_client", "stop", "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."],
  [7000215, 401, "invalid_client", "stop", "Invalid client secret provided."],
  [7000222, 401, "invalid_client", "stop", "The provided client secret keys for app '22222222-2222-4222-8222-222222222222' are expired."],
  [7000216, 401, "invalid_client", "stop", "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type."],
  [7000218, 401, "invalid_client", "stop", "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."],
  [90002, 400, "invalid_request", "stop", "Tenant 'contoso.example' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud."],
  [900023, 400, "invalid_request", "stop", "Specified tenant identifier 'x' is neither a valid DNS name, nor a valid external domain."],
  [900144, 400, "invalid_request", "stop", "The request body must contain the following parameter: 'grant_type'."],
  [90014, 400, "invalid_request", "stop", "The required field 'scope' is missing from the credential."],
  [70011, 400, "invalid_scope", "stop", "The provided value for the input parameter 'scope' is not valid. The scope https://graph.microsoft.com is not valid."],
  [1002012, 400, "invalid_scope", "stop", "The provided value for scope https://graph.microsoft.com/User.Read is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI)."],
  [700022, 400, "invalid_scope", "stop", "The provided value for the input parameter 'scope' is not valid because it contains more than one resource."],
  [70003, 400, "unsupported_grant_type", "stop", "The app requested an unsupported grant type 'urn:x'."],
  [500011, 400, "invalid_resource", "stop", "The resource principal named api://AzureADTokenExchange. was not found in the tenant named Contoso."],
  [50001, 400, "invalid_resource", "stop", "The application named https://api.example was not found in the tenant named 11111111-1111-4111-8111-111111111111."],
  [501051, 400, "invalid_grant", "propagation", "Application '22222222-2222-4222-8222-222222222222'(demo) is not assigned to a role for the application 'api://shop'(shop)."],
  [65001, 400, "invalid_grant", "stop", "The user or administrator has not consented to use the application with ID '22222222-2222-4222-8222-222222222222' named 'demo'.", { suberror: "consent_required" }],
  [900432, 400, "invalid_request", "stop", "Confidential Client is not supported in Cross Cloud request."],
  [900382, 400, "invalid_request", "stop", "Confidential Client is not supported in Cross Cloud request."],
  [9001023, 400, "invalid_request", "stop", "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint."],
  [50059, 400, "invalid_request", "stop", "No tenant-identifying information found in either the request or implied by any provided credentials."],
  [100007, 400, "invalid_request", "stop", "AAD Regional ONLY supports auth either for MSIs OR for requests from MSAL using SN+I for 1P apps."],
  [50049, 400, "invalid_instance", "stop", "Unknown or invalid instance."],
  [82001, 400, "invalid_request", "stop", "Agentic application '22222222-2222-4222-8222-222222222222' is not permitted to request app-only tokens for resource 'https://graph.microsoft.com'."],
  // Users, policies, the service.
  [50013, 400, "invalid_grant", "stop", "Assertion failed signature validation. [Reason - The provided signature value did not match the expected signature value.]"],
  [500131, 400, "invalid_grant", "stop", "Assertion audience does not match the Client app presenting the assertion."],
  [500133, 400, "invalid_grant", "stop", "Assertion is not within its valid time range. Current time: 2026-01-01T00:10:00.0000000Z, expiry time of assertion 2026-01-01T00:05:00.0000000Z."],
  [240002, 400, "invalid_grant", "stop", "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant."],
  [50076, 400, "interaction_required", "stop", "You must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.", { claims: CLAIMS, suberror: "basic_action" }],
  [50079, 400, "interaction_required", "stop", "You must enroll in multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.", { claims: CLAIMS }],
  [50158, 400, "interaction_required", "stop", "External security challenge not satisfied.", { claims: CLAIMS }],
  [50173, 400, "invalid_grant", "stop", "The provided grant has expired due to it being revoked, a fresh auth token is needed. The grant was issued on '2026-01-01T00:00:00.0000000Z' and the TokensValidFrom date for this user is '2026-01-01T00:05:00.0000000Z'."],
  [50034, 400, "invalid_grant", "stop", "The user account does not exist in the Contoso directory."],
  [53000, 400, "invalid_grant", "stop", "Your device is required to be compliant to access this resource."],
  [53001, 400, "invalid_grant", "stop", "Your device is required to be managed to access this resource."],
  [53002, 400, "invalid_grant", "stop", "The application used is not an approved application for conditional access."],
  [53004, 400, "invalid_grant", "stop", "User needs to complete multi-factor authentication registration process before accessing this content."],
  [53003, 400, "access_denied", "stop", "Access has been blocked by Conditional Access policies.", { claims: CLAIMS }],
  [530035, 400, "access_denied", "stop", "Access has been blocked by security defaults."],
  [50126, 400, "invalid_grant", "stop", "Error validating credentials due to invalid username or password."],
  [50020, 400, "invalid_grant", "stop", "User account from identity provider does not exist in tenant."],
  [50196, 400, "invalid_grant", "retry", "The server terminated an operation because it encountered a client request loop.", { retryAfterMs: 120_000 }],
  [90055, 429, "temporarily_unavailable", "retry", "Tenant is throttled."],
  [90033, 503, "temporarily_unavailable", "retry", "A transient error has occurred. Please try again."],
  [90024, 429, "temporarily_unavailable", "retry", "RequestBudgetExceededError."],
  [90090, 503, "temporarily_unavailable", "retry", "GraphRetryableError."],
  [90012, 503, "temporarily_unavailable", "retry", "RequestTimeout."],
];

/** Every row. */
export const errorRows: readonly ErrorRow[] = rows.map(([aadsts, status, error, recovery, text, more]) => ({
  aadsts,
  status,
  error,
  recovery,
  text,
  ...more,
}));

/** Refusals of a request: its parameters, tenant, client and scope. */
import { client, type RefusalRule, request } from "./rule.ts";

/** Numbers of these refusals. */
export type RequestCode =
  | 50001
  | 50049
  | 70003
  | 70011
  | 90002
  | 90014
  | 500011
  | 501051
  | 700016
  | 700022
  | 900023
  | 900144
  | 1002012
  | 7000112
  | 7000215
  | 7000216
  | 7000218
  | 9001023;

/** These refusals by number. The texts are shaped like Entra's without being copies. */
export const requestRules: Readonly<Record<RequestCode, RefusalRule>> = {
  50001: {
    error: "invalid_resource",
    status: 400,
    text: "The application named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant.",
    kind: "documentation",
    note: "Listed for IMDS in the managed identity how-to.",
  },
  50049: {
    error: "invalid_instance",
    status: 400,
    text: "Unknown or invalid instance.",
    kind: "client code",
    note: "Tests of MSAL.NET for instance discovery.",
  },
  70003: {
    error: "unsupported_grant_type",
    status: 400,
    text: "The app requested an unsupported grant type '{grantType}'.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference.",
  },
  70011: {
    error: "invalid_scope",
    status: 400,
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope {scope} is not valid.",
    errorUri: true,
    kind: "documentation",
    note: "Client credentials page.",
  },
  90002: {
    ...request,
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
    errorUri: true,
    kind: "field report",
    note: "invalid_tenant at openid-configuration, invalid_request at the token endpoint.",
  },
  90014: {
    ...request,
    text: "The required field '{name}' is missing from the credential. Ensure that you have all the necessary parameters for the login request.",
    errorUri: true,
    kind: "field report",
    note: "Seen for a missing scope.",
  },
  500011: {
    error: "invalid_resource",
    status: 400,
    text: "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
    errorUri: true,
    kind: "field report",
    note: "A misspelt scope.",
  },
  501051: {
    error: "invalid_grant",
    status: 400,
    text: "Application '{client}'({name}) is not assigned to a role for the application '{resource}'({resourceName}).",
    errorUri: true,
    kind: "field report",
    note: "The documentation prints invalid_client, field samples invalid_grant.",
  },
  700016: {
    error: "unauthorized_client",
    status: 400,
    text: "Application with identifier '{client}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
    errorUri: true,
    kind: "field report",
    note: "AKS note of 2023.",
  },
  700022: {
    error: "invalid_scope",
    status: 400,
    text: "The provided value for the input parameter scope '{scope}' is not valid because it contains more than one resource.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference.",
  },
  900023: {
    ...request,
    text: "Specified tenant identifier '{tenant}' is neither a valid DNS name, nor a valid external domain.",
    errorUri: true,
    kind: "field report",
    note: "Malformed tenant.",
  },
  900144: {
    ...request,
    text: "The request body must contain the following parameter: '{name}'.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference.",
  },
  1002012: {
    error: "invalid_scope",
    status: 400,
    text: "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
    kind: "documentation",
    note: "Client credentials page.",
  },
  7000112: {
    error: "unauthorized_client",
    status: 400,
    text: "Application '{client}'({name}) is disabled.",
    errorUri: true,
    kind: "field report",
    note: "The status is inferred.",
  },
  7000215: {
    ...client,
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{client}'.",
    errorUri: true,
    kind: "documentation",
    note: "The emulator knows no secrets, so each one is wrong.",
  },
  7000216: {
    ...client,
    text: "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
    kind: "field report",
    note: "The answer to an unknown client_assertion_type is UNCONFIRMED and taken to be the same.",
  },
  7000218: {
    ...client,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference; of grants other than client_credentials.",
  },
  9001023: {
    ...request,
    text: "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference; for client credentials /organizations is refused the same way.",
  },
};

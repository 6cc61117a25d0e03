import type { Rule } from "./evidence-kind.ts";

/** What the emulator does besides refusing, and what each of these rules is believed on. */
export const behaviourRules: readonly Rule[] = [
  {
    id: "token-success",
    kind: "documentation",
    note: "token_type, expires_in, ext_expires_in, access_token; never a refresh token for client credentials.",
  },
  {
    id: "refresh-in",
    kind: "UNCONFIRMED",
    note: "When the real service says refresh_in is not documented; here the config decides.",
  },
  {
    id: "token-times",
    kind: "field report",
    note: "nbf = iat = now - 300 s, exp = now + lifetime, expires_in one less: two decoded samples.",
  },
  {
    id: "token-lifetimes",
    kind: "documentation",
    note: "1 h and 24 h are within what is documented; the random spread of 60 to 90 minutes is left out.",
  },
  {
    id: "federated-identity-lifetime",
    kind: "UNCONFIRMED",
    note: "Tokens that a managed identity gets through a federated credential are reported to live longer than an application's.",
  },
  {
    id: "exchange-audience",
    kind: "field report",
    note: "The exchange resource is asked for by URI and written as fb60f99c-7a34-4190-8149-302f77469936: five decoded tokens.",
  },
  {
    id: "token-versions",
    kind: "UNCONFIRMED",
    note: "ARM and Graph get version 1 tokens (appid, sts.windows.net), the exchange resource and applications version 2.",
  },
  {
    id: "xms-mirid",
    kind: "field report",
    note: "On version 1 tokens of managed identities; not put on the exchange token.",
  },
  {
    id: "error-trailer",
    kind: "field report",
    note: "Line breaks until about 2023, single spaces since 2024; configurable.",
  },
  { id: "error-headers", kind: "field report", note: "Headers of real errors, cookies left out." },
  {
    id: "correlation-id",
    kind: "client code",
    note: "A GUID in client-request-id comes back: MSAL relies on it, nothing else confirms it.",
  },
  { id: "check-order", kind: "UNCONFIRMED", note: "Inferred from which refusal is reported when several would fit." },
  {
    id: "credential-matching",
    kind: "documentation",
    note: "Issuer, subject and audience exactly and with case, since 08/2024.",
  },
  {
    id: "credential-limits",
    kind: "documentation",
    note: "20 for each object, one audience, 600 characters, name of 3 to 120, issuer and subject once.",
  },
  {
    id: "assertion-algorithm",
    kind: "documentation",
    note: "Only RS256 is supported; others are said to possibly work.",
  },
  {
    id: "assertion-audience-array",
    kind: "UNCONFIRMED",
    note: "One element is accepted (Kubernetes), several are refused (one report).",
  },
  {
    id: "assertion-replay",
    kind: "UNCONFIRMED",
    note: "An assertion may be used again until it expires; jti is not looked at.",
  },
  {
    id: "issuer-keys",
    kind: "UNCONFIRMED",
    note: "Kept 1 h, fetched again for an unknown kid at most every 30 s; only the limit of 100 keys is documented.",
  },
  {
    id: "issuer-https",
    kind: "documentation",
    note: "Discovery and keys are read over https. An option lets issuers on loopback be plain http, which Entra has nothing like.",
  },
  {
    id: "discovery-issuer",
    kind: "UNCONFIRMED",
    note: "The discovery document of an issuer must name that issuer.",
  },
  {
    id: "provenance-memory",
    kind: "field report",
    note: "Entra knows how a token was obtained, and refuses the chain external, managed identity, application.",
  },
  {
    id: "obo-parameters",
    kind: "documentation",
    note: "grant_type, assertion, requested_token_use and scope; what is answered without requested_token_use is UNCONFIRMED.",
  },
  {
    id: "obo-check-order",
    kind: "UNCONFIRMED",
    note: "The client as for client credentials, then the user's token (signature, kind, audience, time), consent, policies.",
  },
  {
    id: "obo-consent",
    kind: "documentation",
    note: "What the config lists as delegated permissions was consented to, for all users; /.default gives all of it.",
  },
  {
    id: "obo-answer",
    kind: "documentation",
    note: "scope names what was granted; a refresh token comes with offline_access, and is never redeemed here.",
  },
  {
    id: "obo-access-policy",
    kind: "UNCONFIRMED",
    note: "The claims that name a policy are documented; that a token of the user with the policy in polids meets it is this emulator's own.",
  },
  {
    id: "cae-revocation",
    kind: "documentation",
    note: "Graph refuses older tokens of clients that declared cp1, with a challenge for nbf; its text is from a field report.",
  },
  {
    id: "cae-managed-identity",
    kind: "documentation",
    note: "Managed identities are not covered.",
  },
  {
    id: "cae-arm",
    kind: "UNCONFIRMED",
    note: "ARM refuses in the same way here; for workloads only Graph is documented to.",
  },
  {
    id: "metadata-origin",
    kind: "client code",
    note: "Metadata names endpoints on the host that was asked and Microsoft's issuer: msal-common 16 takes both.",
  },
  { id: "instance-discovery", kind: "client code", note: "Answer and host table as MSAL.js reads them." },
  { id: "imds-answer", kind: "documentation", note: "All values are texts, refresh_token is empty." },
  { id: "imds-trailing-slash", kind: "client code", note: "MSAL.js writes a slash before the query." },
  { id: "imds-metadata-header", kind: "documentation", note: "bad_request_102 without it." },
  {
    id: "imds-forwarded",
    kind: "UNCONFIRMED",
    note: "Requests with X-Forwarded-For are refused; status and body of that refusal are a guess.",
  },
  {
    id: "imds-unknown-identity",
    kind: "field report",
    note: "400 invalid_request, Identity not found.",
  },
  {
    id: "imds-default-identity",
    kind: "documentation",
    note: "The only user-assigned identity when none is named; with several one must be named. There is no system-assigned one here.",
  },
  {
    id: "imds-caching",
    kind: "UNCONFIRMED",
    note: "The real infrastructure keeps tokens for about 24 h; the emulator makes a new one for each request.",
  },
  {
    id: "app-service-answer",
    kind: "documentation",
    note: "access_token, client_id, expires_on, resource, token_type; no expires_in.",
  },
  { id: "app-service-errors", kind: "UNCONFIRMED", note: "statusCode and message, as clients know how to read." },
  {
    id: "arm-forbidden",
    kind: "field report",
    note: "AuthorizationFailed with client, object, action and scope, from a printed answer.",
  },
  { id: "arm-path-case", kind: "client code", note: "@azure/arm-resources writes /resourcegroups/ in lower case." },
  {
    id: "arm-unauthorized",
    kind: "UNCONFIRMED",
    note: "Codes and texts of 401 answers; the challenge has authorization_uri.",
  },
  { id: "arm-api-version", kind: "UNCONFIRMED", note: "MissingApiVersionParameter without api-version." },
  {
    id: "arm-roles",
    kind: "documentation",
    note: "Owner, Contributor and Reader, inherited from the scope downwards.",
  },
  {
    id: "graph-permissions",
    kind: "documentation",
    note: "Least to most privileged application permissions of each listing.",
  },
  {
    id: "graph-errors",
    kind: "UNCONFIRMED",
    note: "InvalidAuthenticationToken and Authorization_RequestDenied with innerError.",
  },
  {
    id: "oidc-token-route",
    kind: "documentation",
    note: "GitHub's request token and audience parameter; the answer's value is the token.",
  },
];

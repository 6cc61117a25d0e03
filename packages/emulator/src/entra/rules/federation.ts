/** Refusals of an assertion. */
import { client, type RefusalRule, request } from "./rule.ts";

const learn = "https://learn.microsoft.com/entra/workload-id/workload-identity-federation";
const compare =
  "Please check your federated identity credential Subject, Audience and Issuer against the presented assertion.";

/** Numbers of these refusals. */
export type FederationCode =
  | 50027
  | 50048
  | 70025
  | 501661
  | 700024
  | 700027
  | 700211
  | 700212
  | 700213
  | 700222
  | 700226
  | 700227
  | 700229
  | 700231
  | 700236
  | 5002730
  | 7000272
  | 7002121
  | 7002137
  | 7002138;

/** These refusals by number. The texts are shaped like Entra's without being copies: same openings, same values. */
export const federationRules: Readonly<Record<FederationCode, RefusalRule>> = {
  50027: {
    ...request,
    text: "JWT token is invalid or malformed.",
    kind: "field report",
    note: "Seen for an assertion whose aud is an array; used for every assertion that cannot be read.",
  },
  50048: {
    ...client,
    text: "Subject must match Issuer claim in the client assertion.",
    kind: "field report",
    note: "An assertion whose iss is no URL is taken for a certificate assertion.",
  },
  70025: {
    ...client,
    text: "The client '{client}'({name}) has no configured federated identity credentials.",
    kind: "field report",
    note: "Several logs of 2026; the status is UNCONFIRMED.",
  },
  501661: {
    ...request,
    text: "Request to External OIDC endpoint failed.",
    kind: "field report",
    note: "Third generation of this code, after 90061 and 50166.",
  },
  700024: {
    ...client,
    text: `Client assertion is not within its valid time range. Current time: {now}, assertion valid from {notBefore}, expiry time of assertion {expires}. Review the documentation at ${learn}.`,
    errorUri: true,
    kind: "field report",
    note: "An absent nbf prints the year 1970. No tolerance for clock skew is applied: UNCONFIRMED.",
  },
  700027: {
    ...client,
    text: "Client assertion contains an invalid signature. [Reason - {reason}.]",
    errorUri: true,
    kind: "field report",
    note: "Text shortened: the key list behind the reason is not emulated.",
  },
  700211: {
    ...client,
    text: `No matching federated identity record found for presented assertion issuer '{issuer}'. ${compare} ${learn}`,
    errorUri: true,
    kind: "field report",
    note: "Matching is exact; the trailing slash counts.",
  },
  700212: {
    ...client,
    text: `No matching federated identity record found for presented assertion audience '{audience}'. ${compare} ${learn}`,
    errorUri: true,
    kind: "field report",
    note: "Whether audience goes before subject is UNCONFIRMED.",
  },
  700213: {
    ...client,
    text: `No matching federated identity record found for presented assertion subject '{subject}'. ${compare} ${learn}`,
    errorUri: true,
    kind: "field report",
    note: "Status 401 and error_uri are visible in logs of 2026.",
  },
  700222: {
    ...client,
    text: "AAD-issued tokens may not be used for federated identity flows.",
    errorUri: true,
    kind: "field report",
    note: "For a managed identity that trusts Entra: inferred from an older documentation page and a report.",
  },
  700226: {
    ...client,
    text: "Only MSI tokens may be used as Federated Identity Credentials for AAD issuer.",
    kind: "field report",
    note: "The token of an application was the assertion of another.",
  },
  700227: {
    ...client,
    text: "Forbidden token audience for a Federated Identity Credential with AAD issuer.",
    kind: "field report",
    note: "A managed identity token of version 1 (sts.windows.net).",
  },
  700229: {
    ...client,
    text: "Forbidden token type. Only app-only tokens may be used as Federated Identity Credentials for AAD issuer.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference: a user's token was the assertion.",
  },
  700231: {
    ...client,
    text: "Token obtained using another federated identity credential may not be used as federated identity credential.",
    kind: "field report",
    note: "At least five reports; error and status are inferred.",
  },
  700236: {
    ...client,
    text: "Entra ID tokens issued by issuer '{issuer}' may not be used for federated identity credential flows for applications or managed identities registered in this tenant.",
    kind: "field report",
    note: "Managed identity and application in different tenants; the documentation demands the same one.",
  },
  5002730: {
    ...request,
    text: "Invalid JWT token. Unsupported key for the signing algorithm.",
    kind: "UNCONFIRMED",
    note: "RS256 only is documented; that this code answers other algorithms is not.",
  },
  7000272: {
    ...client,
    text: "The certificate with identifier {kid} used to sign the federated credential could not be found in the metadata of identity provider {issuer}. Please check that the signing keys are published at the provider's jwks_uri.",
    kind: "field report",
    note: "The status is UNCONFIRMED.",
  },
  7002121: {
    ...client,
    text: `No matching federated identity record found for presented assertion audience {audience}. ${compare} ${learn}`,
    kind: "field report",
    note: "Seen when Entra itself issued the assertion, for another resource.",
  },
  7002137: {
    ...client,
    text: `No matching federated identity record found for presented assertion subject '{subject}'. Please make sure the federated identity credential Subject is '{expected}'. ${learn}`,
    kind: "field report",
    note: "Seen for subjects that start with /eid1/.",
  },
  7002138: {
    ...client,
    text: `No matching federated identity record found for presented assertion subject '{subject}'. The subject matches with case-insensitive comparison, but not with case-sensitive comparison. ${compare} ${learn}`,
    errorUri: true,
    kind: "field report",
    note: "Enforced since 08/2024.",
  },
};

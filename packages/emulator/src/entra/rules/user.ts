/** Refusals of an exchange on behalf of a user: the user's token, consent and conditional access. */
import type { RefusalRule } from "./rule.ts";

/** Numbers of these refusals. */
export type UserCode = 50013 | 50034 | 50076 | 50173 | 65001 | 240002 | 500131 | 500133 | 7000114;

const grant = { error: "invalid_grant", status: 400 } as const;

/** These refusals by number. The texts are shaped like Entra's without being copies. */
export const userRules: Readonly<Record<UserCode, RefusalRule>> = {
  50013: {
    ...grant,
    text: "Assertion failed signature validation. [Reason - {reason}.]",
    errorUri: true,
    kind: "field report",
    note: "Text shortened. That it also answers a token of another issuer, or of another tenant than the one asked, is UNCONFIRMED.",
  },
  50034: {
    ...grant,
    text: "The user account does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference. The real text names the account.",
  },
  50076: {
    error: "interaction_required",
    status: 400,
    text: "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '{resource}'.",
    errorUri: true,
    kind: "documentation",
    note: "On-behalf-of page: interaction_required with claims that name the policy. Stands for all of conditional access here.",
  },
  50173: {
    ...grant,
    text: "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{issued}' and the TokensValidFrom date for this user is '{revoked}'.",
    errorUri: true,
    kind: "field report",
    note: "Seen for refresh tokens; for a user's token in an exchange it is UNCONFIRMED.",
  },
  65001: {
    ...grant,
    text: "The user or administrator has not consented to use the application with ID '{client}' named '{name}'. Send an interactive authorization request for this user and resource.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference; the suberror consent_required is general knowledge.",
  },
  240002: {
    ...grant,
    text: "Input id_token cannot be used as 'urn:ietf:params:oauth:grant-type:jwt-bearer' grant.",
    kind: "documentation",
    note: "Error code reference; error and status are UNCONFIRMED.",
  },
  500131: {
    ...grant,
    text: "Assertion audience does not match the Client app presenting the assertion. The audience in the assertion was '{audience}' and the expected audience is '{client}' or one of the Application Uris of this application with App ID '{client}'({name}). The downstream client must request a token for the expected audience (the application that made the OBO request) and this application should use that token as the assertion.",
    errorUri: true,
    kind: "field report",
    note: "Audience, client and name in this order.",
  },
  500133: {
    ...grant,
    text: "Assertion is not within its valid time range. Ensure that the access token is not expired before using it for user assertion, or request a new token. Current time: {now}, expiry time of assertion {expires}.",
    errorUri: true,
    kind: "field report",
    note: "MSAL.NET log of 2024: invalid_grant, and no tolerance for clock skew.",
  },
  7000114: {
    ...grant,
    text: "Application '{client}' is not allowed to make application on-behalf-of calls.",
    errorUri: true,
    kind: "documentation",
    note: "Error code reference: an application's own token was the user's. Error and status are UNCONFIRMED.",
  },
};

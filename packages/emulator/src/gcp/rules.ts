import type { Rule } from "../evidence-kind.ts";

/** What the double of Google Cloud does, and what each rule is believed on. */
export const gcpRules: readonly Rule[] = [
  {
    id: "gcp-sts-request",
    kind: "documentation",
    note: "Audience, grant type, token types and scope are demanded; a form in snake case or JSON in camel case; no authentication of a client.",
  },
  {
    id: "gcp-sts-form",
    kind: "client code",
    note: "google-auth-library posts a form, takes error and error_description apart, and reads expires_in where it is there.",
  },
  {
    id: "gcp-sts-target",
    kind: "field report",
    note: "invalid_target, with one text for pools and providers that are disabled, deleted or never were.",
  },
  {
    id: "gcp-sts-refusals",
    kind: "field report",
    note: "Texts for the audience, an issuer that cannot be read, a stale token, the attribute condition (unauthorized_client) and a subject of more than 127 bytes (invalid_request).",
  },
  {
    id: "gcp-sts-other-texts",
    kind: "UNCONFIRMED",
    note: "Every other error_description, and the order of the checks.",
  },
  {
    id: "gcp-subject-token",
    kind: "documentation",
    note: "kid, alg RS256 or ES256, iss, sub, aud, exp, and iat in the past and at most 24 h old. No tolerance for clocks is played.",
  },
  {
    id: "gcp-audience",
    kind: "documentation",
    note: "One of the allowed audiences, or without any the provider's resource name, with or without https: before it.",
  },
  {
    id: "gcp-uploaded-keys",
    kind: "documentation",
    note: "With an uploaded key set the issuer is never asked.",
  },
  {
    id: "gcp-issuer-keys",
    kind: "UNCONFIRMED",
    note: "Published keys are kept as for Entra.",
  },
  {
    id: "gcp-mapping",
    kind: "documentation",
    note: "google.subject, google.groups and attribute.NAME by expressions, a small part of which is played; members of grants are named by them.",
  },
  {
    id: "gcp-sts-lifetime",
    kind: "UNCONFIRMED",
    note: "A federated token lives for an hour, however long the token that was shown lives.",
  },
  {
    id: "gcp-impersonation",
    kind: "documentation",
    note: "The wildcard project, scope, at most an hour (12 with the organization's leave), and a chain of delegates, each of whom may create tokens of the next.",
  },
  {
    id: "gcp-impersonation-caller",
    kind: "documentation",
    note: "The bearer needs the scope cloud-platform or iam.",
  },
  {
    id: "gcp-impersonation-denied",
    kind: "field report",
    note: "403 PERMISSION_DENIED with IAM_PERMISSION_DENIED, the permission's name and nothing about who lacks it; 404 names a Gaia id that was not found.",
  },
  {
    id: "gcp-impersonation-arguments",
    kind: "UNCONFIRMED",
    note: "Texts of INVALID_ARGUMENT.",
  },
  {
    id: "gcp-id-token",
    kind: "documentation",
    note: "Issuer accounts.google.com, the account's number as sub and azp, the email where it was asked for; for an hour, which is UNCONFIRMED.",
  },
  {
    id: "gcp-metadata-header",
    kind: "client code",
    note: "Metadata-Flavor in the request and in every answer; what an answer without it says, and that forwarded requests are refused, is UNCONFIRMED.",
  },
  {
    id: "gcp-metadata-identity",
    kind: "client code",
    note: "The token is the whole body; format=full adds the email. Each request makes a new one, where the real one keeps them: UNCONFIRMED.",
  },
  {
    id: "gcp-storage-list",
    kind: "documentation",
    note: "Buckets of a project, for storage.buckets.list; federated principals are taken as they are.",
  },
  {
    id: "gcp-api-errors",
    kind: "field report",
    note: "error with code, message, status and ErrorInfo; Cloud Storage has the older form with errors.",
  },
];

import type { Rule } from "./evidence-kind.ts";

/** What the services of single resources (storage, vaults, models) and Graph's pages do, and what each rule is believed on. */
export const serviceRules: readonly Rule[] = [
  {
    id: "data-roles",
    kind: "documentation",
    note: "Managing a resource, as its owner too, gives no access to the data in it; data roles are inherited downwards.",
  },
  {
    id: "blob-permissions",
    kind: "documentation",
    note: "Which permission an operation takes: containers by actions, blobs by data actions.",
  },
  {
    id: "blob-challenge",
    kind: "documentation",
    note: "A call without a token gets 401 and authorization_uri and resource_id, separated by a space and without quotes.",
  },
  {
    id: "blob-version",
    kind: "field report",
    note: "A token with an x-ms-version before 2017-11-09, or with none, gets 403 AuthenticationFailed.",
  },
  {
    id: "blob-token-refused",
    kind: "field report",
    note: "401 InvalidAuthenticationInfo; AuthenticationErrorDetail says that audience or issuer did not match.",
  },
  {
    id: "blob-token-details",
    kind: "UNCONFIRMED",
    note: "AuthenticationErrorDetail of tokens that are expired, malformed or badly signed.",
  },
  {
    id: "blob-forbidden",
    kind: "field report",
    note: "403 AuthorizationPermissionMismatch, whatever the permission; from printed answers.",
  },
  {
    id: "blob-conditions",
    kind: "documentation",
    note: "If-Match and If-None-Match: 412, 304 for reads, 409 BlobAlreadyExists for If-None-Match: *. Dates and leases are not looked at.",
  },
  {
    id: "blob-ranges",
    kind: "documentation",
    note: "One range, by Range or x-ms-range, which goes first; 416 InvalidRange beyond the end. No checksums are made or compared.",
  },
  {
    id: "blob-lists",
    kind: "client code",
    note: "Names, properties, metadata, prefixes and NextMarker, as @azure/storage-blob reads them.",
  },
  {
    id: "blob-blocks",
    kind: "documentation",
    note: "Blocks are kept until a block list makes a blob of them. A list may name none that an older blob is made of, which Azure allows.",
  },
  {
    id: "key-vault-challenge",
    kind: "documentation",
    note: "401 names the tenant in authorization and what to ask for in resource. Every refused token gets it again: UNCONFIRMED.",
  },
  {
    id: "key-vault-token-refused",
    kind: "field report",
    note: "AKV10000 without a token, AKV10022 for another audience (a slash at its end makes it another), AKV10032 for another issuer.",
  },
  {
    id: "key-vault-token-texts",
    kind: "UNCONFIRMED",
    note: "What is said of tokens that are expired, malformed or badly signed.",
  },
  {
    id: "key-vault-forbidden",
    kind: "field report",
    note: "403 Forbidden with ForbiddenByRbac inside; caller, action and resource on lines of the text. Access policies are not played.",
  },
  {
    id: "key-vault-ids",
    kind: "client code",
    note: "An id names the vault's own host, and a link to a next page the one that was asked: the client takes no path before /secrets in an id.",
  },
  {
    id: "key-vault-soft-delete",
    kind: "documentation",
    note: "A deleted secret keeps its name until it is purged (409 ObjectIsDeletedButRecoverable). It is deleted at once, where Azure takes seconds.",
  },
  { id: "key-vault-api-version", kind: "UNCONFIRMED", note: "400 BadParameter without api-version." },
  {
    id: "openai-unauthorized",
    kind: "field report",
    note: "statusCode and message, without an error object, for whatever is wrong with the token; without a challenge.",
  },
  {
    id: "openai-forbidden",
    kind: "field report",
    note: "401 and not 403: PermissionDenied, with the principal and the data action that it lacks.",
  },
  { id: "openai-deployment", kind: "field report", note: "404 DeploymentNotFound." },
  {
    id: "openai-api-version",
    kind: "UNCONFIRMED",
    note: "A path without api-version is answered as one that does not exist; reported for versions that do not exist.",
  },
  {
    id: "openai-v1",
    kind: "documentation",
    note: "/openai/v1/ takes no api-version, and the deployment as the model. The model repeats what it is told.",
  },
  {
    id: "graph-pages",
    kind: "documentation",
    note: "@odata.nextLink while there is more than $top; at most 999 on a page. What its $skiptoken holds is nobody's business.",
  },
  {
    id: "graph-me",
    kind: "field report",
    note: "/me is the user of the token, and 400 BadRequest for a token of an application.",
  },
];

import type { Rule } from "../evidence-kind.ts";

/** What the token routes of platforms do, and what each rule is believed on. */
export const platformRules: readonly Rule[] = [
  {
    id: "github-actions-subject",
    kind: "documentation",
    note: "Environment, pull request or ref, colons inside as %3A; with the ids of owner and repository for repositories since 15 July 2026.",
  },
  {
    id: "github-actions-token",
    kind: "documentation",
    note: "Without an audience the owner's URL; five minutes, valid from ten minutes before it was issued.",
  },
  {
    id: "gitlab-ci-token",
    kind: "documentation",
    note: "Subject of project, kind of ref and ref; the audience is what the job declares. Five minutes, not the job's timeout: UNCONFIRMED.",
  },
  {
    id: "azure-pipelines-token",
    kind: "client code",
    note: "Both routes, api-version 7, oidcToken in the answer; the audience is api://AzureADTokenExchange whatever is asked.",
  },
  {
    id: "azure-pipelines-subject",
    kind: "documentation",
    note: "sc:// with organization, project and connection, or Entra as issuer and a subject of ids. Ten minutes.",
  },
  {
    id: "azure-pipelines-own-subject",
    kind: "field report",
    note: "Without a service connection p:// with organization, project and pipeline: one decoded token.",
  },
  {
    id: "azure-pipelines-redirect",
    kind: "client code",
    note: "Without X-TFS-FedAuthRedirect: Suppress a refused request is sent to a sign-in page. Where to, and the body of the 401, is UNCONFIRMED.",
  },
  {
    id: "circleci-token",
    kind: "documentation",
    note: "The audience is the organization's id; the second form of the subject adds origin and ref. One hour.",
  },
  {
    id: "bitbucket-token",
    kind: "UNCONFIRMED",
    note: "Subject of repository and step in braces, audience of the workspace, one hour; from other people's configurations.",
  },
  {
    id: "buildkite-token",
    kind: "client code",
    note: "POST with the scheme Token, every member of the body optional, the token in token.",
  },
  {
    id: "buildkite-claims",
    kind: "documentation",
    note: "Default audience and subject, a lifetime of five minutes unless another is asked for, subject_claim, claims and tags for AWS. What is refused, and how, is UNCONFIRMED.",
  },
  {
    id: "terraform-cloud-token",
    kind: "documentation",
    note: "Subject of organization, project, workspace and phase; the audience is the workspace's variable. Five minutes for the phase's timeout.",
  },
  {
    id: "vercel-token",
    kind: "documentation",
    note: "Subject of owner, project and environment, audience of the team. One hour: UNCONFIRMED.",
  },
  {
    id: "vercel-exchange",
    kind: "client code",
    note: "token and aud in, token and expiry in seconds out, error otherwise. That the new token ends with the old one, and statuses, is UNCONFIRMED.",
  },
  {
    id: "deno-deploy-token",
    kind: "documentation",
    note: "Subject of organization, app and context; five minutes, valid from one minute before. Signed with RS256 here; the page names ES256 too.",
  },
  {
    id: "fly-token",
    kind: "documentation",
    note: "The token is the whole body; no authentication on the socket, the API's token at its hosts. Ten minutes.",
  },
  {
    id: "azure-arc-challenge",
    kind: "client code",
    note: "401 names a key file in realm, whose content comes back as Basic. That a key serves once, and the 403, is UNCONFIRMED.",
  },
  {
    id: "azure-arc-answer",
    kind: "client code",
    note: "As the metadata service, and the identity that was chosen under the name of each selector, since a client compares it.",
  },
  {
    id: "azure-ml",
    kind: "client code",
    note: "api-version 2017-09-01, the headers secret and Metadata, clientid; errors are UNCONFIRMED.",
  },
  {
    id: "cloud-shell",
    kind: "client code",
    note: "A form with the resource, and the Metadata header; the token is of the user. The application in it is UNCONFIRMED.",
  },
];

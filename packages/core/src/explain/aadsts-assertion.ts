/** AADSTS codes about the identity token and the federated identity credential. */
import type { CodeReasons } from "./shapes.ts";

const EXACT =
  "compare, character by character, what the message names with the federated identity credential (az identity federated-credential list, az ad app federated-credential list); a new or changed one takes minutes to reach every server";

const GITHUB_SUBJECT =
  "GitHub's subject depends on environment, pull request, branch or tag, and begins with repo:OWNER@OWNER-ID/REPO@REPO-ID: in repositories made after 15 July 2026 and those that were renamed, transferred or opted in, with repo:OWNER/REPO: in all others";

const UNREACHABLE =
  "Both must be served over https to the public internet, without sign-in, firewall or self-signed certificate: try {issuer}/.well-known/openid-configuration and its jwks_uri from another network. It is retried.";

export const ASSERTION: CodeReasons = {
  70021: {
    cause:
      "No federated identity credential matches the token's issuer, subject and audience (the older form of 700211, 700212, 700213).",
    fix: `For all three, ${EXACT}. ${GITHUB_SUBJECT}.`,
    recovery: "propagation",
  },
  70025: {
    cause:
      "The app registration or managed identity has no federated identity credential at all, or it was made moments ago.",
    fix: "Add one for this token's issuer and subject, or give the client id of what has it: a managed identity and an app registration have credentials of their own (az identity federated-credential list, az ad app federated-credential list). A new one takes minutes to reach every server.",
    recovery: "propagation",
  },
  700211: {
    cause:
      "No federated identity credential has the token's issuer. A trailing slash makes another issuer, and so does another cluster. A policy of the tenant that forbids the issuer is said to be answered so, too.",
    fix: `For the issuer, ${EXACT}. AKS issuers end in a slash (az aks show --query oidcIssuerProfile.issuerUrl), GitHub's has none.`,
    recovery: "propagation",
  },
  700212: {
    cause: "The federated identity credential for this issuer has another audience than the token.",
    fix: "Make them equal, best both api://AzureADTokenExchange (the form of your cloud), which entra() asks for unless its option audience names another. Where the platform fixes the audience, set it there, or give the credential the one that the token has.",
    recovery: "propagation",
  },
  7002121: {
    cause: "A token that Entra issued for another resource was sent as the assertion.",
    fix: "Ask the managed identity for the exchange audience, api://AzureADTokenExchange, not for the API that is called in the end.",
    recovery: "stop",
  },
  700213: {
    cause: "The issuer is known, but no federated identity credential has the token's subject.",
    fix: `For the subject, ${EXACT}. ${GITHUB_SUBJECT}. A plain credential knows no wildcards: the subjects of GitLab (branch), CircleCI (user), Buildkite (commit; see its option subjectClaim) and Bitbucket (step) change, too.`,
    recovery: "propagation",
  },
  7002137: {
    cause: "The subject of the assertion is not the one that is expected for an agent or bot identity.",
    fix: "Set the credential's subject to the one that the message names as expected.",
    recovery: "stop",
  },
  7002138: {
    cause: "The subject matches except for upper and lower case. Since August 2024 the comparison is exact.",
    fix: "Write the credential's subject in the case that the token has; if they look equal, delete the credential and make it anew.",
    recovery: "stop",
  },
  700214: {
    cause: "The federated identity credential has the exchange audience in its GUID form.",
    fix: "Set its audience to api://AzureADTokenExchange (the form of your cloud). The GUID belongs in the token only, where Entra writes it.",
    recovery: "stop",
  },
  7000272: {
    cause:
      "The key that signed the token is not in the issuer's published key set, or Entra has not read the set since the key was added.",
    fix: "Publish each key before it signs and for as long as its tokens live, with at most 100 keys. It is retried, because Entra may read the set again.",
    recovery: "retry",
  },
  90061: {
    cause: "Entra could not reach the issuer's discovery document or key set (older code of 501661).",
    fix: UNREACHABLE,
    recovery: "retry",
  },
  50166: {
    cause: "Entra could not reach the issuer's discovery document or key set (older code of 501661).",
    fix: UNREACHABLE,
    recovery: "retry",
  },
  501661: {
    cause: "Entra could not reach the issuer's discovery document or key set.",
    fix: UNREACHABLE,
    recovery: "retry",
  },
  700024: {
    cause: "The identity token has expired, or is not valid yet by Entra's clock.",
    fix: "It is retried once with a new identity token. If it stays, compare the times in the message: a token that was given once, in a variable or by fixedToken(), cannot be renewed, and an issuer whose clock is wrong makes tokens of the future.",
    recovery: "subject",
  },
  700222: {
    cause:
      "A token that Entra issued was sent where only tokens of other issuers are accepted, as for a managed identity.",
    fix: "Only an app registration can trust a managed identity. Put the federated identity credential on an app registration, or use the managed identity itself.",
    recovery: "stop",
  },
  700223: {
    cause:
      "Federation is restricted here: this application accepts only tokens that Entra issued, or a policy of the tenant forbids the issuer.",
    fix: "Ask the tenant's administrator which issuers are allowed for federated identity credentials.",
    recovery: "stop",
  },
  700226: {
    cause:
      "The token of an ordinary app registration was sent as the assertion. Of Entra's own tokens only those of managed identities are accepted.",
    fix: "Use a managed identity as the source, or let the first app call the API itself.",
    recovery: "stop",
  },
  700227: {
    cause: "The audience of the managed identity's token is not allowed here; it may be a token of version 1.",
    fix: "Ask for api://AzureADTokenExchange (the form of your cloud), and make the credential trust https://login.microsoftonline.com/{tenant}/v2.0.",
    recovery: "stop",
  },
  700229: {
    cause: "A user's token was sent as the assertion. Only tokens of workloads are accepted.",
    fix: "Authenticate the workload by its own identity; a user's token belongs in the on-behalf-of exchange, as the user.",
    recovery: "stop",
  },
  700231: {
    cause:
      "The token was itself obtained through a federated identity credential, and Entra never accepts such a token as the assertion for another one. External identity → managed identity → app does not exist.",
    fix: "Put the federated identity credential for the external identity on the app registration itself; or stop at the managed identity and grant it the permissions; or run the exchange where the managed identity lives (App Service, Functions, Container Apps, a VM). On AKS, let the pod's own token (source kubernetes) go to the app registration.",
    recovery: "stop",
  },
  700236: {
    cause:
      "The managed identity and the app registration are in different tenants, or a policy of the tenant forbids this issuer.",
    fix: "Make the managed identity in the app registration's own tenant; a multi-tenant app may then sign in to other tenants (option tenants).",
    recovery: "stop",
  },
  700238: {
    cause: "A policy of the tenant restricts federated identity credentials of this issuer.",
    fix: "Ask the tenant's administrator what the policy demands of tokens from this issuer.",
    recovery: "stop",
  },
  7002381: {
    cause:
      "A policy of the tenant demands a claim with certain values in tokens of this issuer, and the token has another value.",
    fix: "Run the workload where its token gets the demanded value (the organisation or enterprise that the message names), or have the policy changed.",
    recovery: "stop",
  },
  700027: {
    cause:
      "The signature of the assertion is not valid, or its key is not known for this app. An assertion whose issuer is no URL is taken for a certificate's.",
    fix: "Check that the issuer signs with a key of its published set, by RS256, and that `kid` names it.",
    recovery: "stop",
  },
  50027: {
    cause:
      "The assertion is no well-formed JWT. A list as `aud` was seen to be refused too; Kubernetes' list of one is not.",
    fix: "Check what the source gives: one JWT, without quotes or line breaks, with one audience.",
    recovery: "stop",
  },
  5002730: {
    cause: "The assertion is signed by an algorithm that does not fit its key, or that Entra does not take.",
    fix: "Sign by RS256 with an RSA key: no other algorithm is documented as supported.",
    recovery: "stop",
  },
  50048: {
    cause:
      "The assertion was taken for one that the app signs itself, for its issuer is no URL, and then issuer and subject must be equal.",
    fix: "Use a token whose issuer is the https URL of an OpenID Connect provider.",
    recovery: "stop",
  },
};

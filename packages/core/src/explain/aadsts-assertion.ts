/** AADSTS codes about the identity token and the federated identity credential. */
import type { CodeReasons } from "./shapes.ts";

const EXACT =
  "compare the token and the federated identity credential character by character; a new or changed one takes minutes to reach every server";

export const ASSERTION: CodeReasons = {
  70021: {
    cause:
      "No federated identity credential matches the token's issuer, subject and audience (the older form of 700211, 700212, 700213).",
    fix: `Decode the token and ${EXACT}.`,
    recovery: "propagation",
  },
  70025: {
    cause:
      "The app registration or managed identity has no federated identity credential at all, or it was made moments ago.",
    fix: "Add one for this token's issuer and subject, or check that the client id is the one that has it. A new one takes minutes to reach every server.",
    recovery: "propagation",
  },
  700211: {
    cause:
      "No federated identity credential has the token's issuer. A trailing slash makes another issuer, and so does another cluster.",
    fix: `For the issuer, ${EXACT}. AKS issuers end in a slash, GitHub's has none.`,
    recovery: "propagation",
  },
  700212: {
    cause: "The federated identity credential for this issuer has another audience than the token.",
    fix: "Ask the platform for a token for api://AzureADTokenExchange (the audience of your cloud), or set the target's option audience to what the credential has.",
    recovery: "propagation",
  },
  7002121: {
    cause: "A token that Entra issued for another resource was sent as the assertion.",
    fix: "Ask the managed identity for the exchange audience, api://AzureADTokenExchange, not for the API that is called in the end.",
    recovery: "stop",
  },
  700213: {
    cause: "The issuer is known, but no federated identity credential has the token's subject.",
    fix: `For the subject, ${EXACT}. GitHub's subject depends on branch, tag, environment or pull request.`,
    recovery: "propagation",
  },
  7002137: {
    cause: "The subject of the assertion is not the one that is expected for an agent or bot identity.",
    fix: "Set the credential's subject to the one that the message names as expected.",
    recovery: "stop",
  },
  7002138: {
    cause: "The subject matches except for upper and lower case. Since August 2024 the comparison is exact.",
    fix: "Write the credential's issuer and subject in the case that the token has; if they look equal, delete the credential and make it anew.",
    recovery: "stop",
  },
  700214: {
    cause: "The federated identity credential has the exchange audience in its GUID form.",
    fix: "Set its audience to api://AzureADTokenExchange.",
    recovery: "stop",
  },
  7000272: {
    cause:
      "The key that signed the token is not in the issuer's published key set, or Entra has not read the set since the key was added.",
    fix: "Publish each key before it signs and for as long as its tokens live, with at most 100 keys. It is retried, for Entra reads the set again.",
    recovery: "retry",
  },
  90061: {
    cause: "Entra could not reach the issuer's discovery document or key set (older code of 501661).",
    fix: "Both must be served over https to the public internet, without sign-in, firewall or self-signed certificate. It is retried.",
    recovery: "retry",
  },
  50166: {
    cause: "Entra could not reach the issuer's discovery document or key set (older code of 501661).",
    fix: "Both must be served over https to the public internet, without sign-in, firewall or self-signed certificate. It is retried.",
    recovery: "retry",
  },
  501661: {
    cause: "Entra could not reach the issuer's discovery document or key set.",
    fix: "Both must be served over https to the public internet, without sign-in, firewall or self-signed certificate. It is retried.",
    recovery: "retry",
  },
  700024: {
    cause: "The identity token has expired, or is not valid yet by Entra's clock.",
    fix: "It is retried once with a new identity token. If it stays: a fixed token cannot be renewed, and a clock that is wrong on the issuer's side makes tokens of the future.",
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
    fix: "Put the federated identity credential for the external identity on the app registration itself; or stop at the managed identity and grant it the permissions; or run the exchange where the managed identity lives.",
    recovery: "stop",
  },
  700236: {
    cause:
      "The managed identity and the app registration are in different tenants, or a policy of the tenant forbids this issuer.",
    fix: "Make the managed identity in the app registration's own tenant; a multi-tenant app may then sign in to other tenants.",
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
    cause: "The assertion is no well-formed JWT; a list as `aud` is refused too.",
    fix: "Check what the source gives: one JWT, without quotes or line breaks, with a single text as audience.",
    recovery: "stop",
  },
  5002730: {
    cause: "The assertion is signed by an algorithm or key type that Entra does not take.",
    fix: "Sign by RS256 with an RSA key of 2048 bits or more.",
    recovery: "stop",
  },
  50048: {
    cause:
      "The assertion was taken for one that the app signs itself, for its issuer is no URL, and then issuer and subject must be equal.",
    fix: "Use a token whose issuer is the https URL of an OpenID Connect provider.",
    recovery: "stop",
  },
};

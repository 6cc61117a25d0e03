/** AADSTS codes about users, policies and the service itself. */
import type { CodeReasons } from "./shapes.ts";

export const SERVICE: CodeReasons = {
  7000114: {
    cause: "A workload's own token was sent as the user in an on-behalf-of exchange.",
    fix: "On behalf of somebody means a user's access token; a workload calls with its own identity. entraObo() refuses such a token itself, so something else made the request.",
    recovery: "stop",
  },
  50013: {
    cause:
      "The user's token does not verify: it was altered, or is meant for an API that has a signing key of its own, such as Graph.",
    fix: "Send the access token exactly as the client sent it, issued for this API.",
    recovery: "stop",
  },
  500131: {
    cause: "The user's token was issued for another application than the one that presents it.",
    fix: "The client must ask for a token for this API (its application ID URI), and this API must exchange it with its own client id.",
    recovery: "stop",
  },
  500133: {
    cause: "The user's token has expired.",
    fix: "Answer the client with 401, so that it comes back with a new token. A new identity token of the workload does not help.",
    recovery: "stop",
  },
  240002: {
    cause: "An ID token was sent as the user in an on-behalf-of exchange.",
    fix: "The client must send an access token for this API.",
    recovery: "stop",
  },
  50076: {
    cause: "The user must pass multi-factor authentication for this API.",
    fix: "Answer the client with 401 and the error's `claims` in WWW-Authenticate; only the user's own sign-in can satisfy them.",
    recovery: "stop",
  },
  50079: {
    cause: "The user must first enrol for multi-factor authentication.",
    fix: "Answer the client with 401 and the error's `claims` in WWW-Authenticate; only the user's own sign-in can satisfy them.",
    recovery: "stop",
  },
  50158: {
    cause: "A policy demands another step of the user's sign-in, such as an external second factor.",
    fix: "Answer the client with 401 and the error's `claims` in WWW-Authenticate; only the user's own sign-in can satisfy them.",
    recovery: "stop",
  },
  50173: {
    cause: "The user was revoked after the token was issued: a new password, or an administrator ended all sessions.",
    fix: "Answer the client with 401, so that the user signs in again.",
    recovery: "stop",
  },
  50034: {
    cause: "The user of the token does not exist in this tenant, or not any more.",
    fix: "If it is a user of another tenant, list that tenant in the option tenants. A user who was removed stays refused.",
    recovery: "stop",
  },
  53000: {
    cause: "A policy demands a device that complies with the organisation's rules.",
    fix: "Answer the client with 401; the user has to sign in from such a device.",
    recovery: "stop",
  },
  53001: {
    cause: "A policy demands a device that is joined to the organisation's domain.",
    fix: "Answer the client with 401; the user has to sign in from such a device.",
    recovery: "stop",
  },
  53002: {
    cause: "A policy demands that the user signs in by an approved application.",
    fix: "Answer the client with 401; the user has to sign in by such an application.",
    recovery: "stop",
  },
  53004: {
    cause: "The user has to register for multi-factor authentication before this, and this sign-in was not fit for it.",
    fix: "Answer the client with 401; the user registers when they sign in.",
    recovery: "stop",
  },
  53003: {
    cause:
      "A Conditional Access policy blocks the sign-in: of the workload, by location or by risk, or on behalf of a user, of that user.",
    fix: "Of a workload: look at the service principal sign-in logs for the policy, and have its addresses allowed or the risk dismissed. On behalf of a user: answer the client with 401; the user's own sign-in shows what is blocked.",
    recovery: "stop",
  },
  530035: {
    cause: "The tenant's security defaults block the sign-in.",
    fix: "Ask the tenant's administrator; security defaults allow no exceptions.",
    recovery: "stop",
  },
  50126: {
    cause: "A user's name or password is wrong. No exchange of this library sends either.",
    fix: "Something else made the request.",
    recovery: "stop",
  },
  50020: {
    cause: "The user's account comes from an identity provider or tenant that is not a guest here.",
    fix: "Invite the user into the tenant, or sign in to the user's own.",
    recovery: "stop",
  },
  50196: {
    cause: "Entra ended a loop of equal requests: something asks for the same token again and again.",
    fix: "Make the provider once and share it, instead of once per request; its cache then answers. It is tried again after two minutes.",
    recovery: "retry",
  },
  90055: {
    cause: "The tenant is throttled: too many requests.",
    fix: "It is retried, after Retry-After if the server names one. Share providers, so that fewer requests are needed.",
    recovery: "retry",
  },
  90033: {
    cause: "A directory service behind Entra is not available for the moment.",
    fix: "It is retried. If it stays, look at the status page of Azure.",
    recovery: "retry",
  },
  90024: {
    cause: "The tenant's budget of requests is used up for the moment.",
    fix: "It is retried. Share providers, so that fewer requests are needed.",
    recovery: "retry",
  },
  90090: {
    cause: "A service behind Entra failed for the moment.",
    fix: "It is retried.",
    recovery: "retry",
  },
  90012: {
    cause: "A service behind Entra took too long.",
    fix: "It is retried.",
    recovery: "retry",
  },
};

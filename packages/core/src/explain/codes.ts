/** Every error code of this project in plain words. */
import type { ErrorCode } from "../errors.ts";
import type { Reason } from "./shapes.ts";

const CHAIN: Reason = {
  cause:
    "The identity token was itself obtained at Entra through a federated identity credential, and Entra never accepts such a token as the assertion for another one. External identity → managed identity → app does not exist.",
  fix: "Put the federated identity credential for the external identity on the app registration itself; or make the managed identity the final identity and grant it the permissions; or run the exchange where the managed identity lives (App Service, Functions, Container Apps, a VM), so that its token comes from the platform and not from a federation.",
};

/** One reason for each code, in the order of the documentation. */
export const CODES: Readonly<Record<ErrorCode, Reason>> = {
  ERR_CONFIG_INVALID: {
    cause:
      "An option is missing, unknown or of the wrong form; a variable of the environment that is not set gives a missing one. The error's `problems` lists every one that was found.",
    fix: "Correct the options that the message names. It is thrown where the thing is made, or where with() is given parameters, so the stack leads to the line.",
  },
  ERR_CONFIG_CHAIN: CHAIN,
  ERR_SOURCE_UNAVAILABLE: {
    cause:
      "The platform that this identity source stands for was not found: the variables, files or permissions that the message names are missing.",
    fix: "Run the program on that platform, or give it what is named: on GitHub Actions `permissions: id-token: write` (jobs for pull requests of forks never get it), in GitLab `id_tokens` of the job, in Azure Pipelines `SYSTEM_ACCESSTOKEN: $(System.AccessToken)` in the step's `env`, in Bitbucket `oidc: true` on the step, in HCP Terraform the workspace's TFC_WORKLOAD_IDENTITY_AUDIENCE, in Kubernetes a projected service account token (on AKS the pod's label azure.workload.identity/use: \"true\"), on Azure an assigned managed identity, on Cloudflare Workers a service binding to an issuer of your own. firstOf() chooses among several sources.",
  },
  ERR_SOURCE_FAILED: {
    cause:
      "The platform was asked for an identity token and refused, or what it gave has already expired or is for another audience.",
    fix: "Read the status and error in the message. Common reasons: the managed identity is not assigned to this resource, its client id is wrong, the job has no permission to ask for a token, the job has outlived the one token that was made for it when it started (get the last credential before that), the platform fixes the audience (the message says where), the file of the token is no longer rotated, the service binding of selfIssued() leads to another entrypoint than the issuer's IssuerEntrypoint, or a function of yours threw something else than a TokenError (whose message alone is passed on).",
  },
  ERR_SOURCE_REPLY: {
    cause:
      "The platform's reply could not be read as an identity token. Often a proxy or a sign-in page answered instead.",
    fix: "Check what answers at the platform's endpoint and whether a proxy stands in between. With fromFunction(), return a string, or an object with token and, in epoch milliseconds, expiresAt.",
  },
  ERR_EXCHANGE_REFUSED: {
    cause:
      "The identity provider understood the request and refused it. Its own code says why: `errorCodes` of the error, AADSTS numbers at Entra.",
    fix: "Look the code up in the table of AADSTS codes. Most often the federated identity credential differs from the token in issuer, subject or audience; each is compared exactly, case included.",
  },
  ERR_EXCHANGE_CHAIN: CHAIN,
  ERR_EXCHANGE_FAILED: {
    cause:
      "The identity provider's endpoint answered with an error that is no OAuth error: an outage, a gateway, or a wrong address.",
    fix: "A 5xx status passes and is retried. For any other status check the option authority and whatever proxy stands between.",
  },
  ERR_EXCHANGE_REPLY: {
    cause:
      "The identity provider answered with status 200, but the reply holds no usable token: it is no JSON, or a field is missing.",
    fix: "Check that the option authority is the identity provider itself and that no proxy answers in its place.",
  },
  ERR_EXCHANGE_INTERACTION: {
    cause:
      "The identity provider will act on behalf of this user only after the user has done something: signed in again, given a second factor, agreed. No retry helps, and no server can do it.",
    fix: "Answer the request with problemResponse(error): 401, with the claims challenge in `WWW-Authenticate`. The client that has the user sends them through sign-in with these claims, and comes back with a new token. If it is consent that is missing, an administrator can give it for all.",
  },
  ERR_HTTP_NETWORK: {
    cause:
      "No answer: the name did not resolve, the connection or its certificate was refused, or it broke on the way.",
    fix: "Check DNS, firewall and proxy between this program and the host, and that the runtime trusts its certificate. It is retried.",
  },
  ERR_HTTP_REDIRECT: {
    cause:
      "A token endpoint answered with a redirect. Secrets are never sent where a reply points, so it is not followed.",
    fix: "Give the final address: https, and without whatever the server rewrites.",
  },
  ERR_HTTP_TOO_LARGE: {
    cause:
      "A reply was larger than 256 KiB, which no token reply is. Most likely something else answers at this address.",
    fix: "Check the address and whatever proxy stands between.",
  },
  ERR_STEP_TIMEOUT: {
    cause: "One attempt at the source or the identity provider took longer than `limits.attemptTimeoutMs`.",
    fix: "It is retried. If it happens often, look at the network; a managed identity endpoint that never answers usually means that there is none.",
  },
  ERR_CREDENTIAL_EXPIRED: {
    cause: "What a source or an identity provider gave had already expired when it arrived.",
    fix: "Check the clock of this machine, and whether the source hands out a token that nobody renews any more.",
  },
  ERR_CALL_TIMEOUT: {
    cause: "This caller's own `timeoutMs` ran out. The exchange goes on for others.",
    fix: "Wait longer, or find out by the events of `onEvent` what takes so long.",
  },
  ERR_CALL_CLAIMS: {
    cause: "The claims given to get() are no claims challenge: JSON with access_token in it, at most 4 kB.",
    fix: "Pass on the decoded text of the challenge (or the `claims` of an error) unchanged.",
  },
  ERR_PROVIDER_CLOSED: {
    cause: "The provider was closed, by close() or at the end of an `await using` block, and is still used.",
    fix: "Close it when the program ends, not with a request. A provider is made to be shared.",
  },
  ERR_WATCH_UNSUPPORTED: {
    cause:
      "watch() needs work that outlives a request, which this runtime (Cloudflare Workers) does not have outside a Durable Object.",
    fix: "Call get() in each request: it is cached and refreshed behind the answer. Or watch from within a Durable Object.",
  },
  ERR_DOWNSTREAM_HOST: {
    cause:
      "The URL is not on a host that this token may be sent to: another host or port, plain http, or one with user information.",
    fix: "Correct the URL; or, if the host is right, name it in the target's option `hosts`, exactly as the URL has it.",
  },
  ERR_DOWNSTREAM_PROVIDER: {
    cause:
      "The provider gives something that is no bearer token (AWS credentials, a leased secret), which no header can carry.",
    fix: "Use it with the SDK it is made for, and attach only providers of bearer tokens.",
  },
  ERR_AUTH_MISSING: {
    cause:
      "The request carries no token where one is looked for: no `Authorization: Bearer`, or no header of the issuer's own.",
    fix: "Send an access token for this API. With Cloudflare Access, let the request pass through Access; with a proxy in front, see that it does not strip the header.",
  },
  ERR_AUTH_REQUEST: {
    cause:
      "The request's credentials cannot be read in one way only: more than one token, or a token with characters that no bearer token has.",
    fix: "Send one header `Authorization: Bearer TOKEN` and no other token with it. A proxy that adds a header of its own must replace the client's.",
  },
  ERR_AUTH_INVALID: {
    cause:
      "A token was sent and is refused: another issuer, audience or tenant, a signature or key that does not fit, a time that is over, or a kind of token that is none for an API. The error's `problems` says which; the answer to the client does not.",
    fix: "Look at `problems` in your own log, and the list of reasons in docs/bearer-auth.md. Most often the client asked for a token for another audience, or sends its ID token.",
  },
  ERR_AUTH_FORBIDDEN: {
    cause: "The token is valid, and grants none of the scopes or roles that are required here.",
    fix: "Let the client ask for the scope (a user), or assign the application role (a workload), and get a new token: what is granted later is not in the old one.",
  },
  ERR_AUTH_UNAVAILABLE: {
    cause:
      "The token could not be judged: the issuer's public keys are not held and cannot be fetched now. Nothing unverified is let in.",
    fix: "It passes, and the client may repeat its request. If it does not, look at `problems`: whether this program reaches the issuer's discovery document and its keys, and whether the option issuer is written exactly as the document has it.",
  },
  ERR_AUTH_APP_ONLY: {
    cause:
      "The request was sent by an application, without a user, so there is nobody on whose behalf something could be done.",
    fix: "Call the next service as yourself: federate() with the target entra instead of entraObo. Or have the client sign a user in.",
  },
  ERR_ISSUER_REFUSED: {
    cause:
      "Your own issuer was asked for a token that it does not mint: the subject or the audience is not on its list, or the lifetime is above its cap.",
    fix: "Compare what the message names with the issuer's options subjects, audiences and maxTokenLifetimeMs, and, for a service binding, with the subject and audiences in its props. Each is compared to the letter. entra() asks for api://AzureADTokenExchange (the form of your cloud), unless its option audience names another.",
  },
  ERR_ISSUER_KEYS: {
    cause:
      "Your own issuer has no key to sign with, or none to publish, for now: its key store did not answer, or a new key could not be made or kept.",
    fix: "It passes and is retried where the store was unreachable, moved or redeployed. If it stays, look at the issuer's own log, which says why; at the binding of its Durable Object or its Deno KV database; and at whether keys of the store are readable by this version.",
  },
  ERR_BROKER_REFUSED: {
    cause:
      "The token broker was asked for something that it does not hand out: a provider whose name it does not know, or a question that it cannot read.",
    fix: "Give the broker's providers() the names that the Workers bound to it ask for, and deploy the broker before them. It keeps credentials of applications only: those of users, and those that depend on a request, are obtained by each Worker itself.",
  },
};

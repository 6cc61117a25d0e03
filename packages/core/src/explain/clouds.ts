/** What AWS and Google Cloud refuse with, by the step and by the code as it is on the wire. */
import type { Reason } from "./shapes.ts";

/** Codes of AWS STS; without the ending `Exception` that some of them have. */
const AWS: Readonly<Record<string, Reason>> = {
  AccessDenied: {
    cause:
      "No role of that name, or its trust policy does not match the token: the provider, or what it compares of `aud` and `sub`.",
    fix: "Compare `iss`, `aud` and `sub` of the token with the role's trust policy (`aws iam get-role`). GitHub writes subjects as repo:OWNER/REPO:..., and as repo:OWNER@OWNER-ID/REPO@REPO-ID:... for repositories made after 15 July 2026. If the session has a policy or a duration of its own, try without.",
  },
  InvalidIdentityToken: {
    cause:
      "The account has no IAM identity provider for the token's issuer, the provider does not know its audience, or the signature does not verify with the keys that the issuer publishes.",
    fix: "`aws iam list-open-id-connect-providers`, then `get-open-id-connect-provider`: the URL must equal `iss`, and ClientIDList must have the token's `aud`. AWS must reach the issuer's discovery document over public https.",
  },
  ExpiredToken: {
    cause: "The identity token ended before AWS looked at it.",
    fix: "Nothing where a new token can be had: it is fetched and tried once. A token that was made once for a job ends with its own time: use it earlier.",
  },
  IDPRejectedClaim: {
    cause: "The identity provider says that the token is revoked or has ended.",
    fix: "Get the workload a new token; ask at the identity provider why it refuses this one.",
  },
  IDPCommunicationError: {
    cause: "AWS could not read the issuer's discovery document or keys.",
    fix: "See that `ISSUER/.well-known/openid-configuration` and its `jwks_uri` answer from the internet; it is tried again.",
  },
  MalformedPolicyDocument: {
    cause: "The session policy is no valid policy.",
    fix: "Validate the policy: `aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY`.",
  },
  PackedPolicyTooLarge: {
    cause: "The session's policies are too large once AWS has packed them, together with its tags.",
    fix: "Shorten the session policy, or name managed policies by `policyArns`.",
  },
  RegionDisabled: {
    cause: "STS is switched off in that region for the account.",
    fix: "Turn the region on in IAM's account settings, or ask another region's endpoint.",
  },
  ValidationError: {
    cause: "STS takes no parameter of that form: often a duration beyond what the role allows.",
    fix: "Look at the message. The role's longest session is `MaxSessionDuration` (`aws iam update-role --max-session-duration`).",
  },
  OutboundWebIdentityFederationDisabled: {
    cause: "The account gives out no identity tokens of its own.",
    fix: "Once for the account: `aws iam enable-outbound-web-identity-federation`, which tells the issuer that others have to trust.",
  },
  SessionDurationEscalation: {
    cause: "The token was to last longer than the credentials that ask for it.",
    fix: "Ask for a shorter `durationMs`.",
  },
  JWTPayloadSizeExceeded: {
    cause: "The token would have more in it than AWS allows.",
    fix: "Give fewer or shorter `tags`.",
  },
  SignatureDoesNotMatch: {
    cause: "The request was not signed as AWS would have signed it.",
    fix: "See that nothing between this program and AWS changes the request, and that the clock is right.",
  },
};

/** `error` of Google's Security Token Service, and `status` of IAM Credentials. */
const GOOGLE: Readonly<Record<string, Reason>> = {
  invalid_grant: {
    cause:
      "The identity token is not what the provider of the pool takes: another issuer, another audience, too old, or signed by a key that the issuer does not publish.",
    fix: "`gcloud iam workload-identity-pools providers describe`: its issuer must equal `iss`; the token must be issued for one of its allowed audiences, or, where it names none, for its own resource name. Google takes RS256 and ES256.",
  },
  invalid_target: {
    cause: "There is no such pool or provider, or it is disabled, or it was made a moment ago.",
    fix: "The audience is //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER, with the project's number. See with `gcloud iam workload-identity-pools providers describe` that both are active.",
  },
  unauthorized_client: {
    cause: "The provider's attribute condition rejects the token.",
    fix: "Compare the condition (`gcloud iam workload-identity-pools providers describe`) with the token's claims.",
  },
  invalid_scope: {
    cause: "Google knows no such scope.",
    fix: "Ask for https://www.googleapis.com/auth/cloud-platform, and let IAM decide.",
  },
  PERMISSION_DENIED: {
    cause: "The federated identity may not act as the service account, or that was granted a moment ago.",
    fix: 'Grant it: `gcloud iam service-accounts add-iam-policy-binding ACCOUNT --role roles/iam.workloadIdentityUser --member "principal://iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/subject/SUBJECT"`.',
  },
  NOT_FOUND: {
    cause: "There is no such service account, or it was made a moment ago.",
    fix: "`gcloud iam service-accounts list`: the option `serviceAccount` is its e-mail address.",
  },
  INVALID_ARGUMENT: {
    cause: "IAM Credentials takes no parameter of that form: often a lifetime above an hour.",
    fix: "Ask for at most an hour, or let the organisation policy iam.allowServiceAccountCredentialLifetimeExtension name the account.",
  },
};

/** Reasons by step, then by code. */
export const CLOUDS: Readonly<Record<string, Readonly<Record<string, Reason>>>> = {
  "aws-sts": AWS,
  "aws-web-identity": AWS,
  "gcp-sts": GOOGLE,
  "gcp-service-account": GOOGLE,
};

/** The reason for a code of that step's server, if it is known. */
export function cloudReason(step: string, code: string): Reason | undefined {
  const known = Object.hasOwn(CLOUDS, step) ? CLOUDS[step] : undefined;
  const bare = code.replace(/Exception$/, "");
  return known && Object.hasOwn(known, bare) ? known[bare] : undefined;
}

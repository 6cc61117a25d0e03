/** Whose signed request it is, in STS's words. Evidence: "Troubleshoot signed requests" in the IAM user guide, and issues of SDKs. */
import type { Call, World } from "../../world.ts";
import { authenticate, type SignatureProblem } from "../authenticate.ts";
import { digest, hex } from "../bytes.ts";
import { type AwsRefused, awsRefused } from "../refusal.ts";
import type { AwsSession } from "../sessions.ts";
import { amzDate } from "../signature.ts";

const maxSkewMs = 300_000;

/** The session that signed a request, or a refusal. */
export async function signedBy(world: World, call: Call, region: string): Promise<AwsSession> {
  const payloadHash = hex(await digest(call.bytes));
  const result = await authenticate(world, call, { service: "sts", region, payloadHash, maxSkewMs });
  if (result.problem === undefined) return result.session;
  throw refusal(result, world.clock.now(), region);
}

function refusal(problem: SignatureProblem, now: number, region: string): AwsRefused {
  switch (problem.problem) {
    case "missing":
      return awsRefused(403, "MissingAuthenticationToken", "Request is missing Authentication Token");
    case "malformed":
    case "date":
      return awsRefused(
        400,
        "IncompleteSignature",
        "The request signature does not conform to AWS standards: Authorization or X-Amz-Date cannot be read.",
      );
    case "unknown key":
    case "token":
      return awsRefused(403, "InvalidClientTokenId", "The security token included in the request is invalid.", {
        reason: `The security token is invalid: ${problem.problem}`,
      });
    case "expired":
      return awsRefused(403, "ExpiredToken", "The security token included in the request is expired");
    case "skew":
      return mismatch(skewText(problem.signedAt, now));
    case "service":
      return mismatch("Credential should be scoped to correct service: 'sts'.");
    case "region":
      return mismatch(
        `Credential should be scoped to a valid region, not '${problem.header.region}'. Expected '${region}'.`,
      );
    case "scope date":
      return mismatch("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
    case "unsigned headers":
      return mismatch(`'${problem.names.join(";")}' must be a 'SignedHeader' in the AWS Authorization.`);
    case "signature":
      return mismatch(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
      );
  }
}

function skewText(signedAt: number, now: number): string {
  const isEarly = signedAt > now;
  const limit = `${amzDate(now + (isEarly ? maxSkewMs : -maxSkewMs))} (${amzDate(now)} ${isEarly ? "+" : "-"} 5 min.)`;
  return isEarly
    ? `Signature not yet current: ${amzDate(signedAt)} is still later than ${limit}`
    : `Signature expired: ${amzDate(signedAt)} is now earlier than ${limit}`;
}

function mismatch(message: string): AwsRefused {
  return awsRefused(403, "SignatureDoesNotMatch", message);
}

/** Whose signed request it is, in S3's words. Evidence: "Error responses" in the S3 API reference. */
import type { Call, World } from "../../world.ts";
import { authenticate, type SignatureProblem } from "../authenticate.ts";
import { type AwsRefused, awsRefused } from "../refusal.ts";
import { type AwsSession, awsInstant } from "../sessions.ts";
import { amzDate, readSignature } from "../signature.ts";

const maxSkewMs = 900_000;

/** The session that signed a request, or a refusal. */
export async function signedForS3(world: World, call: Call, region: string): Promise<AwsSession> {
  const payloadHash = call.headers.get("x-amz-content-sha256");
  if (payloadHash === null && call.headers.has("authorization")) {
    throw awsRefused(400, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
  }
  const rules = { service: "s3", region, payloadHash: payloadHash ?? "", maxSkewMs } as const;
  const result = await authenticate(world, call, rules);
  if (result.problem === undefined) return result.session;
  throw refusal(result, call, world.clock.now(), region);
}

function refusal(problem: SignatureProblem, { headers }: Call, now: number, region: string): AwsRefused {
  switch (problem.problem) {
    case "missing":
      return awsRefused(403, "AccessDenied", "Access Denied", { reason: "The request is not signed" });
    case "date":
      return awsRefused(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header");
    case "malformed":
      return malformed("the header cannot be read");
    case "service":
      return malformed(`incorrect service "${problem.header.service}". This endpoint belongs to "s3".`);
    case "region":
      return malformed(`the region '${problem.header.region}' is wrong; expecting '${region}'`, { Region: region });
    case "scope date":
      return malformed(`Invalid credential date "${problem.header.date}". This date is not the same as X-Amz-Date.`);
    case "unknown key":
      return awsRefused(
        403,
        "InvalidAccessKeyId",
        "The AWS Access Key Id you provided does not exist in our records.",
        { details: { AWSAccessKeyId: readSignature(headers.get("authorization") ?? "")?.accessKeyId ?? "" } },
      );
    case "token":
      return awsRefused(400, "InvalidToken", "The provided token is malformed or otherwise invalid.");
    case "expired":
      return awsRefused(400, "ExpiredToken", "The provided token has expired.");
    case "skew":
      return awsRefused(
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the current time is too large.",
        {
          details: {
            RequestTime: amzDate(problem.signedAt),
            ServerTime: awsInstant(now),
            MaxAllowedSkewMilliseconds: String(maxSkewMs),
          },
        },
      );
    case "unsigned headers":
      return awsRefused(403, "AccessDenied", "There were headers present in the request which were not signed", {
        details: { HeadersNotSigned: problem.names.join(", ") },
      });
    case "signature":
      return mismatch(problem);
  }
}

function malformed(what: string, details: Readonly<Record<string, string>> = {}): AwsRefused {
  return awsRefused(400, "AuthorizationHeaderMalformed", `The authorization header is malformed; ${what}`, { details });
}

/** The real one repeats the canonical request too, which has the session token in it. */
function mismatch({ header, stringToSign }: SignatureProblem & { readonly problem: "signature" }): AwsRefused {
  return awsRefused(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    {
      details: {
        AWSAccessKeyId: header.accessKeyId,
        StringToSign: stringToSign,
        SignatureProvided: header.signature,
      },
    },
  );
}

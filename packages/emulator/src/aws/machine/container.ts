/** The credential endpoints of containers: of ECS, which a secret path protects, and of EKS Pod Identity, which a token does. */
import { sameSecret } from "../../text.ts";
import type { Answer, Call, World } from "../../world.ts";
import { roleArn } from "../accounts.ts";
import { awsInstant } from "../sessions.ts";
import { machineRole, machineSession } from "./credentials.ts";

/** `GET /v2/credentials/{id}`: what `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is. */
export function ecsCredentials(world: World, { params }: Call): Answer {
  const expected = world.config.aws?.machine?.container?.credentialsId;
  if (expected === undefined || !sameSecret(params.id ?? "", expected)) {
    return refuse(400, "InvalidIdInRequest", "CredentialsV2Request: Credentials not found");
  }
  return granted(world);
}

/** `GET /v1/credentials`: what `AWS_CONTAINER_CREDENTIALS_FULL_URI` is. */
export function podCredentials(world: World, { headers }: Call): Answer {
  const expected = world.config.aws?.machine?.container?.authorizationToken;
  if (expected === undefined || !sameSecret(headers.get("authorization") ?? "", expected)) {
    return refuse(401, "AccessDenied", "The service account token is missing or wrong");
  }
  return granted(world);
}

function granted(world: World): Answer {
  const found = machineRole(world);
  if (!found) return refuse(404, "NoMachine", "There is no machine");
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = machineSession(world, found);
  const arn = roleArn(found);
  return {
    status: 200,
    body: {
      RoleArn: arn,
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      AccountId: found.account.id,
      Expiration: awsInstant(expiresAt),
    },
    log: { outcome: "granted", reason: "The machine's role", client: arn },
  };
}

/** SDKs read `Code` and `Message`; what the real ones write is UNCONFIRMED. */
function refuse(status: number, code: string, message: string): Answer {
  return { status, body: { Code: code, Message: message }, log: { outcome: "refused", code, reason: message } };
}

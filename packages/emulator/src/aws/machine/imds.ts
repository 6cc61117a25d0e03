/** The instance metadata service of EC2, which demands a session token (version 2). Evidence: the EC2 user guide. */
import type { Answer, Call, World } from "../../world.ts";
import { awsInstant } from "../sessions.ts";
import { machineRole, machineSession } from "./credentials.ts";

const ttlHeader = "x-aws-ec2-metadata-token-ttl-seconds";
const maxTtlSeconds = 21_600;

/** `PUT /latest/api/token`. */
export function imdsToken(world: World, { headers }: Call): Answer {
  if (!machineRole(world)) return refuse(404, "There is no machine");
  // An open proxy on the machine would add this one.
  if (headers.has("x-forwarded-for")) return refuse(403, "The request was forwarded");
  const seconds = Number(headers.get(ttlHeader) ?? Number.NaN);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > maxTtlSeconds) {
    return refuse(400, "The time to live is missing, or not from 1 to 21600 seconds");
  }
  return text(world.aws.imdsTokens.issue(seconds), "A session of the metadata service", {
    [ttlHeader]: String(seconds),
  });
}

/** `GET /latest/meta-data/...`. */
export function imdsMetadata(world: World, { headers, url }: Call): Answer {
  const found = machineRole(world);
  const machine = world.config.aws?.machine;
  if (!found || !machine) return refuse(404, "There is no machine");
  if (!world.aws.imdsTokens.isGood(headers.get("x-aws-ec2-metadata-token") ?? "")) {
    return refuse(401, "The session token is missing, wrong or expired");
  }
  const path = url.pathname.replace("/latest/meta-data/", "");
  if (path === "placement/region") return text(machine.region, "The machine's region");
  const { name } = found.role;
  if (/^iam\/security-credentials\/?$/.test(path)) return text(name, "The machine's role");
  if (path !== `iam/security-credentials/${name}`) return refuse(404, "There is no such metadata");
  const { accessKeyId, secretAccessKey, sessionToken, expiresAt } = machineSession(world, found);
  return {
    status: 200,
    body: {
      Code: "Success",
      LastUpdated: awsInstant(world.clock.now()),
      Type: "AWS-HMAC",
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      Token: sessionToken,
      Expiration: awsInstant(expiresAt),
    },
    log: { outcome: "granted", reason: "The machine's role", client: machine.roleArn },
  };
}

function text(body: string, reason: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return {
    status: 200,
    headers: { "content-type": "text/plain", ...headers },
    body,
    log: { outcome: "granted", reason },
  };
}

/** The real one answers with a page. */
function refuse(status: number, reason: string): Answer {
  return { status, body: `<h1>${status}</h1>`, log: { outcome: "refused", code: status, reason } };
}

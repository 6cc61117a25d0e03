/** The Security Token Service, at its regional endpoints and the global one. */
import { type ServiceAddress, serviceAddress } from "../../services/address.ts";
import type { Answer, Call, World } from "../../world.ts";
import { element } from "../../xml.ts";
import { AwsRefused, awsRefused } from "../refusal.ts";
import { roleId, sessionArn } from "../sessions.ts";
import { stsError, stsResult } from "./answers.ts";
import { assumeRoleWithWebIdentity } from "./assume-role.ts";
import { signedBy } from "./authorize.ts";
import { getWebIdentityToken } from "./get-web-identity-token.ts";

type Operation = (world: World, call: Call, form: URLSearchParams, region: string) => Promise<Answer>;

const version = "2011-06-15";

/** Everywhere. */
const operations: Readonly<Record<string, Operation>> = {
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
  GetCallerIdentity: getCallerIdentity,
};

/** Not at the global endpoint. */
const regional: Readonly<Record<string, Operation>> = { GetWebIdentityToken: getWebIdentityToken };

/** Everything that STS is asked. */
export async function stsService(world: World, call: Call): Promise<Answer> {
  const { name } = serviceAddress(call.url) as ServiceAddress;
  const region = /^sts\.(.+)$/.exec(name)?.[1];
  // Signatures for the global endpoint name its region, in which it was first.
  const known = region === undefined ? operations : { ...operations, ...regional };
  try {
    const form = formOf(call);
    return await operationOf(form, known)(world, call, form, region ?? "us-east-1");
  } catch (error) {
    if (error instanceof AwsRefused) return stsError(world, error.refusal);
    throw error;
  }
}

/** The examples of the API reference are GET requests. */
function formOf({ method, url, form }: Call): URLSearchParams {
  return method === "GET" ? url.searchParams : form;
}

function operationOf(form: URLSearchParams, known: Readonly<Record<string, Operation>>): Operation {
  const action = form.get("Action");
  if (action === null)
    throw awsRefused(400, "MissingAction", "The request is missing an action or a required parameter.");
  const asked = form.get("Version") ?? "NO_VERSION_SPECIFIED";
  const operation = asked === version && Object.hasOwn(known, action) ? known[action] : undefined;
  if (operation) return operation;
  throw awsRefused(400, "InvalidAction", `Could not find operation ${action} for version ${asked}`);
}

/** `GetCallerIdentity`, which needs no permission. */
async function getCallerIdentity(world: World, call: Call, _form: URLSearchParams, region: string): Promise<Answer> {
  const session = await signedBy(world, call, region);
  const { accountId, roleName, sessionName } = session;
  const content = [
    element("Arn", sessionArn(session)),
    element("UserId", `${roleId(roleName)}:${sessionName}`),
    element("Account", accountId),
  ];
  const log = { reason: "The session that signed the request", client: sessionArn(session) };
  return stsResult(world, "GetCallerIdentity", content.join(""), log);
}

/** The credentials of the machine's role, as both kinds of endpoints give them. */
import type { World } from "../../world.ts";
import { type FoundRole, findRole } from "../accounts.ts";
import type { AwsSession } from "../sessions.ts";

/** What is documented is that they are temporary; that they last six hours is seen. */
const lifetimeMs = 21_600_000;

/** New ones are there at least five minutes before the old ones end (documentation of EC2); here it is a quarter of an hour. */
const renewMs = 900_000;

/** The role of the machine, if there is one. */
export function machineRole({ config }: World): FoundRole | undefined {
  const arn = config.aws?.machine?.roleArn;
  return arn === undefined ? undefined : findRole(config, arn);
}

/** The machine's credentials: the same until they end soon. */
export function machineSession(world: World, { account, role }: FoundRole): AwsSession {
  const now = world.clock.now();
  const kept = world.aws.machineSession;
  if (kept && kept.expiresAt - now > renewMs && kept.expiresAt - now <= lifetimeMs) return kept;
  const session = world.aws.sessions.start(
    { accountId: account.id, roleName: role.name, sessionName: "machine", allowedBy: [role.permissions ?? []] },
    lifetimeMs,
  );
  world.aws.machineSession = session;
  return session;
}

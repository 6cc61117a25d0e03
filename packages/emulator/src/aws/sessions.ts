/** The temporary credentials that the emulator gave out, and whose they are. Their token says nothing by itself. */
import type { AwsStatementConfig } from "./config-types.ts";

/** What one set of credentials stands for. */
export interface AwsSession {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** Epoch ms. What is told is the second before it: who counts from the answer's `Date`, which has no fraction either, is right. */
  readonly expiresAt: number;
  readonly accountId: string;
  readonly roleName: string;
  readonly sessionName: string;
  /** Something is allowed that is allowed by each of these: the role's permissions first, then the session policies, if any. */
  readonly allowedBy: readonly (readonly AwsStatementConfig[])[];
}

/** All sessions. */
export interface AwsSessions {
  /** Starts a session that lasts so long. */
  start(
    session: Pick<AwsSession, "accountId" | "roleName" | "sessionName" | "allowedBy">,
    lifetimeMs: number,
  ): AwsSession;
  find(accessKeyId: string): AwsSession | undefined;
}

/** Base 32, as ids of AWS are written. */
const idLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const secretLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Keeps at most `max` sessions; beyond that the oldest go first, so that an emulator that runs for long stays small. */
export function createAwsSessions(now: () => number, max = 10_000): AwsSessions {
  const sessions = new Map<string, AwsSession>();
  return {
    start(session, lifetimeMs) {
      const [oldest] = sessions.keys();
      if (sessions.size >= max && oldest !== undefined) sessions.delete(oldest);
      const started = {
        ...session,
        accessKeyId: `ASIA${randomText(16, idLetters)}`,
        secretAccessKey: randomText(40, secretLetters),
        // Real ones begin alike, have slashes and plus signs, and are about as long.
        sessionToken: `IQoJb3JpZ2luX2Vj${randomText(320, secretLetters)}`,
        expiresAt: now() + lifetimeMs,
      };
      sessions.set(started.accessKeyId, started);
      return started;
    },
    find: (accessKeyId) => sessions.get(accessKeyId),
  };
}

/** Both alphabets have a power of two letters, so no letter is likelier than another. */
function randomText(length: number, letters: string): string {
  const bytes = crypto.getRandomValues(new Uint8Array(length));
  return Array.from(bytes, (byte) => letters[byte % letters.length]).join("");
}

/** Id of a role, which in AWS is random and here is made of its name. */
export function roleId(roleName: string): string {
  return `AROA${roleName
    .toUpperCase()
    .replace(/[^A-Z2-7]/g, "X")
    .padEnd(17, "X")
    .slice(0, 17)}`;
}

/** ARN of an assumed role. */
export function sessionArn({ accountId, roleName, sessionName }: AwsSession): string {
  return `arn:aws:sts::${accountId}:assumed-role/${roleName}/${sessionName}`;
}

/** An instant as AWS writes it into XML and JSON: whole seconds. */
export function awsInstant(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}

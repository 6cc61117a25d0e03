/** What a request to AWS is signed with, wherever it comes from. */
import * as v from "valibot";
import { isTokenError } from "../errors.ts";
import type {
  AwsCredentials,
  CredentialProvider,
  Detection,
  IdentitySource,
  Platform,
  Secret,
  StepContext,
  SubjectToken,
} from "../types.ts";
import { environmentKeys, imdsKeys, keysOfEnvironment, keysOfImds } from "./aws-environment.ts";
import { endingWith, givenBy, standingFor } from "./given.ts";
import { secret } from "./secret.ts";
import type { SigningKeys } from "./sigv4.ts";
import { sourceError } from "./source.ts";
import { waitFor } from "./wait-for.ts";

/** The keys of a role's session, as an AWS SDK knows them. */
export type AwsSessionKeys = Pick<AwsCredentials, "accessKeyId" | "secretAccessKey" | "sessionToken">;

/** What a function that gives such keys is told. */
export interface AwsKeysRequest {
  readonly platform: Platform;
  /** Aborts when nobody waits any longer; pass it on. */
  readonly signal: AbortSignal;
}

/** Where they come from: the machine itself, a provider, or a function. */
export type AwsKeySource =
  | "environment"
  | "imds"
  | CredentialProvider<AwsCredentials>
  | ((wanted: AwsKeysRequest) => AwsSessionKeys | Promise<AwsSessionKeys>);

export const keySource: v.GenericSchema<AwsKeySource> = v.custom<AwsKeySource>(
  (value) =>
    value === "environment" ||
    value === "imds" ||
    typeof value === "function" ||
    typeof (value as Partial<CredentialProvider> | null)?.get === "function",
  'expected a provider of AWS credentials, a function, "environment" or "imds"',
);

/** The same for whatever it is. */
export interface Keys extends Pick<IdentitySource, "partition" | "perRequest"> {
  /** What it is known by. */
  readonly identity: unknown;
  detect(platform: Platform): Detection;
  get(context: StepContext): Promise<SigningKeys>;
  /** AWS calls these keys ended: whether others are to be had now. */
  renew(held: SigningKeys, context: StepContext): boolean | Promise<boolean>;
  /** What was got with them: of a request's it must not outlive those. */
  ending(held: SigningKeys, token: SubjectToken): SubjectToken;
}

const here = (): Detection => ({ found: true });

function ofProvider(provider: CredentialProvider<AwsCredentials>): Keys {
  return {
    identity: provider.identity,
    ...standingFor(provider),
    detect: here,
    get: (context) => givenBy(provider, context),
    renew: (held) => provider.invalidate(held as AwsCredentials, "unauthorized"),
    ending: (held, token) => endingWith(provider, held as AwsCredentials, token),
  };
}

/** What is read anew each time: the variables of a Lambda function stay as they are for all of its life, those of others do not. */
function readAnew(identity: unknown, detect: Keys["detect"], get: Keys["get"]): Keys {
  return {
    identity,
    detect,
    get,
    async renew({ accessKeyId }, context) {
      try {
        return (await get(context)).accessKeyId !== accessKeyId;
      } catch (error) {
        context.signal.throwIfAborted();
        // Where they cannot be read just now there may be others.
        return isTokenError(error) && error.recovery === "retry";
      }
    },
    ending: (_, token) => token,
  };
}

/** @param step Whose errors they are. */
export function keysFrom(step: string, source: AwsKeySource): Keys {
  if (source === "environment") return readAnew(source, environmentKeys, (context) => keysOfEnvironment(step, context));
  if (source === "imds") return readAnew(source, imdsKeys, (context) => keysOfImds(step, context));
  if (typeof source !== "function") return ofProvider(source);
  return readAnew(source, here, async ({ platform, signal }) => {
    signal.throwIfAborted();
    // It may take no notice of the signal. What it gives is read here, because that may throw as well.
    return waitFor(async () => checkedKeys(step, await source({ platform, signal })), signal).catch(
      (thrown: unknown) => {
        signal.throwIfAborted();
        if (isTokenError(thrown)) throw thrown;
        const what = thrown instanceof Error ? thrown.name : typeof thrown;
        throw sourceError(step, `the function for credentials threw ${what}`);
      },
    );
  });
}

/** Keys that may stand in headers: a runtime that refuses one shows its value. */
export function checkedKeys(step: string, keys: SigningKeys): SigningKeys & AwsSessionKeys {
  const { accessKeyId, secretAccessKey, sessionToken } = Object(keys) as Partial<AwsSessionKeys>;
  const textOf = (given: Partial<Secret> | undefined): string => {
    const text: unknown = typeof given?.reveal === "function" && given.reveal();
    return typeof text === "string" && /^[!-~]+$/.test(text) ? text : "";
  };
  // Asked once: what signs is what was looked at.
  const [key, session] = [textOf(secretAccessKey), textOf(sessionToken)];
  if (typeof accessKeyId === "string" && /^\w+$/.test(accessKeyId) && key && session) {
    return { accessKeyId, secretAccessKey: secret(key), sessionToken: secret(session) };
  }
  throw sourceError(step, "what it was given is no AWS credentials with a session token");
}

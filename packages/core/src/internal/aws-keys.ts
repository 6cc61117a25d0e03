/** What a request to AWS is signed with, wherever it comes from. */
import * as v from "valibot";
import { isTokenError } from "../errors.ts";
import type {
  AwsCredentials,
  CredentialProvider,
  Detection,
  IdentitySource,
  Platform,
  StepContext,
  SubjectToken,
} from "../types.ts";
import { environmentKeys, imdsKeys, keysOfEnvironment, keysOfImds } from "./aws-environment.ts";
import { endingWith, givenBy, standingFor } from "./given.ts";
import type { SigningKeys } from "./sigv4.ts";
import { sourceError } from "./source.ts";

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
  renew(held: SigningKeys): boolean;
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

/** @param step Whose errors they are. */
export function keysFrom(step: string, source: AwsKeySource): Keys {
  const anew: Pick<Keys, "renew" | "ending"> = { renew: () => true, ending: (_, token) => token };
  if (source === "environment") {
    return {
      ...anew,
      identity: source,
      detect: environmentKeys,
      get: (context) => keysOfEnvironment(step, context),
    };
  }
  if (source === "imds") {
    return { ...anew, identity: source, detect: imdsKeys, get: (context) => keysOfImds(step, context) };
  }
  if (typeof source !== "function") return ofProvider(source);
  return {
    ...anew,
    identity: source,
    detect: here,
    async get({ platform, signal }) {
      signal.throwIfAborted();
      try {
        return await source({ platform, signal });
      } catch (error) {
        signal.throwIfAborted();
        if (isTokenError(error)) throw error;
        throw sourceError(
          step,
          `the function for credentials threw ${error instanceof Error ? error.name : typeof error}`,
        );
      }
    },
  };
}

/** Keys that may stand in headers: a runtime that refuses one shows its value. */
export function checkedKeys(step: string, keys: SigningKeys): SigningKeys & AwsSessionKeys {
  const { accessKeyId, secretAccessKey, sessionToken } = Object(keys) as Partial<AwsSessionKeys>;
  const isText = (text: unknown): boolean => typeof text === "string" && /^[!-~]+$/.test(text);
  const isSecret = (given: AwsSessionKeys["sessionToken"] | undefined): boolean =>
    typeof given?.reveal === "function" && isText(given.reveal());
  if (
    typeof accessKeyId === "string" &&
    /^\w+$/.test(accessKeyId) &&
    isSecret(secretAccessKey) &&
    isSecret(sessionToken)
  ) {
    return keys as AwsSessionKeys;
  }
  throw sourceError(step, "what it was given is no AWS credentials with a session token");
}

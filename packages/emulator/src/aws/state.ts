/** What the emulator remembers of AWS. */
import type { Clock } from "../clock.ts";
import { createKeyring, type GenerateKey, generateEcKey, type Keyring } from "../keyring.ts";
import { createImdsTokens, type ImdsTokens } from "./machine/tokens.ts";
import { createS3Store, type S3Store } from "./s3/store.ts";
import { type AwsSession, type AwsSessions, createAwsSessions } from "./sessions.ts";

/** What STS signs its own tokens with. */
export type OutboundAlgorithm = "RS256" | "ES384";

/** Everything of AWS that lasts longer than one request. */
export interface AwsState {
  readonly sessions: AwsSessions;
  /** The keys of an account's own issuer, one ring for each algorithm. */
  outboundKeys(accountId: string, algorithm: OutboundAlgorithm): Keyring;
  readonly objects: S3Store;
  readonly imdsTokens: ImdsTokens;
  /** What the machine's endpoints gave out last. */
  machineSession: AwsSession | undefined;
}

/** Nothing is made before it is needed. */
export function createAwsState(clock: Pick<Clock, "now">, generate: GenerateKey): AwsState {
  const rings = new Map<string, Keyring>();
  return {
    sessions: createAwsSessions(clock.now),
    outboundKeys(accountId, algorithm) {
      const name = `aws/${accountId}/${algorithm}`;
      const ring =
        rings.get(name) ??
        (algorithm === "RS256" ? createKeyring(name, generate) : createKeyring(name, generateEcKey, algorithm));
      rings.set(name, ring);
      return ring;
    },
    objects: createS3Store(),
    imdsTokens: createImdsTokens(clock.now),
    machineSession: undefined,
  };
}

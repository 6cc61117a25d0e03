import type { Provenance } from "./ledger.ts";
import { forLog } from "./text.ts";

/** The routes that can be logged and made to fail. */
export type RouteName =
  | "token"
  | "openid-configuration"
  | "keys"
  | "instance-discovery"
  | "imds"
  | "app-service"
  | "arm"
  | "graph"
  | "blob"
  | "key-vault"
  | "openai"
  | "oidc-discovery"
  | "oidc-jwks"
  | "oidc-token"
  | "aws-sts"
  | "aws-s3"
  | "aws-issuer"
  | "aws-imds"
  | "aws-container"
  | "gcp-sts"
  | "gcp-iam-credentials"
  | "gcp-metadata"
  | "gcp-storage"
  | "google-issuer"
  | "kubernetes-token"
  | "kubernetes-issuer"
  | "azure-pipelines"
  | "buildkite"
  | "vercel"
  | "fly"
  | "azure-arc"
  | "azure-ml"
  | "cloud-shell";

/** What a route knows about its answer. Never token text, never claims of a user. */
export interface LogDetails {
  readonly outcome: "granted" | "refused";
  /** Why, in words. */
  readonly reason: string;
  /** AADSTS number, or the code of ARM, Graph or another service. */
  readonly code?: number | string | undefined;
  readonly tenant?: string | undefined;
  readonly client?: string | undefined;
  readonly scope?: string | undefined;
  /** How the client of the issued token authenticated. */
  readonly provenance?: Provenance | undefined;
  /** `iss`, `sub` and `aud` of a workload's assertion. */
  readonly issuer?: string | undefined;
  readonly subject?: string | undefined;
  readonly audience?: string | undefined;
}

/** One request and what came of it. */
export interface LogRecord extends Omit<LogDetails, "outcome"> {
  /** Counts from 1 and never repeats, so that a reader can ask for what is new. */
  readonly sequence: number;
  /** Epoch ms by the emulator's clock. */
  readonly at: number;
  readonly route: RouteName;
  /** `fault`: a fault answered instead of the route. */
  readonly outcome: LogDetails["outcome"] | "fault";
  /** HTTP status; 0 when the connection was dropped. */
  readonly status: number;
}

/** The last requests. */
export interface Log {
  add(record: Omit<LogRecord, "sequence">): void;
  /** A copy, oldest first. */
  read(after?: number): readonly LogRecord[];
  clear(): void;
}

/** Makes a log of at most `max` records. Every text goes through `forLog`. */
export function createLog(max = 1000): Log {
  let records: readonly LogRecord[] = [];
  let sequence = 0;
  return {
    add(record) {
      sequence += 1;
      records = [...records.slice(1 - max), { sequence, ...cleaned(record) }];
    },
    read: (after = 0) => records.filter((record) => record.sequence > after),
    clear() {
      records = [];
    },
  };
}

function cleaned(record: Omit<LogRecord, "sequence">): Omit<LogRecord, "sequence"> {
  const entries = Object.entries(record).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === "string" ? forLog(value) : value]),
  ) as unknown as Omit<LogRecord, "sequence">;
}

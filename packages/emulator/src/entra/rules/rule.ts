import type { EvidenceKind } from "../../evidence-kind.ts";

/** How one refusal looks on the wire, and what that is believed on. */
export interface RefusalRule {
  readonly error: string;
  readonly status: 400 | 401;
  /** `{name}` stands for a value. */
  readonly text: string;
  /** Whether the real answer carries `error_uri`: only codes that the error page knows do. */
  readonly errorUri?: boolean | undefined;
  readonly kind: EvidenceKind;
  readonly note: string;
}

/** `error` and status of a client that is not who it says. */
export const client = { error: "invalid_client", status: 401 } as const;
/** `error` and status of a request that is malformed. */
export const request = { error: "invalid_request", status: 400 } as const;

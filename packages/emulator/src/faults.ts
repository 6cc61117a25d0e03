/** Failures on order: which request they hit, and what happens to it. Plain data, so that they fit into one `curl`. */
import type { RouteName } from "./log.ts";

interface FaultBase {
  readonly route: RouteName;
  /** Only requests of this client. Tells the hops of a chain apart. Default: any. */
  readonly clientId?: string | undefined;
  /** How many matching requests go unharmed first. Default 0. */
  readonly skip?: number | undefined;
  /** How many requests are hit. Default 1. */
  readonly times?: number | "always" | undefined;
  /** Wait so many ms first. Default 0. */
  readonly delayMs?: number | undefined;
}

/** Something that goes wrong on purpose. */
export type Fault = FaultBase &
  (
    | /** Only the delay. */ { readonly kind: "delay" }
    | /** The connection breaks: `fetch` rejects, a server destroys the socket. */ { readonly kind: "drop" }
    | /** No answer until the caller gives up. */ { readonly kind: "hang" }
    | {
        /** Another answer. A text body is HTML unless `headers` say otherwise, an object JSON. */
        readonly kind: "respond";
        readonly status: number;
        readonly body?: string | Readonly<Record<string, unknown>> | undefined;
        readonly headers?: Readonly<Record<string, string>> | undefined;
        readonly retryAfterSeconds?: number | undefined;
      }
    | {
        /** A refusal in Entra's own shape. */
        readonly kind: "entra-error";
        readonly code: number;
        readonly error: string;
        readonly status: number;
        readonly description?: string | undefined;
        readonly suberror?: string | undefined;
        readonly claims?: string | undefined;
        readonly retryAfterSeconds?: number | undefined;
      }
    | {
        /** A refusal in the shape of the AWS service that the route is of: STS, or S3. */
        readonly kind: "aws-error";
        /** As it is on the wire: `Throttling`, `IDPRejectedClaim`. */
        readonly code: string;
        readonly status: number;
        readonly message?: string | undefined;
        readonly retryAfterSeconds?: number | undefined;
      }
    | {
        /** The real answer with members of its JSON body replaced or removed. */
        readonly kind: "edit";
        readonly set?: Readonly<Record<string, unknown>> | undefined;
        readonly remove?: readonly string[] | undefined;
      }
  );

/** The faults that are waiting. */
export interface Faults {
  add(fault: Fault): void;
  /** Takes the first fault that hits a request, and counts it. */
  take(route: RouteName, clientId: string | undefined): Fault | undefined;
  /** All faults, or those of one route. */
  clear(route?: RouteName): void;
  list(): readonly Fault[];
}

/** A connection that a fault broke: what a failed `fetch` throws. */
export class ConnectionDropped extends TypeError {
  override readonly name = "ConnectionDropped";
  readonly code = "ERR_EMULATOR_DROPPED";

  constructor() {
    super("fetch failed: the emulator dropped the connection");
  }
}

/** Whether an error is a dropped connection: by code, since a program may have loaded this module twice. */
export function isDropped(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_EMULATOR_DROPPED";
}

/** Makes an empty list of faults. */
export function createFaults(): Faults {
  let waiting: readonly Fault[] = [];
  return {
    add(fault) {
      waiting = [...waiting, fault];
    },
    take(route, clientId) {
      const fault = waiting.find((candidate) => hits(candidate, route, clientId));
      if (!fault) return undefined;
      waiting = waiting.flatMap((other) => (other === fault ? afterHit(other) : [other]));
      return (fault.skip ?? 0) > 0 ? undefined : fault;
    },
    clear(route) {
      waiting = route === undefined ? [] : waiting.filter((fault) => fault.route !== route);
    },
    list: () => waiting,
  };
}

function hits(fault: Fault, route: RouteName, clientId: string | undefined): boolean {
  if (fault.route !== route) return false;
  return fault.clientId === undefined || fault.clientId.toLowerCase() === clientId?.toLowerCase();
}

/** What remains of a fault after one more matching request. */
function afterHit(fault: Fault): readonly Fault[] {
  if (fault.skip !== undefined && fault.skip > 0) return [{ ...fault, skip: fault.skip - 1 }];
  if (fault.times === "always") return [fault];
  const left = (fault.times ?? 1) - 1;
  return left > 0 ? [{ ...fault, times: left }] : [];
}

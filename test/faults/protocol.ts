/** What the tests and the server of faults say to each other: names of faults, and what the server's log holds. */

/** Everything that can go wrong at an endpoint. */
export const faults = [
  "timeout",
  "refused",
  "reset in mid-body",
  "TLS failure",
  "429",
  "429 with seconds",
  "429 with a date",
  "500",
  "502 with a page",
  "503",
  "200 with a page",
  "truncated JSON",
  "10 MB",
  "wrong types",
  "no expiry",
  "expired on arrival",
  "redirect",
  "slow drip",
] as const;

export type Fault = (typeof faults)[number];

/** The two endpoints of a cell: who gives identity tokens, and who exchanges them. */
export type Hop = "source" | "target";

/** How an endpoint behaves: well, well but not before it is told to, or with a fault. */
export type Play = "good" | "held" | Fault;

/** What the server is told of a cell. Endpoints that are not named stay as they are; at first all are good. */
export interface Program {
  readonly plays?: Partial<Record<Hop, Play>>;
  /** How long the tokens of an endpoint last. */
  readonly lifetimesS?: Partial<Record<Hop, number>>;
}

/** Where the endpoints of a cell are now, as origins: some faults happen before anything can be asked. */
export type Routes = Readonly<Record<Hop, string>>;

/** One request, and what became of it. */
export interface Entry {
  readonly hop: Hop;
  readonly play: Play;
  readonly method: string;
  /** Of the answer; absent when none was begun. */
  status?: number;
  /** The request hangs: it is never answered, or has begun to get its answer byte by byte. */
  hanging: boolean;
  /** `left`: the client went before the answer was complete. `reset`: the server tore the connection. */
  end: "open" | "finished" | "left" | "reset";
}

/** What the server knows of a cell. */
export interface CellLog {
  readonly entries: readonly Entry[];
  /** Every token that was given. */
  readonly tokens: readonly string[];
  /** Requests that came to the host that a redirect points to. */
  readonly elsewhere: number;
  /** What came to the port whose certificate nobody trusts. */
  readonly tls: { readonly connections: number; readonly handshakes: number };
  /** What the port where nobody listens answers to the server itself. */
  readonly refusal: string;
}

/** What the server remembers of one cell. */
import type { Entry, Hop, Play, Program } from "../protocol.ts";
import { identityToken } from "./tokens.ts";

/** A port of its own, where a cell is sent for an untrusted certificate. */
export interface UntrustedPort {
  readonly origin: string;
  connections: number;
  handshakes: number;
  close(): void;
}

export interface Cell {
  readonly plays: Record<Hop, Play>;
  readonly lifetimesS: Record<Hop, number>;
  readonly entries: Entry[];
  readonly tokens: string[];
  elsewhere: number;
  untrusted: UntrustedPort | undefined;
  /** Asked whenever something happened. */
  readonly watchers: Set<() => void>;
}

export function newCell(): Cell {
  return {
    plays: { source: "good", target: "good" },
    // What a GitHub Actions job gets, and what Entra gives at least.
    lifetimesS: { source: 300, target: 3_600 },
    entries: [],
    tokens: [],
    elsewhere: 0,
    untrusted: undefined,
    watchers: new Set(),
  };
}

/** Tells whoever waits for something of a cell. */
export function changed({ watchers }: Cell): void {
  for (const look of [...watchers]) look();
}

export function programme(cell: Cell, { plays, lifetimesS }: Program): void {
  Object.assign(cell.plays, plays);
  Object.assign(cell.lifetimesS, lifetimesS);
  changed(cell);
}

/** Waits until something is so; false when it did not become so in time. */
export function until(cell: Cell, isSo: () => boolean, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (so: boolean): void => {
      clearTimeout(timer);
      cell.watchers.delete(look);
      resolve(so);
    };
    const look = (): void => {
      if (isSo()) end(true);
    };
    // It must not keep a run alive that is over.
    const timer = setTimeout(end, timeoutMs, false).unref();
    cell.watchers.add(look);
    look();
  });
}

/** A token that is on the cell's list from now on. */
export function issue(cell: Cell, token: string): string {
  cell.tokens.push(token);
  return token;
}

/** Whether this cell was given this identity token. */
export const gave = (cell: Cell, token: string | null): boolean => token !== null && cell.tokens.includes(token);

/** The next identity token of a cell. */
export const nextIdentityToken = (cell: Cell, lifetimeS: number | undefined): string =>
  issue(cell, identityToken(cell.tokens.length, lifetimeS));

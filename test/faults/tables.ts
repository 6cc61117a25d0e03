/** The tables of the matrix, and how old what is held is in each of their states. */
import type { Row, State } from "./matrix.ts";
import type { Hop } from "./protocol.ts";
import { identityRows } from "./rows/identity.ts";
import { sourceRows } from "./rows/source.ts";
import { targetRows } from "./rows/target.ts";

/** How old what is held is when the fault begins, in seconds. */
interface Setting {
  readonly ageS: number;
  /** How long the identity token lasts. 300 s: it has always expired when the credential has to be refreshed. */
  readonly identityS: number;
}

/** A credential lasts 3,600 s: stale from 2,790 on, inside the margin from 3,590. */
const byCredential: Readonly<Record<State, Setting>> = {
  cold: { ageS: 0, identityS: 300 },
  stale: { ageS: 3_000, identityS: 300 },
  margin: { ageS: 3_591, identityS: 300 },
  expired: { ageS: 3_601, identityS: 300 },
};

/** The credential has expired; the identity token is stale from 3,487.5 s on, or has 5 s left. */
const byIdentity: Readonly<Partial<Record<State, Setting>>> = {
  stale: { ageS: 3_601, identityS: 4_500 },
  margin: { ageS: 3_601, identityS: 3_606 },
};

export interface Table {
  readonly name: string;
  /** Where the faults are. */
  readonly hop: Hop;
  readonly rows: readonly Row[];
  readonly settings: Readonly<Partial<Record<State, Setting>>>;
}

export const tables: readonly Table[] = [
  { name: "faults of the identity endpoint", hop: "source", rows: sourceRows, settings: byCredential },
  { name: "faults of the token endpoint", hop: "target", rows: targetRows, settings: byCredential },
  { name: "faults while an identity token is held", hop: "source", rows: identityRows, settings: byIdentity },
];

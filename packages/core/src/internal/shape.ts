/** Checks of what users build themselves. A file of its own: a bundle that defines nothing is to carry nothing of it. */
import * as v from "valibot";
import type { Provenance } from "../types.ts";

const PROVENANCES: readonly unknown[] = ["platform", "external", "entra-federated", "unknown"];

/** A function. */
export const callable: v.GenericSchema<(...given: never[]) => unknown> = v.custom<(...given: never[]) => unknown>(
  (value) => typeof value === "function",
  "expected a function",
);

/** How a token came to be. */
export const provenance: v.GenericSchema<Provenance> = v.custom<Provenance>(
  (value) => PROVENANCES.includes(value),
  `expected one of ${PROVENANCES.join(", ")}`,
);

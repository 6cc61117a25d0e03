/** What the runner is told and says, on Node, Bun and Deno. */
import type { Route } from "./contestant.ts";
import type { Effort } from "./measure.ts";

/** What is to be done. */
export type Order = { readonly adapter: string; readonly route: Route } & (
  | { readonly do: "measure"; readonly effort: Effort }
  | { readonly do: "serve" }
);

/** What was done is the line behind this. */
export const answerPrefix = "tokenhop-bench ";

import { behaviourRules } from "./behaviour-rules.ts";
import { refusalRules } from "./entra/refusals.ts";
import type { Rule } from "./evidence-kind.ts";
import { serviceRules } from "./service-rules.ts";

/** Every rule that the emulator follows, with its evidence: refusals by number first, then behaviour. */
export const evidence: readonly Rule[] = [
  ...Object.entries(refusalRules).map(([code, { kind, note }]) => ({ id: `AADSTS${code}`, kind, note })),
  ...behaviourRules,
  ...serviceRules,
];

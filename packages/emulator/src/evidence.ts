import { awsRules } from "./aws/rules.ts";
import { behaviourRules } from "./behaviour-rules.ts";
import { refusalRules } from "./entra/refusals.ts";
import type { Rule } from "./evidence-kind.ts";
import { gcpRules } from "./gcp/rules.ts";
import { kubernetesRules } from "./kubernetes/rules.ts";
import { platformRules } from "./platforms/rules.ts";
import { serviceRules } from "./service-rules.ts";

/** Every rule that the emulator follows, with its evidence: refusals by number first, then behaviour. */
export const evidence: readonly Rule[] = [
  ...Object.entries(refusalRules).map(([code, { kind, note }]) => ({ id: `AADSTS${code}`, kind, note })),
  ...behaviourRules,
  ...serviceRules,
  ...awsRules,
  ...gcpRules,
  ...kubernetesRules,
  ...platformRules,
];

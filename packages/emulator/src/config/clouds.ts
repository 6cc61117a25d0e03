/** What no single field can tell about the other clouds of a config. */
import { awsNames, awsProblems } from "../aws/config-references.ts";
import { gcpNames, gcpProblems } from "../gcp/config-schema.ts";
import { kubernetesNames, kubernetesProblems } from "../kubernetes/config-schema.ts";
import { shellProblems } from "../platforms/shell-user.ts";
import type { EmulatorConfig } from "./types.ts";

/** What must be unique, by what it is called. */
export function cloudNames(
  config: EmulatorConfig,
): Readonly<Record<string, readonly { readonly path: string; readonly value: string }[]>> {
  return { ...awsNames(config), ...gcpNames(config), ...kubernetesNames(config) };
}

/** Names of things that do not exist. */
export function cloudProblems(config: EmulatorConfig): readonly string[] {
  return [awsProblems, gcpProblems, kubernetesProblems, shellProblems].flatMap((problems) => problems(config));
}

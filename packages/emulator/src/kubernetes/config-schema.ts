/** What a config may say of a cluster, and what no single field of it can tell. */
import * as v from "valibot";
import type { EmulatorConfig } from "../config/types.ts";
import type { KubernetesConfig } from "./config-types.ts";

interface Named {
  readonly path: string;
  readonly value: string;
}

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const label = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
const namespace = v.pipe(v.string(), v.regex(new RegExp(`^${label}$`), "must be the name of a namespace"));
const objectName = v.pipe(
  v.string(),
  v.maxLength(253, "must have at most 253 characters"),
  v.regex(new RegExp(`^${label}(\\.${label})*$`), "must be the name of an object"),
);

/** A cluster in a config. */
export const kubernetesSchema: v.GenericSchema<KubernetesConfig> = v.strictObject({
  issuer: v.optional(
    v.pipe(
      v.string(),
      v.check(
        (value) => URL.canParse(value) && value.startsWith("https://") && !/[?#]/.test(value),
        "must be an https URL without query or fragment",
      ),
    ),
  ),
  apiAudiences: v.optional(v.pipe(v.array(text), v.minLength(1, "must hold at least one audience"))),
  maxTokenMs: v.optional(
    v.pipe(v.number(), v.minValue(3_600_000, "must be at least an hour"), v.finite("must be finite")),
  ),
  publicKeys: v.optional(v.boolean()),
  serviceAccounts: v.array(
    v.strictObject({
      namespace,
      name: objectName,
      uid: text,
      mayCreateTokensOf: v.optional(
        v.array(v.pipe(v.string(), v.regex(/^[a-z0-9-]+\/(\*|[a-z0-9.-]+)$/, "must be namespace/name or namespace/*"))),
      ),
    }),
  ),
  pods: v.optional(v.array(v.strictObject({ namespace, name: objectName, uid: text, serviceAccount: objectName }))),
});

/** What must be unique, by what it is called. */
export function kubernetesNames({ kubernetes }: EmulatorConfig): Readonly<Record<string, readonly Named[]>> {
  const named = (
    list: "serviceAccounts" | "pods",
    pick: (one: { readonly namespace: string; readonly name: string; readonly uid: string }) => string,
  ): readonly Named[] =>
    (kubernetes?.[list] ?? []).map((one, index) => ({ path: `kubernetes.${list}.${index}`, value: pick(one) }));
  return {
    "Kubernetes service account": named("serviceAccounts", ({ namespace, name }) => `${namespace}/${name}`),
    pod: named("pods", ({ namespace, name }) => `${namespace}/${name}`),
    uid: [...named("serviceAccounts", ({ uid }) => uid), ...named("pods", ({ uid }) => uid)],
  };
}

/** Pods of accounts that do not exist. */
export function kubernetesProblems({ kubernetes }: EmulatorConfig): readonly string[] {
  const accounts = (kubernetes?.serviceAccounts ?? []).map(({ namespace, name }) => `${namespace}/${name}`);
  return (kubernetes?.pods ?? []).flatMap(({ namespace, serviceAccount }, index) =>
    accounts.includes(`${namespace}/${serviceAccount}`)
      ? []
      : [`kubernetes.pods.${index}: there is no service account "${namespace}/${serviceAccount}"`],
  );
}

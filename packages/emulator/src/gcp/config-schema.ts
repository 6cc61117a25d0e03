/** What a config may say of Google Cloud, and what no single field of it can tell. */
import * as v from "valibot";
import type { EmulatorConfig } from "../config/types.ts";
import type { GcpConfig, GcpProjectConfig } from "./config-types.ts";
import { emailOf, providerNameOf } from "./directory.ts";
import { expressionProblem } from "./expressions.ts";

interface Named {
  readonly path: string;
  readonly value: string;
}

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const digits = v.pipe(v.string(), v.regex(/^\d{1,21}$/, "must be digits"));
const shortName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{2,30}[a-z0-9]$/, "must have 4 to 32 of a-z, 0-9 and dashes, and begin with a letter"),
);
const issuer = v.pipe(
  v.string(),
  v.check(
    (value) => URL.canParse(value) && /^https?:/.test(value) && !/[?#]/.test(value),
    "must be a URL without query",
  ),
);
const expression = v.pipe(
  text,
  v.maxLength(4096, "must have at most 4096 characters"),
  v.check((value) => expressionProblem(value) === undefined, "must be an expression that the emulator can read"),
);
const attribute = v.pipe(
  v.string(),
  v.regex(
    /^(google\.(subject|groups)|attribute\.[a-z0-9_]{1,100})$/,
    "must be google.subject, google.groups or attribute.NAME",
  ),
);
const member = v.pipe(
  v.string(),
  v.regex(
    /^(serviceAccount:[^@\s]+@\S+|principal(Set)?:\/\/iam\.googleapis\.com\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[^/]+\/(\*|(subject|group|attribute\.[a-z0-9_]+)\/.+))$/,
    "must be serviceAccount:, principal:// or principalSet://, with the project's number",
  ),
);
const grants = v.optional(
  v.array(
    v.strictObject({
      role: v.picklist([
        "roles/iam.workloadIdentityUser",
        "roles/iam.serviceAccountTokenCreator",
        "roles/iam.serviceAccountOpenIdTokenCreator",
        "roles/storage.admin",
        "roles/viewer",
      ]),
      members: v.array(member),
    }),
  ),
);

const provider = v.strictObject({
  id: shortName,
  disabled: v.optional(v.boolean()),
  issuer,
  allowedAudiences: v.optional(
    v.pipe(
      v.array(v.pipe(text, v.maxLength(256, "must have at most 256 characters"))),
      v.maxLength(10, "must hold at most 10 audiences"),
    ),
  ),
  jwks: v.optional(v.strictObject({ keys: v.array(v.record(v.string(), v.unknown())) })),
  attributeMapping: v.optional(
    v.pipe(
      v.record(attribute, expression),
      v.check((mapping) => "google.subject" in mapping, "must map google.subject"),
    ),
  ),
  attributeCondition: v.optional(expression),
});

/** Google Cloud in a config. */
export const gcpSchema: v.GenericSchema<GcpConfig> = v.strictObject({
  projects: v.array(
    v.strictObject({
      projectId: v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "must be a project id")),
      projectNumber: digits,
      workloadIdentityPools: v.optional(
        v.array(
          v.strictObject({
            id: shortName,
            disabled: v.optional(v.boolean()),
            providers: v.optional(v.array(provider)),
          }),
        ),
      ),
      serviceAccounts: v.optional(
        v.array(
          v.strictObject({
            name: v.pipe(
              v.string(),
              v.regex(/^[a-z][a-z0-9-]{4,28}[a-z0-9]$/, "must be the name of a service account"),
            ),
            uniqueId: digits,
            grants,
            onMetadataServer: v.optional(v.boolean()),
            extendedLifetime: v.optional(v.boolean()),
          }),
        ),
      ),
      buckets: v.optional(
        v.array(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/, "must be the name of a bucket"))),
      ),
      grants,
    }),
  ),
});

/** What must be unique, by what it is called. */
export function gcpNames(config: EmulatorConfig): Readonly<Record<string, readonly Named[]>> {
  const named = (what: string, pick: (project: GcpProjectConfig) => readonly string[]): readonly Named[] =>
    (config.gcp?.projects ?? []).flatMap((project, index) =>
      pick(project).map((value) => ({ path: `gcp.projects.${index}${what}`, value })),
    );
  return {
    "project id": named("", ({ projectId }) => [projectId]),
    "project number": named("", ({ projectNumber }) => [projectNumber]),
    "Cloud Storage bucket": named(".buckets", ({ buckets = [] }) => buckets),
    "service account": named(".serviceAccounts", (project) =>
      (project.serviceAccounts ?? []).map((account) => emailOf(project, account)),
    ),
    "service account id": named(".serviceAccounts", ({ serviceAccounts = [] }) =>
      serviceAccounts.map(({ uniqueId }) => uniqueId),
    ),
    "workload identity provider": named(".workloadIdentityPools", (project) =>
      (project.workloadIdentityPools ?? []).flatMap((pool) =>
        (pool.providers ?? []).map((one) => providerNameOf(project, pool, one)),
      ),
    ),
  };
}

/** A machine that runs as two accounts. */
export function gcpProblems({ gcp }: EmulatorConfig): readonly string[] {
  const accounts = (gcp?.projects ?? []).flatMap(({ serviceAccounts = [] }) => serviceAccounts);
  return accounts.filter(({ onMetadataServer }) => onMetadataServer).length > 1
    ? ["gcp.projects: only one service account can be on the metadata server"]
    : [];
}

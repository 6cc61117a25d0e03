/** What each field of a config may hold. Messages name the rule and never the value: a config holds request tokens. */
import * as v from "valibot";
import { roleNames } from "../arm/rbac.ts";
import { awsSchema } from "../aws/config-schema.ts";
import { gcpSchema } from "../gcp/config-schema.ts";
import { kubernetesSchema } from "../kubernetes/config-schema.ts";
import { hasRequestToken, isNamedOnce, jobSchema } from "../platforms/config-schema.ts";
import type { EmulatorConfig, FederatedCredentialConfig, LifetimesConfig } from "./types.ts";

const guid = v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "must be a GUID"));
const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const secret = v.pipe(v.string(), v.minLength(8, "must have at least 8 characters"));
const text600 = v.pipe(text, v.maxLength(600, "must have at most 600 characters"));
const dnsName = v.pipe(v.string(), v.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i, "must be a DNS name"));
const ficName = v.pipe(
  v.string(),
  v.regex(
    /^[a-z0-9][a-z0-9_-]{2,119}$/i,
    "must have 3 to 120 letters, digits, dashes or underscores, the first a letter or digit",
  ),
);
const armSegment = v.pipe(v.string(), v.regex(/^[^/\s?#]{1,90}$/, "must be a name without slashes"));
const resourceType = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9.]+\/[a-z0-9.]+$/i, "must be a namespace and a type, such as Microsoft.Storage/storageAccounts"),
);
const identityId = v.pipe(
  v.string(),
  v.regex(
    /^\/subscriptions\/[^/]+\/resourcegroups\/[^/]+\/providers\/microsoft\.managedidentity\/userassignedidentities\/[^/]+$/i,
    "must be the ARM id of a user-assigned identity",
  ),
);
const httpsUrl = v.pipe(
  v.string(),
  v.check((value) => isIssuerUrl(value), "must be an https URL without query or fragment"),
);
const duration = v.pipe(v.number(), v.minValue(1000, "must be at least 1000 ms"), v.finite("must be finite"));
const permissions = v.record(v.string(), v.array(text));

function isIssuerUrl(value: string): boolean {
  return URL.canParse(value) && new URL(value).protocol === "https:" && !/[?#]/.test(value);
}

const federatedCredential: v.GenericSchema<FederatedCredentialConfig> = v.strictObject({
  name: ficName,
  // Entra takes any text here and fails at the exchange; so does the emulator.
  issuer: text600,
  subject: text600,
  audiences: v.pipe(v.array(text600), v.length(1, "must hold exactly one audience")),
  description: v.optional(v.pipe(v.string(), v.maxLength(600, "must have at most 600 characters"))),
});
const federatedCredentials = v.optional(
  v.pipe(v.array(federatedCredential), v.maxLength(20, "must hold at most 20 credentials")),
);

const app = v.strictObject({
  clientId: guid,
  objectId: guid,
  displayName: text,
  enabled: v.optional(v.boolean()),
  identifierUris: v.optional(v.array(text)),
  accessTokenVersion: v.optional(v.picklist([1, 2])),
  assignmentRequired: v.optional(v.boolean()),
  permissions: v.optional(permissions),
  delegatedPermissions: v.optional(permissions),
  federatedCredentials,
  provisionedIn: v.optional(v.array(v.strictObject({ tenantId: guid, objectId: guid }))),
});

const managedIdentity = v.strictObject({
  name: armSegment,
  clientId: guid,
  principalId: guid,
  resourceId: identityId,
  assignedToHost: v.optional(v.boolean()),
  permissions: v.optional(permissions),
  federatedCredentials,
});

const tenant = v.strictObject({
  id: guid,
  displayName: v.optional(text),
  domains: v.optional(v.array(dnsName)),
  apps: v.optional(v.array(app)),
  managedIdentities: v.optional(v.array(managedIdentity)),
  users: v.optional(v.array(v.strictObject({ id: guid, displayName: text, userPrincipalName: text }))),
  roleAssignments: v.optional(
    v.array(
      v.strictObject({
        principalId: guid,
        role: v.picklist(roleNames),
        scope: v.pipe(v.string(), v.regex(/^\/subscriptions\/[^/]+(\/[^/]+)*$/i, "must be an ARM scope")),
      }),
    ),
  ),
});

const subscription = v.strictObject({
  id: guid,
  tenantId: guid,
  resourceGroups: v.optional(
    v.array(
      v.strictObject({
        name: armSegment,
        location: text,
        resources: v.optional(
          v.array(
            v.strictObject({
              type: resourceType,
              name: armSegment,
              location: v.optional(text),
              deployments: v.optional(v.array(armSegment)),
            }),
          ),
        ),
      }),
    ),
  ),
});

const oidcProvider = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[a-z0-9-]+$/, "must have only a-z, 0-9 and dashes")),
  issuer: v.optional(httpsUrl),
  workloads: v.optional(
    v.array(
      v.pipe(
        v.strictObject({
          requestToken: v.optional(secret),
          subject: v.optional(text),
          job: v.optional(jobSchema),
          claims: v.optional(v.record(v.string(), v.unknown())),
        }),
        v.check((workload) => isNamedOnce(workload), "must have a subject or a job"),
        v.check((workload) => hasRequestToken(workload), "must have a requestToken"),
      ),
    ),
  ),
});

/** Lifetimes, in a config and at the admin route. */
export const lifetimesSchema: v.GenericSchema<LifetimesConfig> = v.strictObject({
  appTokenMs: v.optional(duration),
  managedIdentityTokenMs: v.optional(duration),
  federatedIdentityTokenMs: v.optional(duration),
  externalTokenMs: v.optional(duration),
  userTokenMs: v.optional(duration),
  awsSessionMs: v.optional(duration),
  googleTokenMs: v.optional(duration),
  refreshInMs: v.optional(duration),
});

/** A whole config, before references between its parts are checked. */
export const configSchema: v.GenericSchema<EmulatorConfig> = v.strictObject({
  tenants: v.pipe(v.array(tenant), v.minLength(1, "must hold at least one tenant")),
  subscriptions: v.optional(v.array(subscription)),
  oidcProviders: v.optional(v.array(oidcProvider)),
  aws: v.optional(awsSchema),
  gcp: v.optional(gcpSchema),
  kubernetes: v.optional(kubernetesSchema),
  appService: v.optional(v.strictObject({ identityHeader: secret })),
  azureArc: v.optional(v.strictObject({})),
  azureMl: v.optional(v.strictObject({ secret })),
  cloudShell: v.optional(v.strictObject({ user: text })),
  lifetimes: v.optional(lifetimesSchema),
  errorTrailer: v.optional(v.picklist(["spaces", "crlf"])),
  authorityHost: v.optional(dnsName),
});

/** What the admin routes take. */
import * as v from "valibot";
import type { ExternalTokenRequest, ServiceAccountTokenRequest, UserTokenRequest } from "../controls.ts";
import type { AccessPolicy } from "../entra/access-policies.ts";
import type { Fault } from "../faults.ts";
import type { RouteName } from "../log.ts";
import type { PlatformTokenRequest } from "../platforms/job-token.ts";
import type { ResourceAddress } from "../resources.ts";

const text = v.pipe(v.string(), v.minLength(1, "must not be empty"));
const integer = v.pipe(v.number(), v.integer("must be a whole number"));
const count = v.pipe(integer, v.minValue(0, "must not be negative"));
const milliseconds = v.pipe(v.number(), v.finite("must be finite"));
const anyObject = v.record(v.string(), v.unknown());

/** A route that can be logged and made to fail. */
export const routeSchema: v.GenericSchema<RouteName> = v.picklist([
  "token",
  "openid-configuration",
  "keys",
  "instance-discovery",
  "imds",
  "app-service",
  "arm",
  "graph",
  "blob",
  "key-vault",
  "openai",
  "oidc-discovery",
  "oidc-jwks",
  "oidc-token",
  "aws-sts",
  "aws-s3",
  "aws-issuer",
  "aws-imds",
  "aws-container",
  "gcp-sts",
  "gcp-iam-credentials",
  "gcp-metadata",
  "gcp-storage",
  "google-issuer",
  "kubernetes-token",
  "kubernetes-issuer",
  "azure-pipelines",
  "buildkite",
  "vercel",
  "fly",
  "azure-arc",
  "azure-ml",
  "cloud-shell",
]);

/** `POST /admin/clock`. */
export const clockSchema: v.GenericSchema<{ readonly advanceMs: number } | { readonly setAt: number }> = v.union([
  v.strictObject({ advanceMs: milliseconds }),
  v.strictObject({ setAt: milliseconds }),
]);

const faultBase = {
  route: routeSchema,
  clientId: v.optional(text),
  skip: v.optional(count),
  times: v.optional(v.union([v.pipe(integer, v.minValue(1, "must be at least 1")), v.literal("always")])),
  delayMs: v.optional(v.pipe(count, v.maxValue(600_000, "must be at most 10 minutes"))),
};
const status = v.pipe(integer, v.minValue(200, "must be 200 to 599"), v.maxValue(599, "must be 200 to 599"));

/** `POST /admin/faults`. */
export const faultSchema: v.GenericSchema<Fault> = v.variant("kind", [
  v.strictObject({ ...faultBase, kind: v.literal("delay") }),
  v.strictObject({ ...faultBase, kind: v.literal("drop") }),
  v.strictObject({ ...faultBase, kind: v.literal("hang") }),
  v.strictObject({
    ...faultBase,
    kind: v.literal("respond"),
    status,
    body: v.optional(v.union([v.string(), anyObject])),
    headers: v.optional(v.record(v.string(), v.string())),
    retryAfterSeconds: v.optional(count),
  }),
  v.strictObject({
    ...faultBase,
    kind: v.literal("entra-error"),
    code: count,
    error: text,
    status,
    description: v.optional(text),
    suberror: v.optional(text),
    claims: v.optional(text),
    retryAfterSeconds: v.optional(count),
  }),
  v.strictObject({
    ...faultBase,
    kind: v.literal("aws-error"),
    code: text,
    status,
    message: v.optional(text),
    retryAfterSeconds: v.optional(count),
  }),
  v.strictObject({
    ...faultBase,
    kind: v.literal("edit"),
    set: v.optional(anyObject),
    remove: v.optional(v.array(text)),
  }),
]);

const address = {
  subscriptionId: text,
  resourceGroup: text,
  type: v.pipe(v.string(), v.regex(/^[a-z0-9.]+\/[a-z0-9.]+$/i, "must be a namespace and a type")),
  name: v.pipe(v.string(), v.regex(/^[^/\s?#]+$/, "must be a name without slashes")),
};

/** `DELETE /admin/resources`. */
export const addressSchema: v.GenericSchema<ResourceAddress> = v.strictObject(address);
/** `PUT /admin/resources`. */
export const resourceSchema: v.GenericSchema<ResourceAddress & { readonly location?: string | undefined }> =
  v.strictObject({ ...address, location: v.optional(text) });

/** `POST /admin/tokens/external`. */
export const externalTokenSchema: v.GenericSchema<ExternalTokenRequest> = v.strictObject({
  provider: text,
  subject: text,
  audience: v.union([text, v.array(text)]),
  lifetimeMs: v.optional(milliseconds),
  claims: v.optional(anyObject),
});

/** `POST /admin/tokens/user`. */
export const userTokenSchema: v.GenericSchema<UserTokenRequest> = v.strictObject({
  tenant: v.optional(text),
  user: text,
  clientId: text,
  audience: text,
  scopes: v.optional(v.array(text)),
  lifetimeMs: v.optional(milliseconds),
  claims: v.optional(anyObject),
});

/** `POST /admin/tokens/platform`. */
export const platformTokenSchema: v.GenericSchema<PlatformTokenRequest> = v.strictObject({
  provider: text,
  workload: v.optional(count),
  audience: v.optional(text),
  lifetimeMs: v.optional(milliseconds),
});

/** `POST /admin/tokens/service-account`. */
export const serviceAccountTokenSchema: v.GenericSchema<ServiceAccountTokenRequest> = v.strictObject({
  namespace: text,
  name: text,
  audience: v.optional(text),
  lifetimeMs: v.optional(milliseconds),
  pod: v.optional(text),
});

/** `PUT /admin/access-policies`. */
export const accessPoliciesSchema: v.GenericSchema<AccessPolicy[]> = v.array(
  v.strictObject({
    id: v.pipe(v.string(), v.regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, "must be a GUID")),
    user: v.optional(text),
    resource: v.optional(text),
  }),
);

/** `POST /admin/sessions/revoke`. */
export const revokeSchema: v.GenericSchema<{ readonly principal: string }> = v.strictObject({ principal: text });

/** `POST /admin/keys/rotate`. */
export const rotateSchema: v.GenericSchema<{ readonly issuer: string; readonly retire?: boolean | undefined }> =
  v.strictObject({ issuer: text, retire: v.optional(v.boolean()) });

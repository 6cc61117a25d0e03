/** What each field of the AWS part of a config may hold. */
import * as v from "valibot";
import type { AwsConfig, AwsStatementConfig } from "./config-types.ts";

const secret = v.pipe(v.string(), v.minLength(8, "must have at least 8 characters"));
const region = v.pipe(v.string(), v.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as eu-west-1"));
const entityName = (most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^[\w+=,.@-]+$/, "must have only letters, digits and +=,.@_-"),
    v.maxLength(most, `must have at most ${most} characters`),
  );
const audience = v.pipe(
  v.string(),
  v.minLength(1, "must not be empty"),
  v.maxLength(255, "must have at most 255 characters"),
);
const url = v.pipe(
  v.string(),
  v.maxLength(255, "must have at most 255 characters"),
  v.check((value) => isProviderUrl(value), "must be an https URL without port, query or fragment"),
);
const roleArn = v.pipe(v.string(), v.regex(/^arn:aws:iam::\d{12}:role\/[\w+=,.@-]+$/, "must be the ARN of a role"));

/** http is for issuers on loopback, and only asked with the emulator's option for them. */
function isProviderUrl(value: string): boolean {
  if (!URL.canParse(value) || /[?#]/.test(value)) return false;
  const { protocol, port, hostname } = new URL(value);
  if (/^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname)) return /^https?:$/.test(protocol);
  return protocol === "https:" && port === "";
}

const statement: v.GenericSchema<AwsStatementConfig> = v.strictObject({
  actions: v.array(v.pipe(v.string(), v.regex(/^(\*|[\w-]+:[\w*?]+)$/, "must be an action such as s3:GetObject"))),
  resources: v.array(v.pipe(v.string(), v.regex(/^(\*|arn:.+)$/, "must be an ARN or *"))),
});

const account = v.strictObject({
  id: v.pipe(v.string(), v.regex(/^\d{12}$/, "must have 12 digits")),
  oidcProviders: v.optional(
    v.array(
      v.strictObject({
        url,
        audiences: v.pipe(
          v.array(audience),
          v.minLength(1, "must hold at least one audience"),
          v.maxLength(100, "must hold at most 100 audiences"),
        ),
      }),
    ),
  ),
  roles: v.optional(
    v.array(
      v.strictObject({
        name: entityName(64),
        maxSessionMs: v.optional(
          v.pipe(
            v.number(),
            v.minValue(3_600_000, "must be 1 to 12 hours"),
            v.maxValue(43_200_000, "must be 1 to 12 hours"),
          ),
        ),
        trust: v.optional(
          v.array(
            v.strictObject({
              issuer: url,
              audience,
              subject: v.pipe(v.string(), v.minLength(1, "must not be empty")),
            }),
          ),
        ),
        permissions: v.optional(v.array(statement)),
      }),
    ),
  ),
  policies: v.optional(v.array(v.strictObject({ name: entityName(128), permissions: v.array(statement) }))),
  buckets: v.optional(
    v.array(
      v.strictObject({
        name: v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "must be the name of a bucket")),
        region,
      }),
    ),
  ),
  outboundFederation: v.optional(v.boolean()),
  stsDisabledRegions: v.optional(v.array(region)),
});

/** The AWS part, before references within it are checked. */
export const awsSchema: v.GenericSchema<AwsConfig> = v.strictObject({
  accounts: v.pipe(v.array(account), v.minLength(1, "must hold at least one account")),
  machine: v.optional(
    v.strictObject({
      roleArn,
      region,
      container: v.optional(
        v.strictObject({
          credentialsId: v.pipe(secret, v.regex(/^[\w-]+$/, "must have only letters, digits, dashes and underscores")),
          authorizationToken: secret,
        }),
      ),
    }),
  ),
});

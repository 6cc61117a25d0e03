/** What the tests of `gcp-service-account` share. */
import {
  type BearerToken,
  type CredentialProvider,
  defineTarget,
  federate,
  type SubjectToken,
  secret,
} from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { type GcpServiceAccountOptions, gcpServiceAccount } from "@tokenhop/core/sources/gcp-service-account";
import { contextFor, type FakePlatform, fakePlatform, NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import { canary } from "../leak.ts";

export const bearer = canary("ya29.access-token-of-google-4f8a2c");
export const email = "deployer@my-project.iam.gserviceaccount.com";

/** Hands on what it is given, as a token of Google's that ends in 10 minutes. */
export const google = defineTarget({
  name: "google",
  identity: ["google"],
  audience: "//iam.googleapis.com/x",
  produces: "external",
  exchange: async ({ token }): Promise<BearerToken> => ({ kind: "bearer", token, expiresAt: NOW + 600_000 }),
});
/** A provider of that token. Workers make none when a module is loaded. */
export const providerOfGoogle = (): CredentialProvider<BearerToken> =>
  federate({ from: fromFunction(() => bearer), to: google, platform: fakePlatform() });

/** A provider that counts what it is asked. */
export function scripted(more: Partial<CredentialProvider> = {}) {
  const asked: unknown[] = [];
  const provider = {
    ...providerOfGoogle(),
    name: "scripted",
    hosts: [],
    async get(given: object) {
      asked.push(given);
      return { kind: "bearer", token: secret(bearer), expiresAt: NOW + 600_000 };
    },
    ...more,
  } as CredentialProvider;
  return { provider, asked };
}

export const ask = (
  platform: FakePlatform,
  options: GcpServiceAccountOptions,
  request?: Request,
): Promise<SubjectToken> =>
  gcpServiceAccount(options).getToken({ audience: AUDIENCE }, contextFor(platform, { request }));

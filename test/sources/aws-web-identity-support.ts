/** STS that gives tokens for elsewhere, played; and credentials to ask it with. */
import { type AwsCredentials, type CredentialProvider, secret } from "@tokenhop/core";
import { type AwsOutboundOptions, type AwsSessionKeys, awsWebIdentity } from "@tokenhop/core/sources/aws-web-identity";
import { contextFor, type FakePlatform, type FakeWorld, fakePlatform, NOW, type Sent } from "../contract/platform.ts";
import { freshToken } from "../contract/wire.ts";
import { canary } from "../leak.ts";
import { elements, NAMESPACE, REQUEST_ID } from "../targets/aws-sts-support.ts";

export const ACTION = "GetWebIdentityToken";
export const KEY_ID = "ASIAIOSFODNN7EXAMPLE";
export const SECRET: string = canary("wJalrXUtnFEMI/K7MDENG/bPxRfiCYsecretKEY");
export const SESSION: string = canary("IQoJb3JpZ2luX2VjEXAMPLE//session+token==");

/** The same as an SDK has them. */
export type Plain = Readonly<Record<keyof AwsSessionKeys, string>>;

export const KEYS: AwsSessionKeys = {
  accessKeyId: KEY_ID,
  secretAccessKey: secret(SECRET),
  sessionToken: secret(SESSION),
};
export const OUTBOUND: AwsOutboundOptions = { credentials: () => KEYS, region: "eu-central-1" };

/** A good reply, as the service writes it: what is undefined is left out. */
export function reply(token: unknown, Expiration: string | undefined = endOf(300)): string {
  const inner = elements({ WebIdentityToken: token as string | undefined, Expiration });
  return `<${ACTION}Response xmlns="${NAMESPACE}">
  <${ACTION}Result>${inner}</${ACTION}Result>
  <ResponseMetadata>${elements({ RequestId: REQUEST_ID })}</ResponseMetadata>
</${ACTION}Response>`;
}

export const endOf = (seconds: number): string => new Date(NOW + seconds * 1000).toISOString().replace(".000", "");

/** The form of a request. */
export function formOf({ body }: Sent): Readonly<Record<string, string>> {
  return Object.fromEntries(new URLSearchParams(String(body)));
}

/** What one ask comes to, and what was sent. */
export function asking(
  outbound: Partial<AwsOutboundOptions>,
  world: FakeWorld = {},
): {
  readonly platform: FakePlatform;
  run(audience?: string): ReturnType<ReturnType<typeof awsWebIdentity>["getToken"]>;
} {
  const respond = (): Response => new Response(reply(freshToken()));
  const platform = fakePlatform({ respond, ...world });
  const source = awsWebIdentity({ outbound: { ...OUTBOUND, ...outbound } });
  return {
    platform,
    run: (audience = "api://AzureADTokenExchange") => source.getToken({ audience }, contextFor(platform)),
  };
}

/** A provider of such credentials that remembers what it was asked for, and what it was told to drop. */
export function providerOf(more: Partial<CredentialProvider<AwsCredentials>> = {}, expiresAt = NOW + 3_600_000) {
  const log: unknown[] = [];
  const credentials: AwsCredentials = { kind: "aws", ...KEYS, expiresAt };
  const provider = {
    identity: ["made-up"],
    async get(options: unknown) {
      log.push(options);
      return credentials;
    },
    invalidate(held: unknown, cause: unknown) {
      log.push([held === credentials, cause]);
      return true;
    },
    ...more,
  } as unknown as CredentialProvider<AwsCredentials>;
  return { provider, log };
}

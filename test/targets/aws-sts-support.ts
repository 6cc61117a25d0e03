/** STS, played: its replies as XML, and what it was sent. */
import { type AwsCredentials, secret, type TokenError } from "@tokenhop/core";
import { type AwsStsOptions, type AwsStsParams, awsSts } from "@tokenhop/core/targets/aws-sts";
import { type ManualClock, manualClock, type ScriptedReply, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf, NOW } from "../contract/platform.ts";
import { canary, canaryToken } from "../leak.ts";

export const ROLE = "arn:aws:iam::123456789012:role/deploy";
export const OTHER_ROLE = "arn:aws:iam::210987654321:role/path/of/other";
export const OPTIONS: AwsStsOptions = { roleArn: ROLE, region: "eu-central-1" };
export const NAMESPACE = "https://sts.amazonaws.com/doc/2011-06-15/";
export const ACTION = "AssumeRoleWithWebIdentity";
export const REQUEST_ID = "01234567-89ab-4def-8123-456789abcdef";

export const KEY_ID = "ASIAIOSFODNN7EXAMPLE";

/** Text as it may stand in XML. */
export function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** One element each, in this order; what is undefined is left out. */
export function elements(fields: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(fields)
    .map(([name, value]) => (value === undefined ? "" : `<${name}>${escaped(value)}</${name}>`))
    .join("\n");
}

/** What is in a good reply, an hour before its credentials end. */
export const good = (): Readonly<Record<string, string | undefined>> => ({
  AccessKeyId: KEY_ID,
  SecretAccessKey: canary(`${canaryToken().slice(-28)}/k+/=`),
  SessionToken: canaryToken(),
  Expiration: new Date(NOW + 3_600_000).toISOString().replace(".000", ""),
});

/** A good reply, as the service writes it, with this instead of its credentials' own fields. */
export function reply(credentials: Readonly<Record<string, string | undefined>> = good()): string {
  return `<${ACTION}Response xmlns="${NAMESPACE}">
  <${ACTION}Result>
    <SubjectFromWebIdentityToken>repo:o/r:ref:refs/heads/main</SubjectFromWebIdentityToken>
    <Audience>sts.amazonaws.com</Audience>
    <AssumedRoleUser>
      <Arn>arn:aws:sts::123456789012:assumed-role/deploy/tokenhop</Arn>
      <AssumedRoleId>AROACLKWSDQRAOEXAMPLE:tokenhop</AssumedRoleId>
    </AssumedRoleUser>
    <Credentials>${elements(credentials)}</Credentials>
    <Provider>arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com</Provider>
  </${ACTION}Result>
  <ResponseMetadata><RequestId>${REQUEST_ID}</RequestId></ResponseMetadata>
</${ACTION}Response>`;
}

/** A refusal, as the service writes it. */
export function refusal(Code: string, Message: string): string {
  const error = elements({ Type: "Sender", Code, Message });
  return `<ErrorResponse xmlns="${NAMESPACE}">\n<Error>${error}</Error>\n${elements({ RequestId: REQUEST_ID })}</ErrorResponse>`;
}

export interface Exchange {
  readonly token?: string;
  readonly options?: Partial<AwsStsOptions>;
  readonly params?: AwsStsParams;
  readonly clock?: ManualClock;
}

/** One exchange against such a reply, and what was sent. */
export async function exchanged(answer: ScriptedReply, how: Exchange = {}) {
  const { clock = manualClock(), token = canaryToken(), params = {} } = how;
  const fetch = scriptedFetch([answer]);
  const target = awsSts({ ...OPTIONS, ...how.options });
  const run = (): Promise<AwsCredentials> =>
    target.exchange({ token: secret(token) }, params, contextFor(testPlatform({ clock, fetch })));
  return { run, requests: fetch.requests };
}

/** The form of the only request of a good exchange, and where it went. */
export async function sentBy(how: Exchange = {}) {
  const { run, requests } = await exchanged(new Response(reply()), how);
  await run();
  const [request] = requests as readonly [Request];
  const form = Object.fromEntries(new URLSearchParams(await request.clone().text()));
  return { request, form };
}

/** What such a text comes to with this status. */
export async function failureAt(
  text: string,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): Promise<TokenError> {
  const { run } = await exchanged(new Response(text, { status, headers }));
  return failureOf(run);
}

/** What the tests of the target entra share. */
import { type BearerToken, type SubjectToken, secret } from "@tokenhop/core";
import { type EntraOptions, type EntraParams, entra } from "@tokenhop/core/targets/entra";
import { type ScriptedFetch, scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { contextFor, json } from "../contract/platform.ts";
import { canaryToken } from "../leak.ts";

export const TENANT = "11111111-1111-4111-8111-111111111111";
export const CLIENT = "22222222-2222-4222-8222-222222222222";
export const OTHER = "33333333-3333-4333-8333-333333333333";
export const SCOPE = "https://graph.microsoft.com/.default";
export const FORM = { tenantId: TENANT, clientId: CLIENT, scope: SCOPE } as const;

/** Hand-written: what is expected of options. */
export const ONE_RESOURCE = "expected one resource with /.default behind it";
export const A_TENANT = "expected a tenant's GUID or domain name";

/** A good reply. */
export const good = (more: object = {}): Response =>
  json({ token_type: "Bearer", expires_in: 3600, access_token: canaryToken(), ...more });

export interface Exchanged {
  readonly token: BearerToken;
  readonly sent: Request;
  readonly form: URLSearchParams;
  readonly assertion: string;
}

export async function exchange(options: EntraOptions, params: EntraParams = {}, more: object = {}): Promise<Exchanged> {
  const fetch: ScriptedFetch = scriptedFetch([good()]);
  const assertion = canaryToken();
  const subject: SubjectToken = { token: secret(assertion) };
  const token = await entra(options).exchange(subject, params, contextFor(testPlatform({ fetch }), more));
  const sent = fetch.requests[0] as Request;
  return { token, sent, form: new URLSearchParams(await sent.text()), assertion };
}

/** What a reply to the exchange comes to. */
export async function replied(reply: Response): Promise<BearerToken> {
  const subject = { token: secret(canaryToken()) };
  return entra(FORM).exchange(subject, {}, contextFor(testPlatform({ fetch: scriptedFetch([reply]) })));
}

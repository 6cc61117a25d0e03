/** Users whose tokens an app verifies, and the Entra that gave them: its keys, and its exchanges on behalf of a user. */

import type { BearerToken } from "@tokenhop/core";
import { defineSource, federate, type ParamProvider, type Platform, secret } from "@tokenhop/core";
import { type BearerAuth, createBearerAuth, type EntraClaims, entraIssuer } from "@tokenhop/core/bearer-auth";
import { type EntraOboParams, entraObo } from "@tokenhop/core/targets/entra-obo";
import { newKey, type SigningKey, sign } from "../../core/bearer-auth-support.ts";
import { canary, canaryToken } from "../../leak.ts";
import { type SentToApi, type Stage, worldOf } from "./stage.ts";

export const GRAPH = "https://graph.microsoft.com/v1.0/me";
export const SCOPE = "access_as_user";

const TENANT = "7c3f0a52-3b1e-4d0e-9a54-6d1c1f5b2a01";
const CLIENT = "3f2e1d0c-9b8a-4766-8554-433221100f04";
const ENTRA = "https://login.microsoftonline.com";
const HOUR_S = 3_600;

/** What differs from a good token. */
export interface Odd {
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signed with a key that only says it is Entra's. */
  readonly forged?: boolean;
}

/** How Entra answers. */
export interface Behaviour {
  /** Its keys cannot be read. */
  readonly down?: boolean;
  /** It wants the user to do something. */
  readonly interaction?: boolean;
  /** The app demands no scope, so that applications pass. */
  readonly anyone?: boolean;
}

/** An app's Entra. */
export interface Users {
  readonly platform: Platform;
  readonly auth: BearerAuth<EntraClaims>;
  /** On behalf of whoever is given to `with({ user })`. */
  readonly me: ParamProvider<BearerToken, EntraOboParams>;
  readonly sent: readonly SentToApi[];
  /** A token of this user's for the app. */
  tokenOf(user: string, odd?: Odd): Promise<string>;
  /** Whose access token that is. */
  ownerOf(accessToken: string): string | undefined;
  /** How often its keys were read, and how often it was asked for a token. */
  counts(): { readonly keys: number; readonly exchanges: number };
}

let keys: readonly [SigningKey, SigningKey] | undefined;

/** Its own key and that of an impostor. What is kept is the keys, not the promise of them: on Workers that belongs to a request. */
async function signingKeys(): Promise<readonly [SigningKey, SigningKey]> {
  keys ??= [await newKey("entra-1", "RS256"), await newKey("entra-1", "RS256")];
  return keys;
}

/** The authorization header of a request. */
export const bearing = (token: string): { readonly authorization: string } => ({ authorization: `Bearer ${token}` });

export async function usersOf(
  stage: Stage,
  { down = false, interaction = false, anyone = false }: Behaviour = {},
): Promise<Users> {
  const [own, impostor] = await signingKeys();
  const users = new Map<string, string>();
  const owners = new Map<string, string>();
  const counts = { keys: 0, exchanges: 0 };

  const jwks = (): Response => {
    counts.keys++;
    const issuer = `${ENTRA}/{tenantid}/v2.0`;
    return down ? new Response("", { status: 503 }) : Response.json({ keys: [{ ...own.jwk, issuer }] });
  };
  const exchange = async (request: Request): Promise<Response> => {
    counts.exchanges++;
    const form = new URLSearchParams(await request.text());
    const user = users.get(form.get("assertion") ?? "");
    if (interaction || user === undefined) {
      const claims = JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } });
      return Response.json({ error: "interaction_required", error_codes: [50_076], claims }, { status: 400 });
    }
    const access_token = canary(canaryToken());
    owners.set(access_token, user);
    return Response.json({ token_type: "Bearer", access_token, expires_in: HOUR_S });
  };
  const { platform, sent } = worldOf(stage, (request) => {
    if (request.url === `${ENTRA}/${TENANT}/discovery/v2.0/keys`) return jwks();
    return request.url === `${ENTRA}/${TENANT}/oauth2/v2.0/token` ? exchange(request) : new Response("me");
  });

  return {
    platform,
    sent,
    auth: createBearerAuth({
      issuers: entraIssuer({ tenantId: TENANT, audience: CLIENT }),
      ...(!anyone && { scopes: [SCOPE] }),
      platform,
      timeoutMs: 500,
    }),
    me: federate({
      platform,
      limits: { attempts: 1 },
      from: defineSource({
        name: "workload",
        identity: ["workload", {}],
        provenance: "external",
        detect: () => ({ found: true }),
        getToken: async () => ({ token: secret(canaryToken()), expiresAt: platform.now() + HOUR_S * 1000 }),
      }),
      to: entraObo({ tenantId: TENANT, clientId: CLIENT, scope: "https://graph.microsoft.com/.default" }),
    }),
    async tokenOf(user, { claims = {}, forged = false } = {}) {
      const now = Math.floor(platform.now() / 1000);
      const payload = {
        ...{ iss: `${ENTRA}/${TENANT}/v2.0`, aud: CLIENT, tid: TENANT, ver: "2.0", azp: CLIENT },
        ...{ iat: now - 60, nbf: now - 60, exp: now + HOUR_S, oid: user, sub: user, scp: `openid ${SCOPE}` },
        ...claims,
      };
      const header = { typ: "JWT", alg: "RS256", kid: own.kid };
      const { privateKey } = forged ? impostor : own;
      const token = await sign(JSON.stringify(header), JSON.stringify(payload), privateKey, "RS256");
      users.set(token, user);
      return token;
    },
    ownerOf: (accessToken) => owners.get(accessToken),
    counts: () => ({ ...counts }),
  };
}

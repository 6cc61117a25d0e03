/** Tokens as the issuers write them, and as nobody should. */
import type { BearerAuthOptions, RefusalReason } from "@tokenhop/core/bearer-auth";
import {
  ACCESS_AUD,
  type Alg,
  API,
  API_URI,
  CLIENT,
  entraV1,
  entraV2,
  OIDC,
  OIDC_AUD,
  type SigningKey,
  sign,
  TEAM,
  TENANT,
  type World,
} from "./bearer-auth-support.ts";

type Members = Readonly<Record<string, unknown>>;

/** Changes to a good token; `undefined` takes a member away. */
export interface Change {
  readonly claims?: Members;
  readonly header?: Members;
  readonly key?: SigningKey;
}

/** One kind of good token, or nearly. */
export type Forge = (change?: Change) => Promise<string>;

/** All kinds. */
export interface Forges {
  /** A user at Entra, version 2.0 and 1.0. */
  readonly v2: Forge;
  readonly v1: Forge;
  /** An application at Entra. */
  readonly app: Forge;
  /** A user and a service token at Cloudflare Access. */
  readonly access: Forge;
  readonly service: Forge;
  readonly oidc: Forge;
  /** Any texts, signed with Entra's key. */
  raw(header: string | Uint8Array, claims: string | Uint8Array): Promise<string>;
  readonly world: World;
  /** Seconds since 1970, now. */
  readonly now: number;
}

/** The reason, what is sent, how it is made (a bearer token, or headers), and what is asked of it besides. */
export type Row = readonly [
  reason: RefusalReason,
  what: string,
  make: (forges: Forges) => string | Headers | Promise<string | Headers>,
  ask?: Pick<BearerAuthOptions, "scopes" | "roles">,
];

export const V2_HEADER = '{"typ":"JWT","alg":"RS256","kid":"entra-1"}';

export function forges(world: World): Forges {
  const { keys, clock } = world;
  const now = clock.now() / 1000;
  const times = { iat: now - 300, nbf: now - 300, exp: now + 3_600 };
  const forge =
    (own: SigningKey, header: Members, claims: Members): Forge =>
    (change = {}) => {
      const { key = own } = change;
      const { alg } = key;
      return sign(
        JSON.stringify({ ...header, alg, kid: key.kid, ...change.header }),
        JSON.stringify({ ...claims, ...change.claims }),
        key.privateKey,
        alg as Alg,
      );
    };
  const jwt = { typ: "JWT" };
  const user = { name: "Ada Lovelace", oid: "8d7c6b5a-4f3e-4d2c-9b1a-0f9e8d7c6b07", sub: "0qSOmpaIkqM5ueFI8IxHv" };
  const v2 = { aud: API, iss: entraV2(TENANT), ...times, azp: CLIENT, azpacr: "0", tid: TENANT, ver: "2.0" };
  const access = { aud: [ACCESS_AUD], iss: `https://${TEAM}`, ...times, type: "app" };
  return {
    world,
    now,
    v2: forge(keys.entra, jwt, {
      ...v2,
      ...user,
      preferred_username: "ada@demo.example",
      scp: "access_as_user Files.Read",
    }),
    v1: forge(
      keys.entra,
      { ...jwt, x5t: "entra-1" },
      {
        aud: API_URI,
        iss: entraV1(TENANT),
        ...times,
        appid: CLIENT,
        appidacr: "0",
        ...user,
        upn: "ada@demo.example",
        scp: "access_as_user",
        tid: TENANT,
        ver: "1.0",
      },
    ),
    app: forge(keys.entra, jwt, { ...v2, azpacr: "2", idtyp: "app", oid: CLIENT, sub: CLIENT, roles: ["Jobs.Run"] }),
    access: forge(keys.access, jwt, {
      ...access,
      email: "ada@demo.example",
      identity_nonce: "6ei69kawdKzM",
      sub: "u-1",
    }),
    service: forge(keys.access, jwt, { ...access, common_name: "0c1f.access", sub: "" }),
    oidc: forge(
      keys.oidc,
      { typ: "at+jwt" },
      {
        iss: OIDC,
        aud: OIDC_AUD,
        ...times,
        sub: "ada",
        client_id: "shell",
        scope: "read:things write:things",
      },
    ),
    raw: (header, claims) => sign(header, claims, keys.entra.privateKey, "RS256"),
  };
}

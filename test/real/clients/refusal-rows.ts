/** What the token endpoint refuses, and as what Microsoft's clients have to report it: written by hand. */
import { demoIds, type EmulatorConfig, type TenantConfig } from "@tokenhop/emulator";
import * as world from "../../emulator/support.ts";
import { assertionOf, type Stage } from "./entra.ts";

const { appClientId, oidcIssuer, oidcProvider, oidcSubject, tenantId, uamiClientId, uamiPrincipalId } = demoIds;
const { armScope, exchange, exchangeScope, ids } = world;

/** Who asks for what, with which assertion. */
export interface Attempt {
  readonly clientId: string;
  readonly assertion: string;
  /** Default: Azure Resource Manager. */
  readonly scopes?: readonly string[];
}

/** AADSTS number, status and `error`, when, what is tried, and a value that the message has to name. */
export type Row = readonly [
  code: number,
  expected: `${number} ${string}`,
  when: string,
  attempt: (stage: Stage) => Promise<Attempt>,
  says?: string,
];

/** An application that trusts an issuer written with a slash at its end, while the issuer's tokens have none. */
const slashApp = "10000000-0000-4000-8000-00000000000a";
const nobody = "10000000-0000-4000-8000-0000000000ff";

/** The directory of the tests, and: an issuer that nobody trusts, one with a slash at its end, a trust with one. */
export function refusalConfig(): EmulatorConfig {
  const config = world.testConfig();
  const [tenant, ...others] = config.tenants as readonly [TenantConfig, ...TenantConfig[]];
  const trustsSlash = {
    clientId: slashApp,
    objectId: "10000000-0000-4000-8000-00000000010a",
    displayName: "trusts-slash",
    federatedCredentials: [{ name: "slash", issuer: `${oidcIssuer}/`, subject: oidcSubject, audiences: [exchange] }],
  };
  return {
    ...config,
    tenants: [{ ...tenant, apps: [...(tenant.apps ?? []), trustsSlash] }, ...others],
    oidcProviders: [
      ...(config.oidcProviders ?? []),
      { name: "stranger" },
      { name: "slash", issuer: "https://oidc.emulator.test/oidc/workload/" },
    ],
  };
}

/** An application that trusts the hosted provider, with something about the ID token changed. */
const external =
  (changes: Readonly<Record<string, unknown>>, clientId: string = ids.externalApp): Row[3] =>
  async ({ emulator }) => ({ clientId, assertion: await assertionOf(emulator, changes) });

/** The same, with a good ID token and other scopes. */
const scoped =
  (...scopes: readonly string[]): Row[3] =>
  async ({ emulator }) => ({ clientId: ids.externalApp, assertion: await assertionOf(emulator), scopes });

/** A client with an assertion of Entra's own. */
const own =
  (clientId: string, make: (stage: Stage) => Promise<string>): Row[3] =>
  async (stage) => ({ clientId, assertion: await make(stage) });

const inHour = (): number => Math.floor(Date.now() / 1000) + 3600;

/** Signed by Entra for the exchange, as a token of the managed identity would be, but never issued. */
const forged = ({ emulator }: Stage, changes: Readonly<Record<string, unknown>>): Promise<string> =>
  emulator.signEntraToken({
    iss: world.entraIssuer(tenantId),
    sub: uamiPrincipalId,
    aud: "fb60f99c-7a34-4190-8149-302f77469936",
    exp: inHour(),
    ...changes,
  });

const userToken = ({ emulator }: Stage): Promise<string> =>
  emulator.issueUserToken({
    user: demoIds.user,
    clientId: appClientId,
    audience: exchange,
    // As the application's credential names it.
    claims: { sub: "the-user" },
  });

/** An ID token whose signing key is published no more when it arrives. */
const keyGone: Row[3] = async ({ emulator }) => {
  const assertion = await assertionOf(emulator);
  await emulator.rotateKeys(oidcProvider, { retire: true });
  return { clientId: ids.externalApp, assertion };
};

/** The signature of one good ID token under the claims of another. */
const swapped: Row[3] = async ({ emulator }) => {
  const [one = "", other = ""] = await Promise.all([
    assertionOf(emulator),
    assertionOf(emulator, { claims: { more: true } }),
  ]);
  return { clientId: ids.externalApp, assertion: [...one.split(".").slice(0, 2), other.split(".")[2]].join(".") };
};

/** Every row. */
export const rows: readonly Row[] = [
  [700213, "401 invalid_client", "wrong subject", external({ subject: "repo:other" }), "'repo:other'"],
  [
    7002138,
    "401 invalid_client",
    "subject in another case",
    external({ subject: "repo:TokenHop/demo:ref:refs/heads/main" }),
    "'repo:TokenHop/demo:ref:refs/heads/main'",
  ],
  [7002137, "401 invalid_client", "another /eid1/ subject", external({ subject: "/eid1/c/pub/t/x/a/y/other" })],
  [
    700211,
    "401 invalid_client",
    "wrong issuer",
    external({ provider: "stranger" }),
    "'https://oidc.emulator.test/oidc/stranger'",
  ],
  [
    700211,
    "401 invalid_client",
    "a slash too many in the token's issuer",
    external({ provider: "slash" }),
    "'https://oidc.emulator.test/oidc/workload/'",
  ],
  [
    700211,
    "401 invalid_client",
    "a slash too few in the token's issuer",
    external({}, slashApp),
    "'https://oidc.emulator.test/oidc/workload'",
  ],
  [700212, "401 invalid_client", "wrong audience", external({ audience: "api://other" }), "'api://other'"],
  [
    700212,
    "401 invalid_client",
    "audience in another case",
    external({ audience: "api://azureadtokenexchange" }),
    "'api://azureadtokenexchange'",
  ],
  [70025, "401 invalid_client", "no federated credential at all", external({}, ids.bareApp), `'${ids.bareApp}'(bare)`],
  [700024, "401 invalid_client", "expired assertion", external({ lifetimeMs: -60_000 }), "expiry time of assertion"],
  [7000272, "401 invalid_client", "key that is not published", keyGone, "oidc.emulator.test/oidc/workload"],
  [700027, "401 invalid_client", "signature of another token", swapped],
  [
    50027,
    "400 invalid_request",
    "assertion that is no JWT",
    async () => ({ clientId: ids.externalApp, assertion: "not a jwt" }),
  ],
  [700016, "400 unauthorized_client", "unknown client", external({}, nobody), nobody],
  [700016, "400 unauthorized_client", "client of another tenant", external({}, ids.foreignApp), ids.foreignApp],
  [7000112, "400 unauthorized_client", "disabled client", external({}, ids.disabledApp), "(disabled)"],
  [
    700231,
    "401 invalid_client",
    "token of a federated managed identity",
    own(appClientId, ({ emulator }) => world.federatedToken(emulator, uamiClientId, exchangeScope)),
  ],
  [
    700226,
    "401 invalid_client",
    "token of an application",
    own(ids.trustsApp, ({ emulator }) => world.federatedToken(emulator, ids.externalApp, exchangeScope)),
  ],
  [
    700226,
    "401 invalid_client",
    "token that Entra signed and never issued",
    own(appClientId, (stage) => forged(stage, { uti: "unknown" })),
  ],
  [700229, "401 invalid_client", "token of a user", own(ids.trustsApp, userToken)],
  [
    7002121,
    "401 invalid_client",
    "managed identity token for another resource",
    own(appClientId, ({ emulator }) => world.platformToken(emulator, "https://vault.azure.net")),
    "https://vault.azure.net",
  ],
  [
    700222,
    "401 invalid_client",
    "managed identity that trusts Entra",
    own(ids.entraTrustingUami, ({ emulator }) => world.platformToken(emulator)),
  ],
  [
    1002012,
    "400 invalid_scope",
    "scope without /.default",
    scoped("https://graph.microsoft.com/User.Read"),
    "https://graph.microsoft.com/User.Read",
  ],
  [
    700022,
    "400 invalid_scope",
    "two resources in one request",
    scoped(armScope, "https://graph.microsoft.com/.default"),
  ],
  [70011, "400 invalid_scope", "scope without a resource", scoped("/.default")],
  [500011, "400 invalid_resource", "unknown resource", scoped("api://none/.default"), "api://none"],
  [501051, "400 invalid_grant", "resource that wants an assignment", scoped(`${world.apiUri}/.default`)],
];

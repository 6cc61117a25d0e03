/** Which of Entra's own tokens the token endpoint refuses as an assertion: written by hand. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { forged, type Row, raw, testRows } from "./refusal-rows.ts";
import * as world from "./support.ts";

const { uamiClientId, appClientId, tenantId } = demoIds;
const { ids } = world;
const { externalApp } = ids;

const rows: readonly Row[] = [
  [
    7002121,
    "401 invalid_client",
    "Entra issued the assertion for another resource",
    raw(appClientId, (e) => world.platformToken(e, "https://vault.azure.net")),
    { says: "https://vault.azure.net" },
  ],
  [700222, "401 invalid_client", "a managed identity trusts Entra", raw(ids.entraTrustingUami, world.platformToken)],
  [
    700226,
    "401 invalid_client",
    "the assertion is an application's token",
    raw(ids.trustsApp, (e) => world.federatedToken(e, externalApp, world.exchangeScope)),
  ],
  [
    700226,
    "401 invalid_client",
    "Entra signed it but does not know it",
    raw(appClientId, (e) => e.signEntraToken(forged({ uti: "unknown" }))),
  ],
  [
    700227,
    "401 invalid_client",
    "the assertion has the version 1 issuer",
    raw(appClientId, (e) => e.signEntraToken(forged({ iss: `https://sts.windows.net/${tenantId}/` }))),
  ],
  [
    700229,
    "401 invalid_client",
    "the assertion is a user's token",
    raw(ids.trustsApp, (e) =>
      e.issueUserToken({
        user: demoIds.user,
        clientId: appClientId,
        audience: world.exchange,
        claims: { sub: "the-user" },
      }),
    ),
  ],
  [
    700231,
    "401 invalid_client",
    "the managed identity was itself federated",
    raw(appClientId, (e) => world.federatedToken(e, uamiClientId, world.exchangeScope)),
  ],
  [
    700236,
    "401 invalid_client",
    "the application is in another tenant",
    raw(ids.foreignApp, world.platformToken),
    { says: world.entraIssuer(tenantId), tenant: world.otherTenantId },
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the token endpoint refuses as an assertion", () => testRows(QUnit, rows));
};

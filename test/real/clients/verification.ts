/** Every kind of token that the emulator gives, checked by other people's code against the keys that it publishes. */
import { demoIds } from "@tokenhop/emulator";
import { armScope, exchange, exchangeScope, ids } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { assertionClients } from "./assertion-clients.ts";
import { assertionOf, type Stage, withEmulator } from "./entra.ts";
import { appService, machine, runWorkload, type Variables } from "./platform.ts";
import { type Expected, flipped, forged, type Verifier, verifiers } from "./verifiers.ts";

const { appClientId, oidcIssuer, oidcProvider, tenantId, uamiClientId } = demoIds;
const exchangeAudience = "fb60f99c-7a34-4190-8149-302f77469936";
const version1 = `https://sts.windows.net/${tenantId}/`;
const version2 = `https://login.microsoftonline.com/${tenantId}/v2.0`;

async function exchanged(stage: Stage, clientId: string, scope: string): Promise<string> {
  const [client] = assertionClients;
  const identity = { tenantId, clientId, assertion: () => assertionOf(stage.emulator) };
  return (await client?.connect(stage, identity).getToken([scope]))?.token ?? "";
}

async function fromHost(variables: Variables, scope: string): Promise<string> {
  const [result] = await runWorkload(variables, [{ client: "ManagedIdentityCredential", scope }]);
  return result?.token ?? "";
}

/** A kind of token, how to get one, who issues it and for whom. */
interface Kind {
  readonly what: string;
  readonly get: (stage: Stage) => Promise<string>;
  readonly issuer: string;
  readonly audience: string;
  readonly keysPath: string;
}

const entraKeys = `/${tenantId}/discovery/v2.0/keys`;

const kinds: readonly Kind[] = [
  {
    what: "an application's token for Graph",
    get: (stage) => exchanged(stage, ids.externalApp, "https://graph.microsoft.com/.default"),
    issuer: version1,
    audience: "https://graph.microsoft.com",
    keysPath: entraKeys,
  },
  {
    what: "an application's token for an API of the tenant",
    get: (stage) => exchanged(stage, ids.externalApp, `api://${appClientId}/.default`),
    issuer: version2,
    audience: appClientId,
    keysPath: entraKeys,
  },
  {
    what: "a federated managed identity's token for the exchange",
    get: (stage) => exchanged(stage, uamiClientId, exchangeScope),
    issuer: version2,
    audience: exchangeAudience,
    keysPath: entraKeys,
  },
  {
    what: "a token from IMDS",
    get: (stage) => fromHost(machine(stage), exchangeScope),
    issuer: version2,
    audience: exchangeAudience,
    keysPath: entraKeys,
  },
  {
    what: "a token from App Service",
    get: (stage) => fromHost(appService(stage), armScope),
    issuer: version1,
    audience: "https://management.azure.com",
    keysPath: entraKeys,
  },
  {
    what: "an ID token of the hosted provider",
    get: ({ emulator }) => assertionOf(emulator),
    issuer: oidcIssuer,
    audience: exchange,
    keysPath: `/oidc/${oidcProvider}/jwks`,
  },
];

const good = (verifier: Verifier, token: string, expected: Expected): Promise<string> =>
  verifier.verify(token, expected).then(
    () => "good",
    (error: unknown) => String(error),
  );

async function check(assert: Assert, stage: Stage, { get, issuer, audience, keysPath }: Kind): Promise<void> {
  const token = await get(stage);
  const keysUrl = stage.https.url + keysPath;
  const expected = { keysUrl, issuer, audience };
  const otherKeys = stage.https.url + (keysPath === entraKeys ? `/oidc/${oidcProvider}/jwks` : entraKeys);
  for (const verifier of verifiers) {
    const says = (claimed: string, about: Expected = expected): Promise<string> => good(verifier, claimed, about);
    assert.strictEqual(await says(token), "good", verifier.name);
    for (const part of ["payload", "signature"] as const) {
      for (const at of [0, 0.5, 1]) {
        const reason = await says(flipped(token, part, at));
        assert.ok(forged.test(reason), `${verifier.name}, ${part} at ${at}: ${reason}`);
      }
    }
    // The checks themselves are no formality.
    assert.notStrictEqual(await says(token, { ...expected, issuer: `${issuer}/` }), "good");
    assert.notStrictEqual(await says(token, { ...expected, audience: "other" }), "good");
    assert.notStrictEqual(await says(token, { ...expected, keysUrl: otherKeys }), "good");
  }
}

export const suite: Suite = (QUnit) => {
  QUnit.module("verification", () => {
    for (const kind of kinds) {
      QUnit.test(`${kind.what} verifies, and no other`, (assert) =>
        withEmulator((stage) => check(assert, stage, kind)),
      );
    }
  });
};

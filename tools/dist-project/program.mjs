/** The main job in ten lines, against the packed packages: an external token becomes a token for Azure, and ARM accepts it. */
import { defaultPlatform, federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entra } from "@tokenhop/core/targets/entra";
import { createDemoConfig, createEmulator, demoIds } from "@tokenhop/emulator";

const emulator = createEmulator(createDemoConfig());
const {
  tenantId,
  uamiClientId: clientId,
  subscriptionId,
  resourceGroup,
  oidcProvider: provider,
  oidcSubject: subject,
} = demoIds;
const arm = federate({
  from: fromFunction(({ audience }) => emulator.issueExternalToken({ provider, subject, audience })),
  to: entra({ tenantId, clientId, scope: "https://management.azure.com/.default" }),
  platform: { ...defaultPlatform(), fetch: (input, init) => emulator.fetch(input, init) },
});
const { token } = await arm.get();
const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/resources?api-version=2021-04-01`;
const headers = { authorization: `Bearer ${token.reveal()}` };
const { status } = await emulator.fetch(`https://management.azure.com${path}`, { headers });
if (status !== 200 || String(token) !== "[redacted]") throw new Error(`ARM answered ${status}`);
console.log("ARM answered 200");

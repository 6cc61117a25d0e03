/** A program that knows its credentials by name. The suite runs it as it stands, and once more with another first import. */
import { ClientAssertionCredential, ManagedIdentityCredential, WorkloadIdentityCredential } from "@azure/identity";

const [tenantId = "", clientId = "", identityId = "", objectId = "", resourceId = ""] = process.argv.slice(2);
const graph = "https://graph.microsoft.com/.default";
const arm = "https://management.azure.com/.default";

async function asHost() {
  const identity = new ManagedIdentityCredential(identityId);
  const getAssertion = async (): Promise<string> =>
    (await identity.getToken("api://AzureADTokenExchange/.default")).token;
  const options = { disableInstanceDiscovery: true, additionallyAllowedTenants: ["demo.example"] };
  const application = new ClientAssertionCredential(tenantId, clientId, getAssertion, options);
  return [
    await identity.getToken(arm),
    await new ManagedIdentityCredential({ clientId: identityId }).getToken([arm]),
    await new ManagedIdentityCredential({ objectId }).getToken(arm, {}),
    await new ManagedIdentityCredential({ resourceId }).getToken(arm),
    await application.getToken(graph),
    await application.getToken([graph], { tenantId: "demo.example" }),
    await application.getToken(graph, { enableCae: true }),
  ];
}

async function asPod() {
  const pod = new WorkloadIdentityCredential({ disableInstanceDiscovery: true });
  return [await pod.getToken(arm), await new ManagedIdentityCredential().getToken(arm)];
}

const results = process.env.AZURE_FEDERATED_TOKEN_FILE ? await asPod() : await asHost();
process.stdout.write(JSON.stringify(results));

/**
 * A program on a platform: what it may ask, it learns from its environment alone. It runs in a process of its own, because
 * MSAL chooses the source of managed identities once for each process, and keeps their tokens in one cache.
 * `workload.ts JSON` does the steps of the list in turn and prints what became of each.
 */
import {
  ClientAssertionCredential,
  DefaultAzureCredential,
  ManagedIdentityCredential,
  type TokenCredential,
  WorkloadIdentityCredential,
} from "@azure/identity";
import { ManagedIdentityApplication } from "@azure/msal-node";
import type { Selector, Step, StepResult } from "./platform.ts";

// The constructor has an overload for each kind of selector, and none for any of them.
const managedIdentity = ({ selector }: Step): ManagedIdentityCredential =>
  selector === undefined
    ? new ManagedIdentityCredential()
    : new ManagedIdentityCredential(selector as { clientId: string });

/** The pattern of Microsoft's documentation: the managed identity's token is the application's assertion. */
function applicationOn(step: Step): ClientAssertionCredential {
  const identity = managedIdentity(step);
  const assertion = async (): Promise<string> => (await identity.getToken("api://AzureADTokenExchange/.default")).token;
  const { tenantId = "", clientId = "" } = step.application ?? {};
  // Where the authority is, AZURE_AUTHORITY_HOST says.
  return new ClientAssertionCredential(tenantId, clientId, assertion, { disableInstanceDiscovery: true });
}

const credentials: Readonly<
  Record<Exclude<Step["client"], "ManagedIdentityApplication">, (step: Step) => TokenCredential>
> = {
  ManagedIdentityCredential: managedIdentity,
  WorkloadIdentityCredential: () => new WorkloadIdentityCredential({ disableInstanceDiscovery: true }),
  DefaultAzureCredential: () => new DefaultAzureCredential({ disableInstanceDiscovery: true }),
  ClientAssertionCredential: applicationOn,
};

const msalNames: Readonly<Record<keyof Selector, string>> = {
  clientId: "userAssignedClientId",
  objectId: "userAssignedObjectId",
  resourceId: "userAssignedResourceId",
};

function connect(step: Step): () => Promise<StepResult> {
  const { client, scope, selector = {} } = step;
  if (client === "ManagedIdentityApplication") {
    const ids = Object.entries(selector).map(([kind, id]) => [msalNames[kind as keyof Selector], id]);
    const application = new ManagedIdentityApplication({ managedIdentityIdParams: Object.fromEntries(ids) });
    return async () => {
      const { accessToken, expiresOn, refreshOn } = await application.acquireToken({ resource: scope });
      return { token: accessToken, expiresAt: expiresOn?.getTime(), refreshAt: refreshOn?.getTime() };
    };
  }
  const credential = credentials[client](step);
  return async () => {
    const token = await credential.getToken(scope);
    return { token: token?.token, expiresAt: token?.expiresOnTimestamp, refreshAt: token?.refreshAfterTimestamp };
  };
}

async function run(step: Step): Promise<StepResult> {
  try {
    const ask = connect(step);
    let result: StepResult = {};
    for (let left = step.times ?? 1; left > 0; left--) result = await ask();
    return result;
  } catch (error) {
    const { name, message } = error as Error;
    return { error: `${name}: ${message}` };
  }
}

const results: StepResult[] = [];
for (const step of JSON.parse(process.argv[2] ?? "[]") as readonly Step[]) results.push(await run(step));
process.stdout.write(JSON.stringify(results));

/** A server that lists an Azure resource group without any secret: its identity is an issuer of its own. */
import { createAttach, federate, problemResponse } from "@tokenhop/core";
import { selfIssued } from "@tokenhop/core/sources/self-issued";
import { entra } from "@tokenhop/core/targets/entra";
import { createIssuer } from "@tokenhop/issuer";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { settingsFrom } from "./settings.ts";

/** Who this server is to Azure: the federated credential names exactly this. */
const subject = "server:my-server";
const audience = "api://AzureADTokenExchange";

const { ISSUER, TENANT_ID, CLIENT_ID, RESOURCE_GROUP_ID } = settingsFrom((name) => process.env[name]);

// Bun keeps nothing that a key could be kept in without its bytes being seen, so this one lives as long as the process.
const issuer = createIssuer({
  issuer: ISSUER,
  keyStore: memoryKeyStore(),
  subjects: [subject],
  audiences: [audience],
});

const arm = federate({
  from: selfIssued(issuer.minter(subject)),
  to: entra({ tenantId: TENANT_ID, clientId: CLIENT_ID, scope: "https://management.azure.com/.default" }),
});
const attach = createAttach({ arm });

/** Keys change when it is time, and the credential is warm, though nobody asks. */
async function tend(): Promise<void> {
  try {
    await issuer.maintain();
    await arm.get();
  } catch (error) {
    // Said again to the request that needs it.
    console.error(error);
  }
}

const server = Bun.serve({
  // TLS ends in front of it, on the same machine.
  hostname: process.env.HOST ?? "127.0.0.1",
  port: process.env.PORT ?? 8080,
  routes: {
    // Anybody may ask for this. Put your own check in front, or createBearerAuth of @tokenhop/core/bearer-auth.
    "/resources": {
      GET: (request) =>
        attach(request).arm.fetch(`https://management.azure.com${RESOURCE_GROUP_ID}/resources?api-version=2021-04-01`),
    },
  },
  // What verifiers read, and 404 to everything else.
  fetch: (request) => issuer.fetch(request),
  error(error) {
    console.error(error);
    return problemResponse(error) ?? new Response("Internal Server Error", { status: 500 });
  },
});
console.log(`Listening on ${server.url}`);

await tend();
setInterval(tend, 10 * 60_000);

/** A server that lists an Azure resource group without any secret: its identity is an issuer of its own. */
import { createAttach, federate, problemResponse } from "@tokenhop/core";
import { selfIssued } from "@tokenhop/core/sources/self-issued";
import { entra } from "@tokenhop/core/targets/entra";
import { createIssuer } from "@tokenhop/issuer";
import { denoKvKeyStore } from "@tokenhop/issuer/stores/deno-kv";
import { settingsFrom } from "./settings.ts";

/** Who this server is to Azure: the federated credential names exactly this. */
const subject = "server:my-server";
const audience = "api://AzureADTokenExchange";

const { ISSUER, TENANT_ID, CLIENT_ID, RESOURCE_GROUP_ID } = settingsFrom((name) => Deno.env.get(name));

// The signing key is made here. It stays in this file, which is for this user only, and there is no call that gives its bytes.
if (Deno.build.os !== "windows") Deno.umask(0o077);
const kv = await Deno.openKv(Deno.env.get("KV_PATH") ?? "./keys.db");
const issuer = createIssuer({
  issuer: ISSUER,
  keyStore: denoKvKeyStore(kv),
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

Deno.serve({
  // TLS ends in front of it, on the same machine.
  hostname: Deno.env.get("HOST") ?? "127.0.0.1",
  port: Number(Deno.env.get("PORT") ?? 8080),
  handler(request) {
    // Anybody may ask for this. Put your own check in front, or createBearerAuth of @tokenhop/core/bearer-auth.
    if (request.method === "GET" && new URL(request.url).pathname === "/resources") {
      return attach(request).arm.fetch(
        `https://management.azure.com${RESOURCE_GROUP_ID}/resources?api-version=2021-04-01`,
      );
    }
    // What verifiers read, and 404 to everything else.
    return issuer.fetch(request);
  },
  onError(error) {
    console.error(error);
    return problemResponse(error) ?? new Response("Internal Server Error", { status: 500 });
  },
});

await tend();
setInterval(tend, 10 * 60_000);

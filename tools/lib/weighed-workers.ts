/** Runs the programs that `npm run size` weighs: in bare workerd, everything bundled in, the emulator as their internet. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoIds } from "@tokenhop/emulator";
import { root } from "../binaries.mjs";
import { bundleForWorkerd } from "./bundle.ts";
import { compatibility, testInWorkerd } from "./workerd.ts";

const timeoutMs = 30_000;

const cloud = `
import { createDemoConfig, createEmulator } from "@tokenhop/emulator";
let emulator;
export default {
  // Made at the first request: at global scope a Worker has no randomness for keys.
  fetch(request) {
    emulator ??= createEmulator(createDemoConfig());
    return emulator.fetch(request);
  },
};
`;

/** The issuer of S3 as the app sees it, a service binding: its tokens are those of the emulator's OIDC provider. */
const issuer = `
import { WorkerEntrypoint } from "cloudflare:workers";
export class Issuer extends WorkerEntrypoint {
  async mint({ audience }) {
    const url = this.env.TOKEN_URL + "&audience=" + encodeURIComponent(audience);
    const response = await fetch(url, { headers: { authorization: "Bearer " + this.env.TOKEN_SECRET } });
    const { value } = await response.json();
    return { ok: true, token: value, expiresAt: JSON.parse(atob(value.split(".")[1])).exp * 1000 };
  }
}
export default { fetch: () => new Response(null, { status: 404 }) };
`;

/** Asks twice: the second answer comes from the cache, in another request's context. */
const asker = `
export default {
  async test(_controller, env) {
    for (const turn of ["cold", "cached"]) {
      const response = await env.APP.fetch("http://app.test/");
      const text = await response.text();
      if (response.status !== 200 || !text.includes("demostorage")) throw new Error(turn + ": " + response.status + " " + text);
    }
  },
};
`;

const { tenantId, uamiClientId, subscriptionId, resourceGroup, oidcIssuer, oidcRequestToken } = demoIds;
const resources = `https://management.azure.com/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/resources?api-version=2021-04-01`;

const tokenUrl = `${oidcIssuer}/token?api-version=2.0`;
const texts = (values: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(values).map(([name, text]) => `(name = "${name}", text = "${text}")`);
const ofIssuer = texts({ TOKEN_URL: tokenUrl, TOKEN_SECRET: oidcRequestToken });
const ofApp = [
  ...texts({
    TENANT_ID: tenantId,
    CLIENT_ID: uamiClientId,
    RESOURCES: resources,
    ACTIONS_ID_TOKEN_REQUEST_URL: tokenUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: oidcRequestToken,
  }),
  '(name = "ISSUER", service = (name = "issuer", entrypoint = "Issuer"))',
];

const worker = (name: string, rest: string): string => `const ${name} :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "${name}.js") ],
  ${compatibility},
  ${rest}
);
`;

const config = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "asker", worker = .asker), (name = "app", worker = .app), (name = "cloud", worker = .cloud),
    (name = "issuer", worker = .issuer),
    (name = "nowhere", network = (allow = [])),
  ],
);
${worker("asker", 'globalOutbound = "nowhere", bindings = [ (name = "APP", service = "app") ],')}
${worker("app", `globalOutbound = "cloud", bindings = [ ${ofApp.join(", ")} ],`)}
${worker("issuer", `globalOutbound = "cloud", bindings = [ ${ofIssuer.join(", ")} ],`)}
${worker("cloud", 'globalOutbound = "nowhere",')}
`;

/** Returns what went wrong, if anything did. */
export async function runWeighed(file: string): Promise<string | undefined> {
  const folder = join(root, ".out", "size", file.replace(".ts", ""));
  mkdirSync(folder, { recursive: true });
  await bundleForWorkerd(`export { default } from "./tools/size-entries/${file}";`, join(folder, "app.js"));
  await bundleForWorkerd(cloud, join(folder, "cloud.js"));
  writeFileSync(join(folder, "asker.js"), asker);
  writeFileSync(join(folder, "issuer.js"), issuer);
  writeFileSync(join(folder, "size.capnp"), config);
  const { code, output } = await testInWorkerd(folder, "size.capnp", timeoutMs);
  return code === 0 ? undefined : output.trimEnd();
}

/** The programs of adapters/cloudflare/README.md, as they stand there, in workerd: the emulator is their internet, and their issuer. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { demoIds } from "@tokenhop/emulator";
import { snippetsOf } from "../../tools/check-docs.ts";
import { bundleForWorkerd } from "../../tools/lib/bundle.ts";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { callerConfig, callerFlags, callerModule, type Tell, tellAt } from "./cloudflare-caller.ts";
import { once } from "./results.ts";
import { dates, type Served, serve } from "./serve.ts";

const readme = "adapters/cloudflare/README.md";
const programs = snippetsOf(readme, readFileSync(new URL(`../../${readme}`, import.meta.url), "utf8")).filter(
  ({ language }) => language === "ts",
);

/** What the programs are, in the order of the document, and what of them a Worker exports. */
const names = ["handlers", "users", "rpc", "platform"] as const;

/** The last one is a module of a Worker's, and no Worker: this is one that uses it. */
const platformUser = `import { arm } from "./program.js";
export default { async fetch() { return Response.json((await arm.get()).expiresAt > Date.now()); } };
`;

const cloud = `import { WorkerEntrypoint } from "cloudflare:workers";
import { createDemoConfig, createEmulator, demoIds } from "@tokenhop/emulator";
const { tenantId, appClientId, oidcProvider: provider, oidcIssuer: issuer, oidcSubject: subject, user } = demoIds;
let made;
function emulator() {
  if (made) return made;
  const config = createDemoConfig();
  const [app] = config.tenants[0].apps;
  const credential = { name: "worker", issuer, subject, audiences: ["api://AzureADTokenExchange"] };
  app.federatedCredentials.push(credential);
  made = createEmulator(config);
  return made;
}
export class Issuer extends WorkerEntrypoint {
  issue(audience) { return emulator().issueExternalToken({ provider, subject, audience }); }
}
export default {
  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === "/log") return Response.json(emulator().log.map(({ route, outcome }) => route + " " + outcome));
    if (pathname !== "/user") return emulator().fetch(request);
    const wanted = { tenant: tenantId, user, clientId: appClientId, audience: appClientId, scopes: ["access_as_user"] };
    return new Response(await emulator().issueUserToken(wanted));
  },
};
`;

function configFor(date: string): string {
  const { tenantId, appClientId } = demoIds;
  const texts = { TENANT_ID: tenantId, CLIENT_ID: appClientId, API_CLIENT_ID: appClientId };
  const bindings = Object.entries(texts).map(([name, text]) => `(name = "${name}", text = "${text}")`);
  const workers = names.map(
    (name) => `const ${name} :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "${name}.js")${name === "platform" ? ', (name = "program.js", esModule = embed "program.js")' : ""} ],
  ${date},
  globalOutbound = "cloud",
  bindings = [ (name = "ISSUER", service = (name = "cloud", entrypoint = "Issuer")), ${bindings.join(", ")} ],
);`,
  );
  const services = [...names, "cloud", "caller"].map((name) => `(name = "${name}", worker = .${name})`);
  const bound = {
    ...Object.fromEntries([...names, "cloud"].map((name) => [name, { service: name }])),
    Users: { service: "rpc", entrypoint: "Users" },
  };
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [ ${services.join(", ")}, (name = "nowhere", network = (allow = [])) ],
  sockets = [ (name = "http", address = "127.0.0.1:0", http = (), service = "caller") ],
);
${callerConfig(bound)}
const cloud :Workerd.Worker = (
  modules = [ (name = "worker", esModule = embed "cloud.js") ],
  ${dates.newest},
  globalOutbound = "nowhere",
);
${workers.join("\n")}
`;
}

async function write(folder: string, date: string): Promise<void> {
  const options = { builtIn: ["cloudflare:workers"] };
  if (programs.length !== names.length) throw new Error(`${readme} has ${programs.length} programs`);
  for (const [at, name] of names.entries()) {
    const file = name === "platform" ? "program" : name;
    await bundleForWorkerd(programs[at]?.code ?? "", join(folder, `${file}.js`), options);
  }
  await bundleForWorkerd(cloud, join(folder, "cloud.js"), options);
  writeFileSync(join(folder, "platform.js"), platformUser);
  writeFileSync(join(folder, "caller.js"), callerModule);
  writeFileSync(join(folder, "config.capnp"), configFor(dates[date] ?? ""));
}

export const suite: Suite = (QUnit) => {
  for (const date of Object.keys(dates)) {
    const start = once(() => serve((folder) => write(folder, date), callerFlags));
    const play = async (scene: (tell: Tell, served: Served) => Promise<void>): Promise<void> => {
      const served = await start();
      await scene(tellAt(served.url), served);
    };

    QUnit.module(`programs of @tokenhop/cloudflare's README, ${date}`, () => {
      QUnit.test("handlers: a request, a cron trigger and a batch of messages", (assert) =>
        play(async (tell) => {
          const { status, text = "" } = await tell("fetch", "handlers", "https://app.example/");
          assert.ok(status === 200 && text.includes("Ada Lovelace"), `${status} ${text}`);
          assert.deepEqual(await tell("scheduled", "handlers", "0 * * * *"), {
            value: { outcome: "ok", noRetry: false },
          });
          assert.deepEqual(await tell("queue", "handlers", ["ada@demo.example", "nobody@demo.example"]), {
            value: {
              outcome: "ok",
              ackAll: false,
              retryBatch: { retry: false },
              explicitAcks: ["m0"],
              retryMessages: [{ msgId: "m1", delaySeconds: 60 }],
            },
          });
          const { text: log = "" } = await tell("fetch", "cloud", "https://cloud.example/log");
          const granted = (JSON.parse(log) as readonly string[]).filter((line) => line.startsWith("token "));
          assert.deepEqual([...granted], ["token granted"]);
        }),
      );

      QUnit.test("users: nobody without a token, and the profile of who has one", (assert) =>
        play(async (tell) => {
          const refused = await tell("fetch", "users", "https://app.example/");
          assert.strictEqual(refused.status, 401);
          const { text: token = "" } = await tell("fetch", "cloud", "https://cloud.example/user");
          const headers = { authorization: `Bearer ${canary(token)}` };
          const { status, text = "" } = await tell("fetch", "users", "https://app.example/", { headers });
          assert.ok(status === 200 && text.includes("Ada Lovelace"), `${status} ${text}`);
        }),
      );

      QUnit.test("rpc: a method gives what it was asked for", (assert) =>
        play(async (tell) => {
          const { value } = await tell("rpc", "Users", ["names"], "call");
          assert.deepEqual(value as string[], ["Ada Lovelace", "Alan Turing", "Grace Hopper"]);
          assert.strictEqual((await tell("fetch", "rpc", "https://app.example/")).status, 200);
        }),
      );

      QUnit.test("platform: a provider of the module's own", (assert) =>
        play(async (tell, served) => {
          assert.strictEqual((await tell("fetch", "platform", "https://app.example/")).text, "true");
          served.stop();
        }),
      );
    });
  }
};

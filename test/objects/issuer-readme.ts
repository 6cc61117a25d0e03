/** The Workers of packages/durable-objects/README.md that have an issuer, as they stand there, in workerd: the emulator is their Azure. */
import { readFileSync } from "node:fs";
import { demoIds } from "@tokenhop/emulator";
import { snippetsOf } from "../../tools/check-docs.ts";
import type { Suite } from "../harness.ts";
import { callerModule, type Seen, tellAt } from "../workerd/cloudflare-caller.ts";
import { once } from "../workerd/results.ts";
import { openStage, type Stage, type WorkerOf } from "./stage.ts";

const readme = "packages/durable-objects/README.md";
const programs = snippetsOf(readme, readFileSync(new URL(`../../${readme}`, import.meta.url), "utf8"))
  .filter(({ language }) => language === "ts")
  .map(({ code }) => code);

/** The program that says this, of which there must be one. */
function programWith(text: string): string {
  const [program = "", ...more] = programs.filter((code) => code.includes(text));
  if (program === "" || more.length > 0) throw new Error(`${readme} has not one program with ${text}`);
  return program;
}

/** What the documents' commands would have made: an identity that trusts the issuer. It reads what the issuer publishes. */
const cloud = `import { createDemoConfig, createEmulator } from "@tokenhop/emulator";
const trust = { name: "orders", issuer: "https://id.example.com", subject: "worker:orders", audiences: ["api://AzureADTokenExchange"] };
let made;
export default {
  fetch(request) {
    if (!made) {
      const config = createDemoConfig();
      config.tenants[0].managedIdentities[0].federatedCredentials = [trust];
      made = createEmulator(config, { fetch: (url, init) => fetch(url, init) });
    }
    return new URL(request.url).pathname === "/log" ? Response.json(made.log) : made.fetch(request);
  },
};
`;

const texts = {
  ISSUER_URL: "https://id.example.com",
  TENANT_ID: demoIds.tenantId,
  CLIENT_ID: demoIds.uamiClientId,
  RESOURCE_GROUP_ID: `/subscriptions/${demoIds.subscriptionId}/resourceGroups/${demoIds.resourceGroup}`,
};
const keys: Partial<WorkerOf> = { objects: ["Keys"], namespaces: { KEYS: { className: "Keys" } }, texts };
const props = { subject: "worker:orders", audiences: ["api://AzureADTokenExchange"] };

const open = (): Promise<Stage> =>
  openStage({
    workers: {
      issuer: { program: programWith('subjects: ["worker:orders", "worker:bills"]'), ...keys },
      orders: {
        program: programWith("readonly ISSUER: TokenMinter;"),
        texts,
        services: { ISSUER: { service: "issuer", entrypoint: "Issuer", props } },
        outbound: "azure",
      },
      azure: { program: cloud, outbound: "issuer" },
      alone: { program: programWith("selfIssued(exports.Issuer("), ...keys, outbound: "azureOfAlone" },
      azureOfAlone: { program: cloud, outbound: "alone" },
      caller: {
        program: callerModule,
        services: Object.fromEntries(["issuer", "orders", "alone"].map((service) => [service, { service }])),
      },
    },
    sockets: { http: { service: "caller" } },
  });

export const suite: Suite = (QUnit) => {
  const stage = once(open);
  const get = async (service: string, url: string): Promise<Seen> => tellAt((await stage()).url)("fetch", service, url);
  const isListed = ({ status, text = "" }: Seen): boolean => status === 200 && text.includes('"value":[{"id":"/subscr');

  QUnit.module("programs of @tokenhop/durable-objects' README: the issuer", () => {
    QUnit.test("two Workers: one calls Azure with what the other one signs and publishes", async (assert) => {
      const answer = await get("orders", "https://orders.example/");
      assert.ok(isListed(answer), JSON.stringify(answer));
      assert.strictEqual((await get("issuer", "https://id.example.com/.well-known/jwks.json")).status, 200);
      assert.strictEqual((await get("issuer", "https://id.example.com/")).status, 404);
    });

    QUnit.test("one Worker is its own issuer", async (assert) => {
      const answer = await get("alone", "https://orders.example/");
      assert.ok(isListed(answer), JSON.stringify(answer));
      const { issuer } = JSON.parse(
        (await get("alone", "https://id.example.com/.well-known/openid-configuration")).text ?? "{}",
      );
      assert.strictEqual(issuer, texts.ISSUER_URL);
      assert.deepEqual([...(await stage()).log()], []);
      (await stage()).close();
    });
  });
};

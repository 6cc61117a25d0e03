/** What the built-in roles permit on resources, at ARM. What they permit on data is tried at each service. */
import { demoIds, type RoleName } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { dataGroup, withRoles } from "./service-support.ts";
import * as world from "./support.ts";

const account = "demo-data/providers/Microsoft.CognitiveServices/accounts/demo-openai";
const assignment = "demo-data/providers/Microsoft.Authorization/roleAssignments/one";
const stranger = "demo-data/providers/NotMicrosoft.CognitiveServices/accounts/demo-openai";

/** What is tried: the method, and the path below the resource groups. */
const tries: Readonly<Record<string, readonly [string, string]>> = {
  "read the account": ["GET", account],
  "write the account": ["PUT", account],
  "read a namesake": ["GET", stranger],
  "assign a role": ["PUT", assignment],
  "read an assignment": ["GET", assignment],
  "delete an assignment": ["DELETE", assignment],
};

/** What each role may, by hand. */
const may: Readonly<Record<RoleName, readonly string[]>> = {
  Owner: Object.keys(tries),
  Contributor: ["read the account", "write the account", "read a namesake", "read an assignment"],
  Reader: ["read the account", "read a namesake", "read an assignment"],
  "Cognitive Services OpenAI User": ["read the account"],
  "Storage Blob Data Contributor": [],
  "Storage Blob Data Reader": [],
  "Key Vault Secrets Officer": [],
  "Key Vault Secrets User": [],
};

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: roles", () => {
    for (const [role, allowed] of Object.entries(may) as [RoleName, readonly string[]][]) {
      QUnit.test(`${role} may ${allowed.join(", ") || "nothing"}`, async (assert) => {
        const emulator = world.makeEmulator(withRoles([role, dataGroup]));
        const token = await world.federatedToken(emulator, demoIds.uamiClientId);
        const done: string[] = [];
        for (const [what, [method, path]] of Object.entries(tries)) {
          const body = method === "PUT" ? { body: '{"location":"westeurope"}' } : {};
          const { status } = await world.ask(emulator, world.armUrl(path), { method, ...body, ...world.bearer(token) });
          // What is allowed may still not be there.
          if (status !== 403) done.push(what);
        }
        assert.deepEqual(done, [...allowed]);
      });
    }
  });
};

/** A program moves from `@azure/identity` to us by one changed import, and gets the same tokens. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { demoIds } from "@tokenhop/emulator";
import { decodeJwt } from "jose";
import { runProcess } from "../../../tools/lib/process.ts";
import type { Suite } from "../../harness.ts";
import { assertionOf, type Stage, withEmulator } from "./entra.ts";
import { appService, machine, type Variables, withPod } from "./platform.ts";

const theirs = "@azure/identity";
const ours = "@tokenhop/core/interop/azure-identity";
const program = new URL("./moving-program.ts", import.meta.url);
// Beside the packages of this folder, where both imports are found.
const folder = new URL(`../.out/moving-${process.pid}/`, import.meta.url);

interface Result {
  readonly token: string;
  readonly expiresOnTimestamp: number;
  readonly tokenType: string;
}

/** What of a token must be the same whoever asked for it. */
function essence({ token, tokenType }: Result): readonly unknown[] {
  const { aud, iss, oid, appid, roles, tid, xms_cc } = decodeJwt(token);
  return [tokenType, aud, iss, oid, appid, roles, tid, xms_cc];
}

/** Runs the program with its credentials from a package. */
async function run(from: string, variables: Variables): Promise<readonly Result[]> {
  const text = readFileSync(program, "utf8");
  const moved = text.replace(`from "${theirs}"`, `from "${from}"`);
  if (from !== theirs && moved === text) throw new Error("The program has another import");
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${from === ours ? "ours" : "theirs"}.ts`, folder);
  writeFileSync(file, moved);
  const { tenantId, appClientId, uamiClientId, uamiPrincipalId, uamiResourceId } = demoIds;
  const ids = [tenantId, appClientId, uamiClientId, uamiPrincipalId, uamiResourceId];
  const args = ["--conditions=tokenhop-source", fileURLToPath(file), ...ids];
  const ofThisMachine = Object.keys(process.env).filter((name) => /^(AZURE|IDENTITY|IMDS|MSI|MSAL)_/.test(name));
  const cleared = Object.fromEntries(ofThisMachine.map((name) => [name, undefined]));
  const { code, stdout, output } = await runProcess(process.execPath, args, {
    timeoutMs: 25_000,
    env: { ...cleared, ...variables },
  });
  if (code !== 0) throw new Error(`${from} ended with ${code}: ${output.replace(stdout, "")}`);
  return JSON.parse(stdout) as readonly Result[];
}

/** Both, and how many requests each of them made. */
async function both(stage: Stage, variables: Variables) {
  const expected = await run(theirs, variables);
  const before = stage.lines().length;
  const given = await run(ours, variables);
  return { expected, given, requests: [before, stage.lines().length] };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("@azure/identity, moved away from", () => {
    for (const [name, variables] of [
      ["a virtual machine", machine],
      ["App Service", appService],
    ] as const) {
      QUnit.test(`the same program has the same tokens on ${name}, with fewer requests`, (assert) =>
        withEmulator(async (stage) => {
          const { expected, given, requests } = await both(stage, variables(stage));
          assert.deepEqual(given.map(essence), expected.map(essence));
          assert.strictEqual(given.length, 7);
          const late = given.filter(
            (one, at) => one.expiresOnTimestamp < (expected[at]?.expiresOnTimestamp ?? 0) - 2_000,
          );
          assert.strictEqual(late.length, 0, "and for as long");
          assert.ok(Number(requests[1]) < Number(requests[0]), requests.join(" and "));
          rmSync(folder, { recursive: true, force: true });
        }),
      );
    }

    QUnit.test("the same program has the same tokens in a pod", (assert) =>
      withEmulator(async (stage) => {
        const file = await assertionOf(stage.emulator);
        await withPod(stage, file, async (pod) => {
          const { expected, given } = await both(stage, { ...machine(stage), ...pod });
          assert.deepEqual(given.map(essence), expected.map(essence));
          assert.strictEqual(given.length, 2);
        });
        rmSync(folder, { recursive: true, force: true });
      }),
    );
  });
};

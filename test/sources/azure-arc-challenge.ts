/** Which file the agent's challenge may name, and what must be in it. */
import { failureOf } from "../contract/platform.ts";
import type { Suite } from "../harness.ts";
import { ask, env, key, path, windowsPath, worldOf } from "./azure-arc-cases.ts";

/** Challenges that must make it read nothing. */
const refused: readonly (string | undefined)[] = [
  undefined,
  "",
  "Basic",
  "Basic realm=",
  'Basic realm=""',
  `Bearer realm=${path}`,
  `Digest Basic realm=${path}`,
  `Basic charset=UTF-8, realm=${path}`,
  "Basic realm=/etc/passwd",
  "Basic realm=/etc/ssl/private/server.key",
  "Basic realm=/var/opt/azcmagent/tokens/",
  "Basic realm=/var/opt/azcmagent/tokens/.key",
  "Basic realm=/var/opt/azcmagent/tokens/a.txt",
  "Basic realm=/var/opt/azcmagent/tokens/a.key.txt",
  "Basic realm=/var/opt/azcmagent/tokens/a.KEY",
  "Basic realm=/var/opt/azcmagent/tokens/../certs/myCert.key",
  "Basic realm=/var/opt/azcmagent/tokens/../../../../root/.ssh/id.key",
  "Basic realm=/var/opt/azcmagent/tokens/sub/a.key",
  "Basic realm=/var/opt/azcmagent/tokens/..%2fa.key",
  "Basic realm=/var/opt/azcmagent/tokens/a\\..\\b.key",
  "Basic realm=/var/opt/azcmagent/tokens//a.key",
  "Basic realm=/var/opt/azcmagent/tokens/a.key, Basic realm=/var/opt/azcmagent/tokens/b.key",
  "Basic realm=/var/opt/azcmagent/tokens-evil/a.key",
  "Basic realm=/VAR/OPT/AZCMAGENT/TOKENS/a.key",
  "Basic realm=./var/opt/azcmagent/tokens/a.key",
  `Basic realm=/tmp${path}`,
  `Basic realm="${path}`,
  `Basic realm=file://${path}`,
  `Basic realm=${windowsPath}`,
  `Basic realm=/var/opt/azcmagent/tokens/${"a".repeat(600)}.key`,
];

const refusedOnWindows = [
  `Basic realm=${path}`,
  "Basic realm=C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\..\\Certs\\a.key",
  "Basic realm=C:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\a.key:stream.key",
  "Basic realm=D:\\ProgramData\\AzureConnectedMachineAgent\\Tokens\\a.key",
  "Basic realm=\\\\evil.example\\AzureConnectedMachineAgent\\Tokens\\a.key",
];

export const suite: Suite = (QUnit) => {
  QUnit.module("source azure-arc, its challenge", () => {
    for (const [named, variables, at] of [
      [`Basic realm="${path}"`, env, path],
      [`basic realm=${path}`, env, path],
      [`Basic realm=${windowsPath}`, { ...env, ProgramData: "C:\\ProgramData" }, windowsPath],
    ] as const) {
      QUnit.test(`reads the key that ${named} names`, async (assert) => {
        const platform = worldOf({ env: variables, files: { [at]: key }, named });
        await ask(platform);
        assert.deepEqual(platform.reads, [at]);
      });
    }

    for (const [variables, challenges] of [
      [env, refused],
      [{ ...env, ProgramData: "C:\\ProgramData" }, refusedOnWindows],
    ] as const) {
      for (const named of challenges) {
        QUnit.test(
          `reads nothing for ${String(named).slice(0, 90)}${variables === env ? "" : " on Windows"}`,
          async (assert) => {
            const platform = worldOf({ env: variables, named });
            const error = await failureOf(() => ask(platform));
            assert.deepEqual([error.code, error.recovery, error.status], ["ERR_SOURCE_FAILED", "stop", 401]);
            assert.ok(
              error.message.includes("its challenge names no key file in the agent's own directory"),
              error.message,
            );
            assert.deepEqual([platform.reads.length, platform.requests.length], [0, 1]);
          },
        );
      }
    }

    for (const [what, content] of [
      ["nothing", ""],
      ["white space", " \n"],
      ["two lines", "abcdef\r\nx-evil: 1"],
      ["what is no ASCII", "schlüssel"],
      ["4,097 bytes", "x".repeat(4_097)],
      ["4,097 bytes with white space", `${"x".repeat(4_000)}${" ".repeat(97)}`],
    ] as const) {
      QUnit.test(`sends no key file that holds ${what}`, async (assert) => {
        const platform = worldOf({ files: { [path]: content } });
        const error = await failureOf(() => ask(platform));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "retry"]);
        assert.ok(error.message.includes(`${path} holds no key of at most 4096 bytes`), error.message);
        assert.strictEqual(platform.requests.length, 1);
      });
    }

    QUnit.test("sends a key of 4,096 bytes", async (assert) => {
      const platform = worldOf({ files: { [path]: "x".repeat(4_096) } });
      await ask(platform);
      assert.strictEqual(platform.requests.length, 2);
    });

    QUnit.test("says who may read the key", async (assert) => {
      const error = await failureOf(() => ask(worldOf({ files: {} })));
      assert.strictEqual(error.code, "ERR_SOURCE_UNAVAILABLE");
      assert.ok(error.message.includes(`cannot read ${path} (ENOENT); is this user in the group himds`), error.message);
    });
  });
};

/** The templates for Deno and Bun: as processes of their runtimes, from the copied folder to the resources of the group. */
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Assert, QUnitLike, Suite } from "../harness.ts";
import { record } from "../leak.ts";
import { pause } from "../workerd/stage.ts";
import { listed, values } from "./cloud.ts";
import { edited } from "./project.ts";
import { filesOf, onServer, type Runtime, type ServerStage } from "./server-stage.ts";

const published = ["/.well-known/openid-configuration", "/.well-known/jwks.json"];

/** Its list, and what had to happen for it. */
async function lists(assert: Assert, { cloud, start, log }: ServerStage): Promise<void> {
  const server = await start();
  const answers = await Promise.all(Array.from({ length: 5 }, () => server.ask("/resources")));
  const right = answers.filter(({ status, text }) => status === 200 && listed.every((name) => text.includes(name)));
  assert.strictEqual(right.length, answers.length, log());
  assert.deepEqual([...cloud.exchanges()], ["granted"]);
  assert.deepEqual([...cloud.reads], published);
}

/** Two documents under one name, and nothing else: not even that of a private key. */
async function publishes(assert: Assert, { start }: ServerStage): Promise<void> {
  const server = await start();
  const [discovery, jwks] = await Promise.all(published.map((path) => server.ask(path)));
  const { issuer, jwks_uri } = JSON.parse(discovery?.text ?? "") as Record<string, unknown>;
  assert.deepEqual([issuer, jwks_uri], [`https://${values.host}`, `https://${values.host}${published[1]}`]);
  const { keys } = JSON.parse(jwks?.text ?? "") as { readonly keys: readonly object[] };
  assert.deepEqual(
    keys.map((key) => Object.keys(key).sort()),
    [["alg", "e", "kid", "kty", "n", "use"]],
  );
  for (const [path = "", host] of [[published[0], "127.0.0.1"], [published[1], "evil.example"], ["/"], ["/keys.db"]]) {
    assert.strictEqual((await server.ask(path, host)).status, 404, `${host} ${path}`);
  }
}

async function refuses(assert: Assert, { log, fail }: ServerStage): Promise<void> {
  assert.notStrictEqual(await fail(), 0);
  const said = ["ISSUER", "TENANT_ID", "CLIENT_ID", "RESOURCE_GROUP_ID"].filter((name) => log().includes(`${name}: `));
  assert.deepEqual(said, ["ISSUER", "TENANT_ID", "CLIENT_ID", "RESOURCE_GROUP_ID"]);
  assert.ok(log().includes("settings.env"), log());
}

/** In an emergency, as the README says: an option, and a restart. */
async function drops(assert: Assert, stage: ServerStage): Promise<void> {
  const first = await stage.start();
  const kids = await first.kids();
  assert.strictEqual((await first.ask("/resources")).status, 200);
  await first.stop();
  const main = join(stage.program.folder, "main.ts");
  const now = new Date().toISOString();
  const option = `createIssuer({\n  keysFrom: Date.parse("${now}"),`;
  writeFileSync(main, readFileSync(main, "utf8").replace("createIssuer({", option));
  stage.cloud.emulator.advanceClock(31_000);
  const second = await stage.start();
  const others = await second.kids();
  assert.deepEqual([others.length, kids.length, kids.includes(others[0] ?? "")], [1, 1, false]);
  assert.strictEqual((await second.ask("/resources")).status, 200, stage.log());
}

/** Everything on its disk and in its log. */
function search({ program, log }: ServerStage): void {
  for (const [name, bytes] of filesOf(program.folder)) record(`file ${name}`, bytes.toString("latin1"));
  record("log", log());
}

function both(QUnit: QUnitLike, runtime: Runtime): void {
  QUnit.test("lists the group, with one exchange, verified by what it publishes", (assert) =>
    onServer(runtime, async (stage) => {
      await lists(assert, stage);
      search(stage);
    }),
  );
  QUnit.test("is warm before anybody asks", (assert) =>
    onServer(runtime, async ({ cloud, start }) => {
      const server = await start();
      for (let turn = 0; turn < 100 && cloud.exchanges().length === 0; turn++) await pause(50);
      assert.deepEqual([...cloud.exchanges()], ["granted"]);
      assert.strictEqual((await server.ask("/resources")).status, 200);
      assert.deepEqual([...cloud.exchanges()], ["granted"]);
    }),
  );
  QUnit.test("publishes two documents under its host name and nothing elsewhere", (assert) =>
    onServer(runtime, (stage) => publishes(assert, stage)),
  );
  QUnit.test("does not start with values that are not edited, and names them", (assert) =>
    onServer(
      runtime,
      (stage) => refuses(assert, stage),
      (text) => text,
    ),
  );
  QUnit.test("says which value is left", (assert) =>
    onServer(
      runtime,
      async ({ log, fail }) => {
        assert.notStrictEqual(await fail(), 0);
        assert.ok(log().includes("TENANT_ID: ") && !log().includes("CLIENT_ID: "), log());
      },
      (text) => edited(text, { TENANT_ID: "EDIT" as never }),
    ),
  );
  QUnit.test("a trust that is not there yet: 503 with the code, and the log says more", (assert) =>
    onServer(runtime, async (stage) => {
      const { emulator } = stage.cloud;
      const error = { error: "invalid_client", code: 70025, status: 401 } as const;
      emulator.setFault({ route: "token", kind: "entra-error", times: "always", ...error });
      const server = await stage.start();
      const { status, headers, text } = await server.ask("/resources");
      assert.deepEqual([status, headers["content-type"]], [503, "application/problem+json"], text);
      assert.ok(text.includes("ERR_EXCHANGE_REFUSED") && stage.log().includes("AADSTS70025"), stage.log());
      search(stage);
    }),
  );
}

export const suite: Suite = (QUnit) => {
  QUnit.module("template for Deno", () => {
    both(QUnit, "deno");
    QUnit.test("a restart keeps the key: Azure asks for nothing new", (assert) =>
      onServer("deno", async (stage) => {
        const first = await stage.start();
        const kids = await first.kids();
        assert.strictEqual((await first.ask("/resources")).status, 200);
        await first.stop();
        const { folder } = stage.program;
        const kept = readdirSync(folder).filter((name) => name.startsWith("keys.db"));
        const open = kept.filter((name) => (statSync(join(folder, name)).mode & 0o077) !== 0);
        assert.deepEqual([kept.length > 0, open], [true, []], "the key is for its own user");
        const second = await stage.start();
        assert.deepEqual([...(await second.kids())], [...kids]);
        assert.strictEqual((await second.ask("/resources")).status, 200);
        assert.deepEqual([...stage.cloud.reads], published);
        assert.deepEqual([...stage.cloud.exchanges()], ["granted", "granted"]);
        search(stage);
      }),
    );
    QUnit.test("keysFrom drops a key at once, and another one signs", (assert) =>
      onServer("deno", (stage) => drops(assert, stage)),
    );
  });
  QUnit.module("template for Bun", () => {
    both(QUnit, "bun");
    QUnit.test("a restart is a new key: refused for as long as Azure keeps the old ones, then taken", (assert) =>
      onServer("bun", async (stage) => {
        const first = await stage.start();
        const kids = await first.kids();
        assert.strictEqual((await first.ask("/resources")).status, 200);
        await first.stop();
        const second = await stage.start();
        assert.notStrictEqual((await second.kids())[0], kids[0]);
        assert.strictEqual((await second.ask("/resources")).status, 503);
        assert.ok(stage.log().includes("AADSTS7000272"), stage.log());
        await second.stop();
        // The emulator reads the keys again for one that it does not know, if it has not just done so.
        stage.cloud.emulator.advanceClock(31_000);
        const third = await stage.start();
        assert.strictEqual((await third.ask("/resources")).status, 200);
        search(stage);
      }),
    );
    QUnit.test("says at its start that its key does not outlive it", (assert) =>
      onServer("bun", async (stage) => {
        await stage.start();
        assert.ok(stage.log().includes("in memory"), stage.log());
      }),
    );
  });
};

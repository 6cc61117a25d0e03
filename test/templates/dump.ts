/** What somebody finds who reads everything that a Worker of the template leaves behind: its storage, configuration, logs and answers. */
import type { Assert, Suite } from "../harness.ts";
import { createRecorder, type Hit, type Recorder } from "../leak.ts";
import { storedIn } from "../objects/stored.ts";
import { onStage, type WorkerStage } from "./worker-stage.ts";

const PRIVATE = ["d", "p", "q", "dp", "dq", "qi"] as const;

/** Private members of the keys that the issuer's object has stored. */
function privateMembers({ stage }: WorkerStage): readonly string[] {
  const rings = storedIn(stage).flatMap(({ rows }) => Object.values(rows)) as readonly {
    readonly keys?: readonly { readonly privateKey: JsonWebKey }[];
  }[];
  const keys = rings.flatMap(({ keys = [] }) => keys.map(({ privateKey }) => privateKey));
  return keys.flatMap((key) => PRIVATE.map((member) => key[member] ?? ""));
}

/** Uses everything: what goes well, what is refused, and what breaks. Returns what was answered. */
async function useAll({ ask, askSecond, tell, cloud, stage }: WorkerStage): Promise<readonly unknown[]> {
  const answers: unknown[] = [await ask("/resources"), await askSecond("/resources"), await ask("/")];
  for (const path of ["/.well-known/openid-configuration", "/.well-known/jwks.json"]) answers.push(await ask(path));
  answers.push(await tell("scheduled", "APP", "*/10 * * * *"));
  const question = { subject: "worker:another", audience: "api://AzureADTokenExchange" };
  answers.push(
    await tell(
      "rpc",
      "KEYS",
      [
        ["getByName", "issuer"],
        ["mint", question],
      ],
      "call",
    ),
  );
  for (const provider of ["another", "arm"]) {
    const asked = { version: 1, provider, claims: "no claims" };
    answers.push(
      await tell(
        "rpc",
        "BROKER",
        [
          ["getByName", "broker"],
          ["credential", asked],
        ],
        "call",
      ),
    );
  }
  await stage.kill();
  await stage.start();
  const error = { error: "invalid_client", code: 700024, status: 401, times: 3 } as const;
  cloud.emulator.setFault({ route: "token", kind: "entra-error", ...error });
  answers.push(await ask("/resources"), await askSecond("/resources"));
  cloud.emulator.clearFaults();
  answers.push(await tell("scheduled", "APP", "*/10 * * * *"));
  return answers;
}

/** Everything that is left, by what it is. */
function recordAll(recorder: Recorder, { stage, configuration }: WorkerStage, answers: readonly unknown[]): void {
  for (const { path, bytes } of stage.storage()) {
    recorder.record(`storage of ${path.split("/")[0]}`, bytes.toString("latin1"));
    recorder.record(`storage of ${path.split("/")[0]}`, bytes.toString("utf16le"));
  }
  recorder.record("configuration", configuration);
  for (const line of stage.log()) recorder.record("log", line);
  for (const answer of answers) recorder.record("answer", answer);
}

/** Searches everything for some texts; where they are. */
function find(texts: readonly string[], stage: WorkerStage, answers: readonly unknown[]): readonly Hit["kind"][] {
  const recorder = createRecorder();
  for (const text of texts) recorder.canary(text);
  recordAll(recorder, stage, answers);
  return [...new Set(recorder.scan().hits.map(({ kind }) => kind))];
}

async function holdsNothing(assert: Assert, stage: WorkerStage): Promise<void> {
  const answers = await useAll(stage);
  await stage.stage.kill();
  const { tokens } = stage.cloud;
  const members = privateMembers(stage);
  assert.ok(tokens.length >= 4, `${tokens.length} tokens`);
  assert.ok(members.length >= PRIVATE.length && members.every((text) => text.length > 100), "a private key");
  assert.ok(stage.stage.storage().length >= 4 && stage.stage.log().length > 0 && answers.length > 10);
  assert.deepEqual([...find(tokens, stage, answers)], [], "tokens");
  assert.deepEqual([...find(members, stage, answers)], ["storage of template-Keys"], "the private key");
}

/** The same search, where there is something. The tokens of this stage are not among those that the whole run must not show. */
async function findsLeaks(assert: Assert, stage: WorkerStage): Promise<void> {
  const answers = [await stage.ask("/resources")];
  assert.strictEqual((await stage.leak()).text, "printed");
  await stage.stage.kill();
  assert.deepEqual([...find(stage.cloud.tokens, stage, answers)], ["log"]);
}

export const suite: Suite = (QUnit) => {
  QUnit.module("template for Cloudflare Workers, read by somebody", () => {
    QUnit.test(
      "no storage, binding, variable, log or answer holds a token or a key, but the issuer's object its own",
      (assert) => onStage((stage) => holdsNothing(assert, stage)),
    );
    QUnit.test("the search finds what a Worker prints that is bound to the broker", (assert) =>
      onStage((stage) => findsLeaks(assert, stage), { hide: (token) => token }),
    );
  });
};

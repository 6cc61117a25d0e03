/** The Worker of the template, deployed as far as real workerd goes: its Azure verifies it by what it publishes, over HTTP. */
import type { Assert, Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { storedIn } from "../objects/stored.ts";
import { pause } from "../workerd/stage.ts";
import { listed, values } from "./cloud.ts";
import { edited, trustOf } from "./project.ts";
import { type Answer, onStage, type StageOptions, type WorkerStage } from "./worker-stage.ts";

const published = ["/.well-known/openid-configuration", "/.well-known/jwks.json"] as const;
/** Longer than the 10 s after which an idle object is evicted. */
const IDLE_MS = 15_000;

const isList = ({ status, text }: Answer): boolean => status === 200 && listed.every((name) => text.includes(name));

async function kidsOf({ ask }: WorkerStage): Promise<readonly string[]> {
  const { keys } = JSON.parse((await ask(published[1])).text) as { readonly keys: readonly { readonly kid: string }[] };
  return keys.map(({ kid }) => kid);
}

/** One part of a token, decoded. */
const partOf = (token: string | undefined, index: 0 | 1): Readonly<Record<string, unknown>> =>
  JSON.parse(Buffer.from(token?.split(".")[index] ?? "", "base64url").toString()) as Readonly<Record<string, unknown>>;

async function publishes(assert: Assert, stage: WorkerStage): Promise<void> {
  const [discovery, jwks] = await Promise.all(published.map((path) => stage.ask(path)));
  const { issuer, jwks_uri } = JSON.parse(discovery?.text ?? "") as Record<string, unknown>;
  assert.deepEqual([issuer, jwks_uri], [`https://${values.host}`, `https://${values.host}${published[1]}`]);
  const { keys } = JSON.parse(jwks?.text ?? "") as { readonly keys: readonly object[] };
  assert.deepEqual(
    keys.map((key) => Object.keys(key).sort()),
    [["alg", "e", "kid", "kty", "n", "use"]],
  );
  const elsewhere = ["127.0.0.1", "evil.example", `${values.host}.evil.example`, `${values.host}:8443`];
  for (const host of elsewhere)
    for (const path of published) assert.strictEqual((await stage.ask(path, host)).status, 404);
  for (const path of ["/", "/mint", "/resources/", "/.well-known/"]) {
    assert.strictEqual((await stage.ask(path)).status, 404, path);
  }
}

async function lists(assert: Assert, stage: WorkerStage): Promise<void> {
  const { cloud, ask } = stage;
  assert.ok(isList(await ask("/resources")), stage.stage.log().join("\n"));
  assert.deepEqual([...cloud.exchanges()], ["granted"]);
  assert.deepEqual([...cloud.reads], [...published]);
  const [assertion] = cloud.tokens;
  const { issuer, subject, audience } = trustOf("cloudflare-worker");
  const { iss, sub, aud } = partOf(assertion, 1);
  assert.deepEqual([iss, sub, aud], [issuer, subject, audience]);
  const { alg, typ, kid } = partOf(assertion, 0);
  assert.deepEqual([alg, typ, kid], ["RS256", "JWT", (await kidsOf(stage))[0]]);
}

/** Two isolates that start at the same time, which have nothing in common but the broker. */
async function shares(assert: Assert, { ask, askSecond, cloud }: WorkerStage): Promise<void> {
  const asked = Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? ask : askSecond)("/resources"));
  const answers = await Promise.all(asked);
  assert.strictEqual(answers.filter(isList).length, 20);
  assert.deepEqual([...cloud.exchanges()], ["granted"]);
}

async function warms(assert: Assert, { tell, cloud, ask, askSecond, stage }: WorkerStage): Promise<void> {
  const run = await tell("scheduled", "APP", "*/10 * * * *");
  assert.deepEqual(run, { value: { outcome: "ok", noRetry: false } }, stage.log().join("\n"));
  assert.deepEqual([...cloud.exchanges()], ["granted"]);
  assert.strictEqual(cloud.emulator.log.filter(({ route }) => route === "arm").length, 0);
  // Not only the isolate that was told to: the others find it ready as well.
  for (const one of [ask, askSecond]) assert.ok(isList(await one("/resources")));
  assert.deepEqual([...cloud.exchanges()], ["granted"]);
}

/** Nothing asks for 15 s, so the objects are evicted: what they stored stays, and the broker's memory is gone. */
async function idles(assert: Assert, stage: WorkerStage): Promise<void> {
  const { ask, askSecond, cloud } = stage;
  const kids = await kidsOf(stage);
  assert.ok(isList(await ask("/resources")));
  await pause(IDLE_MS);
  assert.ok(isList(await ask("/resources")), "by the copy that the isolate has");
  assert.deepEqual([...cloud.exchanges()], ["granted"]);
  assert.ok(isList(await askSecond("/resources")), "by a broker that has to begin again");
  assert.deepEqual([...cloud.exchanges()], ["granted", "granted"]);
  assert.deepEqual([...(await kidsOf(stage))], [...kids]);
  assert.deepEqual([...cloud.reads], [...published], "the key is the one that Azure knows");
}

async function restarts(assert: Assert, stage: WorkerStage): Promise<void> {
  const kids = await kidsOf(stage);
  assert.ok(isList(await stage.ask("/resources")));
  await stage.stage.kill();
  await stage.stage.start();
  assert.ok(isList(await stage.ask("/resources")));
  assert.deepEqual([...(await kidsOf(stage))], [...kids]);
  assert.deepEqual([...stage.cloud.reads], [...published]);
}

/** Another Worker is who its binding says, if this one knows the subject; what it says itself counts for nothing. */
async function mints(assert: Assert, { tell }: WorkerStage): Promise<void> {
  const { subject, audience } = trustOf("cloudflare-worker");
  const mint = async (binding: string, wanted: object): Promise<Readonly<Record<string, unknown>>> => {
    const { value } = await tell("rpc", binding, [["mint", wanted]], "call");
    const { ok, token, error } = value as { ok: boolean; token?: string; error?: { readonly code: string } };
    return ok ? partOf(canary(token ?? ""), 1) : { code: error?.code };
  };
  const { sub, aud } = await mint("OWN", { audience });
  assert.deepEqual([sub, aud], [subject, audience]);
  const refused = { code: "ERR_ISSUER_REFUSED" };
  assert.deepEqual(await mint("OWN", { audience: "https://another.example" }), refused);
  assert.deepEqual(await mint("OWN", { audience, subject: "worker:reports" }), refused);
  assert.deepEqual(await mint("ANOTHER", { audience }), refused, "its subject is not among those of the template");
  assert.notOk("sub" in (await mint("NOBODY", { audience, subject })));
}

/** What goes wrong for users, and what they read then. */
const mistakes: readonly {
  readonly says: string;
  readonly options: StageOptions;
  readonly status: number;
  /** In the answer. */
  readonly answers: readonly string[];
  /** In the log. */
  readonly logs: readonly string[];
}[] = [
  {
    says: "nothing is edited: the answer names the four values",
    options: { edit: (text) => text },
    status: 500,
    answers: ["Edit in wrangler.jsonc: ISSUER, TENANT_ID, CLIENT_ID, RESOURCE_GROUP_ID\n"],
    logs: [],
  },
  {
    says: "one value is left: the answer names that and no other",
    options: { edit: (text) => edited(text, { CLIENT_ID: "EDIT" as never }) },
    status: 500,
    answers: ["Edit in wrangler.jsonc: CLIENT_ID\n"],
    logs: [],
  },
  {
    says: "a trust in another subject: refused, and the log says which subject came",
    options: { trust: { subject: "worker:another" } },
    status: 503,
    answers: ["ERR_EXCHANGE_REFUSED"],
    logs: ["AADSTS700213", trustOf("cloudflare-worker").subject],
  },
  {
    says: "a trust in another audience: refused, and the log says which came",
    options: { trust: { audience: "api://another" } },
    status: 503,
    answers: ["ERR_EXCHANGE_REFUSED"],
    logs: ["AADSTS700212", trustOf("cloudflare-worker").audience],
  },
  {
    says: "a trust in an issuer with a slash at its end: refused, and the log says which came",
    options: { trust: { issuer: `https://${values.host}/` } },
    status: 503,
    answers: ["ERR_EXCHANGE_REFUSED"],
    logs: ["AADSTS700211", `https://${values.host}`],
  },
];

async function errs(assert: Assert, stage: WorkerStage, mistake: (typeof mistakes)[number]): Promise<void> {
  const { status, text } = await stage.ask("/resources");
  record("answer", text);
  const log = stage.stage.log().join("\n");
  assert.strictEqual(status, mistake.status, text);
  for (const part of mistake.answers) assert.ok(text.includes(part), `${part} in ${text}`);
  for (const part of mistake.logs) assert.ok(log.includes(part), `${part} in ${log}`);
}

/** Azure cannot be reached, and then it can. */
/** Both the broker and then the isolate have tried for a while. */
async function survives(assert: Assert, { ask, cloud, stage }: WorkerStage): Promise<void> {
  cloud.emulator.setFault({ route: "token", kind: "drop", times: "always" });
  const { status, headers, text } = await ask("/resources");
  assert.deepEqual([status, text.includes("ERR_HTTP_NETWORK")], [503, true], text);
  assert.ok(Number(headers["retry-after"]) > 0);
  assert.ok(
    stage.log().some((line) => line.includes("ERR_HTTP_NETWORK")),
    stage.log().join("\n"),
  );
  assert.ok((await ask(published[1])).status === 200, "the documents do not depend on Azure");
}

async function fails(assert: Assert, { tell, cloud }: WorkerStage): Promise<void> {
  cloud.emulator.setFault({ route: "token", kind: "drop", times: "always" });
  const run = await tell("scheduled", "APP", "*/10 * * * *");
  assert.ok(JSON.stringify(run).includes('"exception"'), JSON.stringify(run));
}

async function goesOn(assert: Assert, { ask, cloud }: WorkerStage): Promise<void> {
  cloud.emulator.setFault({ route: "token", kind: "drop", times: "always" });
  const answer = ask("/resources");
  await pause(1_000);
  cloud.emulator.clearFaults();
  assert.ok(isList(await answer));
}

/** What is on the disk has an owner, and is no more than it has to be. */
async function stores(assert: Assert, stage: WorkerStage): Promise<void> {
  assert.ok(isList(await stage.ask("/resources")));
  const objects = storedIn(stage.stage);
  const rows = Object.fromEntries(objects.map(({ owner, rows }) => [owner, Object.keys(rows)]));
  assert.deepEqual(rows, { "template-Broker": rows["template-Broker"] ?? [], "template-Keys": ["issuer-keys"] });
  for (const key of rows["template-Broker"] ?? []) assert.strictEqual(key, "broker:arm");
}

export const suite: Suite = (QUnit) => {
  QUnit.module("template for Cloudflare Workers", () => {
    const scenes: Readonly<Record<string, (assert: Assert, stage: WorkerStage) => Promise<void>>> = {
      "publishes two documents under its host name and nothing elsewhere": publishes,
      "lists the group: its Azure verified the token by what it read over HTTP": lists,
      "two isolates ask at the same time: one exchange": shares,
      "the scheduled handler warms, and then no request makes an exchange": warms,
      "the objects are evicted: the same key, and at most one more exchange": idles,
      "the process is killed and comes back: the same key": restarts,
      "Azure is away: 503, and the documents stay": survives,
      "Azure is away: the run of cron fails": fails,
      "Azure is away for a moment: nobody notices": goesOn,
      "other Workers that are bound to the issuer are who their binding says": mints,
      "stores the keys in one object, and times in the other": stores,
    };
    for (const [says, play] of Object.entries(scenes)) {
      QUnit.test(says, (assert) => onStage((stage) => play(assert, stage)));
    }
    for (const mistake of mistakes) {
      QUnit.test(mistake.says, (assert) => onStage((stage) => errs(assert, stage, mistake), mistake.options));
    }
  });
};

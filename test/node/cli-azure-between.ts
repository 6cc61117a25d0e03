/** `tokenhop demo --azure` where somebody stands between the app and Azure: what is said of it, and what is not. */
import type { Assert, Suite } from "../harness.ts";
import { type AzureDouble, azureConfig, type Between, withAzure } from "./azure-double.ts";
import { appService, identities, runner, world } from "./azure-expected.ts";
import { type Ended, type Event, eventsOf, startCli } from "./cli-process.ts";

const inWords = ["demo", "--azure", "--once", "--runtime", "node"];
const asEvents = [...inWords, "--json"];

const only = ({ out }: Ended, kind: string): Event[] => eventsOf(out).filter(({ event }) => event === kind);
const reasons = (ended: Ended): string[] => only(ended, "failed").map(({ step, reason }) => `${step}: ${reason}`);

/** Everything that it was sent, and an order to the terminal. */
const echo = ({ headers }: Request): string =>
  ["\u001b[2JBlocked.", ...[...headers].map((one) => one.join(": "))].join("\n");

/** Answers what is meant for a host. */
const instead =
  (host: string, answer: (request: Request) => Response | undefined): Between =>
  (request) =>
    new URL(request.url).host === host ? answer(request) : undefined;

/** No part of a token is to be printed, nor anything that a terminal obeys. */
function checkSaid(assert: Assert, { secrets }: AzureDouble, { out, err }: Ended): void {
  const said = out + err;
  const parts = [...secrets].flatMap((secret) => secret.split(".")).filter((part) => part.length > 12);
  assert.ok(parts.length > 3, "there are tokens to look for");
  assert.deepEqual(
    parts.filter((part) => said.includes(part.slice(0, 12))),
    [],
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  assert.notOk(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]|\\u00/.test(said), said);
}

async function run(assert: Assert, between: Between, args = asEvents): Promise<Ended> {
  let ended: Ended | undefined;
  const work = async (azure: AzureDouble): Promise<void> => {
    const env = { ...azure.env, ...world, ...runner, ...identities, ...appService(azure) };
    ended = await startCli(args, env).ended;
    checkSaid(assert, azure, ended);
  };
  await withAzure(work, azureConfig(), between);
  if (ended === undefined) throw new Error("It did not run");
  return ended;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: tokenhop demo --azure, with somebody in between", () => {
    QUnit.test("the echo of a request is not printed", async (assert) => {
      const answer = (request: Request): Response => new Response(echo(request), { status: 400 });
      const { code, out } = await run(assert, instead("management.azure.com", answer), inWords);
      assert.strictEqual(code, 1);
      assert.ok(out.includes("Azure Resource Manager answered 400 instead of 200 (no error code)"), out);
    });

    QUnit.test("nor is it as the code of an error", async (assert) => {
      const answer = (request: Request): Response =>
        Response.json({ error: { code: echo(request), message: echo(request) } }, { status: 403 });
      const ended = await run(assert, instead("management.azure.com", answer));
      assert.strictEqual(ended.code, 1);
      assert.ok(reasons(ended)[0]?.includes("answered 403 instead of 200 (no error code)"), ended.out);
      assert.deepEqual(only(ended, "forbidden")[0], { event: "forbidden", status: 403, code: "unknown" });
    });

    QUnit.test("a page that says 200 is no list", async (assert) => {
      const ended = await run(
        assert,
        instead("management.azure.com", () => new Response("<html>Log in</html>")),
      );
      assert.strictEqual(ended.code, 1);
      assert.ok(reasons(ended)[0]?.includes("answered 200, and with no list"), ended.out);
    });

    QUnit.test("what the app answers by itself is not said to be Azure's", async (assert) => {
      const ended = await run(
        assert,
        instead("login.microsoftonline.com", () => Response.json({ error: "invalid_client" }, { status: 401 })),
      );
      const [, denied = ""] = reasons(ended);
      assert.ok(/^denied: GET \S+: the app answered 502 instead of 403 \(ERR_[A-Z_]+\)/.test(denied), ended.out);
    });
  });
};

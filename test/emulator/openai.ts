/** The double of Azure OpenAI: a model that repeats what it is told, to whom a role allows it. */
import { demoIds, type RoleName } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { asking, askText, dataGroup, refusedTokens, scopes, type TextReply, withRoles } from "./service-support.ts";
import * as world from "./support.ts";

const account = "https://demo-openai.openai.azure.com";
const path = `/openai/deployments/${demoIds.deployment}/chat/completions?api-version=2024-10-21`;
const messages = [
  { role: "system", content: "Repeat." },
  { role: "user", content: "one two  three" },
];

interface Chunk {
  readonly choices: readonly {
    readonly delta: { readonly role?: string; readonly content?: string };
    readonly finish_reason: string | null;
  }[];
}

async function stage(config = world.testConfig()) {
  const emulator = world.makeEmulator(config);
  const ask = await asking(emulator, scopes.openai);
  const at = (below: string, body: unknown = { messages }, origin = account): Promise<TextReply> =>
    ask(`${origin}${below}`, { method: "POST", body: JSON.stringify(body) });
  return { emulator, ask: at };
}

const json = ({ text }: TextReply): world.Json => JSON.parse(text) as world.Json;
const errorOf = (reply: TextReply): unknown[] => {
  const { code, message } = json(reply).error as world.Json;
  return [reply.status, code, message];
};

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Azure OpenAI", () => {
    QUnit.test("answers with what it was told last", async (assert) => {
      const { emulator, ask } = await stage();
      const reply = json(await ask(path));
      const [choice] = reply.choices as { message: object; finish_reason: string }[];
      assert.deepEqual(choice?.message, { role: "assistant", content: "You said: one two  three", refusal: null });
      assert.deepEqual(
        [reply.object, reply.model, reply.created, choice?.finish_reason],
        ["chat.completion", demoIds.deployment, emulator.now() / 1000, "stop"],
      );
      assert.deepEqual(reply.usage, { prompt_tokens: 4, completion_tokens: 5, total_tokens: 9 });
      const parts = [
        {
          role: "user",
          content: [
            { type: "text", text: "from " },
            { type: "text", text: "parts" },
          ],
        },
      ];
      const [other] = json(await ask(path, { messages: parts })).choices as { message: { content: string } }[];
      assert.strictEqual(other?.message.content, "You said: from parts");
    });

    QUnit.test("is found by both of its hosts, by path, and without api-version below v1", async (assert) => {
      const { ask } = await stage();
      const v1 = "/openai/v1/chat/completions";
      const rows: readonly [string, string, object][] = [
        [path, "https://demo-openai.cognitiveservices.azure.com", { messages }],
        [path, "https://localhost:8443/demo-openai.openai.azure.com", { messages }],
        [v1, account, { messages, model: demoIds.deployment }],
      ];
      for (const [below, origin, body] of rows)
        assert.strictEqual((await ask(below, body, origin)).status, 200, origin);
    });

    QUnit.test("streams its words as events", async (assert) => {
      const { ask } = await stage();
      const { headers, text } = await ask(path, { messages, stream: true });
      assert.strictEqual(headers.get("content-type"), "text/event-stream; charset=utf-8");
      const events = text.trimEnd().split("\n\n");
      assert.ok(events.every((event) => event.startsWith("data: ")));
      assert.strictEqual(events.pop(), "data: [DONE]");
      const chunks = events.map((event) => JSON.parse(event.slice(6)) as Chunk).map(({ choices }) => choices[0]);
      assert.strictEqual(chunks.map((choice) => choice?.delta.content ?? "").join(""), "You said: one two  three");
      assert.strictEqual(chunks[0]?.delta.role, "assistant");
      assert.deepEqual(
        chunks.map((choice) => choice?.finish_reason),
        [null, null, null, null, null, null, "stop"],
      );
    });

    QUnit.test("refuses what is not there and what is no chat", async (assert) => {
      const { ask } = await stage();
      const rows: readonly [string, unknown, number, string][] = [
        [path.replace(demoIds.deployment, "other"), { messages }, 404, "DeploymentNotFound"],
        ["/openai/v1/chat/completions", { messages, model: "other" }, 404, "DeploymentNotFound"],
        ["/openai/v1/chat/completions", { messages }, 404, "DeploymentNotFound"],
        [path.replace(/\?.*/, ""), { messages }, 404, "404"],
        ["/openai/deployments/demo-model/embeddings?api-version=2024-10-21", { messages }, 404, "404"],
        [path, { messages: [] }, 400, "BadRequest"],
        [path, "text", 400, "BadRequest"],
      ];
      for (const [below, body, status, code] of rows)
        assert.deepEqual(errorOf(await ask(below, body)).slice(0, 2), [status, code], below);
      assert.strictEqual((await ask(path, { messages }, "https://other.openai.azure.com")).status, 404);
    });
  });

  QUnit.module("emulator: Azure OpenAI, who may", () => {
    QUnit.test("refuses each token that is not for it, in the same words", async (assert) => {
      const emulator = world.makeEmulator();
      const tokens = { none: "", ...(await refusedTokens(emulator, "https://cognitiveservices.azure.com")) };
      for (const [what, token] of Object.entries(tokens)) {
        const init = { method: "POST", ...(token && world.bearer(token)) };
        const reply = await askText(emulator, account + path, init);
        assert.strictEqual(reply.status, 401, what);
        assert.deepEqual(json(reply), {
          statusCode: 401,
          message:
            "Unauthorized. Access token is missing, invalid, audience is incorrect (https://cognitiveservices.azure.com), or have expired.",
        });
      }
      const key = await askText(emulator, account + path, { method: "POST", headers: { "api-key": "a key" } });
      assert.deepEqual(errorOf(key).slice(0, 2), [401, "401"]);
    });

    const may: readonly [readonly [RoleName, string][], number][] = [
      [[], 401],
      [[["Owner", dataGroup]], 401],
      [[["Storage Blob Data Contributor", dataGroup]], 401],
      [[["Cognitive Services OpenAI User", dataGroup]], 200],
      [
        [["Cognitive Services OpenAI User", `${dataGroup}/providers/Microsoft.CognitiveServices/accounts/demo-openai`]],
        200,
      ],
      [[["Cognitive Services OpenAI User", `${dataGroup}/providers/Microsoft.CognitiveServices/accounts/other`]], 401],
    ];
    for (const [roles, status] of may) {
      const what = roles.map(([role, on]) => `${role} on ${on.split("/").at(-1)}`).join() || "nobody";
      QUnit.test(`${what} is answered ${status}`, async (assert) => {
        const { ask } = await stage(withRoles(...roles));
        const reply = await ask(path);
        assert.strictEqual(reply.status, status);
        if (status === 200) return;
        const action = "Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action";
        assert.deepEqual(errorOf(reply), [
          401,
          "PermissionDenied",
          `The principal \`${demoIds.uamiPrincipalId}\` lacks the required data action \`${action}\` to perform \`POST /openai/deployments/{deployment-id}/chat/completions\` operation.`,
        ]);
      });
    }
  });
};

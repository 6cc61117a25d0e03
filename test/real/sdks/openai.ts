/** The package `openai`, as it is installed, with our credential. */
import { isTokenError } from "@tokenhop/core";
import { authorizedFetch } from "@tokenhop/core/interop/authorized-fetch";
import { openai } from "@tokenhop/core/interop/openai";
import { demoIds } from "@tokenhop/emulator";
import OpenAI, { AzureOpenAI } from "openai";
import type { Suite } from "../../harness.ts";
import { problemOf } from "./problem.ts";
import { type Stage, withStage } from "./stage.ts";

const { deployment, openai: account } = demoIds;
const SCOPE = "https://cognitiveservices.azure.com/.default";
const messages = [{ role: "user", content: "one two three" }] as const;
const SAID = "You said: one two three";

const endpointAt = ({ origin }: Stage): string => `${origin}/${account}.openai.azure.com`;

function azureAt(stage: Stage, azureADTokenProvider = openai(stage.provider)): AzureOpenAI {
  return new AzureOpenAI({
    azureADTokenProvider,
    endpoint: endpointAt(stage),
    apiVersion: "2024-10-21",
    deployment,
    maxRetries: 0,
  });
}

export const suite: Suite = (QUnit) => {
  QUnit.module("openai", () => {
    QUnit.test("completes a chat on Azure", (assert) =>
      withStage(async (stage) => {
        const client = azureAt(stage);
        const ask = () => client.chat.completions.create({ model: deployment, messages: [...messages] });
        const { choices, model } = await ask();
        assert.deepEqual([choices[0]?.message.content, model], [SAID, deployment]);
        const answers = await Promise.all(Array.from({ length: 10 }, ask));
        assert.ok(answers.every((answer) => answer.choices[0]?.message.content === SAID));
        const exchanges = (await stage.log()).filter(({ route }) => route === "token");
        assert.deepEqual(
          exchanges.map(({ scope, status }) => [scope, status]),
          [[SCOPE, 200]],
        );
      }),
    );

    QUnit.test("streams one, word by word", (assert) =>
      withStage(async (stage) => {
        const stream = await azureAt(stage).chat.completions.create({
          model: deployment,
          messages: [...messages],
          stream: true,
        });
        const words: string[] = [];
        for await (const { choices } of stream) if (choices[0]?.delta.content) words.push(choices[0].delta.content);
        assert.deepEqual([words.join(""), words.length], [SAID, 5]);
      }),
    );

    QUnit.test("does the same by OpenAI's own client, whose key is the function", (assert) =>
      withStage(async (stage) => {
        const client = new OpenAI({
          apiKey: openai(stage.provider),
          baseURL: `${endpointAt(stage)}/openai/v1/`,
        });
        const { choices } = await client.chat.completions.create({ model: deployment, messages: [...messages] });
        assert.strictEqual(choices[0]?.message.content, SAID);
      }),
    );

    QUnit.test("with our fetch, a refused token is replaced, and no other host gets one", (assert) =>
      withStage(async (stage) => {
        const provider = stage.provider.with({ scope: SCOPE });
        const options = {
          apiKey: "unused",
          maxRetries: 0,
          fetch: authorizedFetch(provider),
        };
        const client = new OpenAI({ ...options, baseURL: `${endpointAt(stage)}/openai/v1/` });
        const ask = async (): Promise<unknown> =>
          (await client.chat.completions.create({ model: deployment, messages: [...messages] })).choices[0]?.message
            .content;
        assert.strictEqual(await ask(), SAID);
        const claims = '{"access_token":{"nbf":{"essential":true,"value":"1767225600"}}}';
        const challenge = `Bearer realm="", error="insufficient_claims", claims="${btoa(claims)}"`;
        await stage.setFault({
          route: "openai",
          kind: "respond",
          status: 401,
          headers: { "www-authenticate": challenge },
        });
        assert.strictEqual(await ask(), SAID);
        assert.deepEqual([...stage.claims], [null, claims]);
        const elsewhere = new OpenAI({ ...options, baseURL: "https://api.openai.com/v1/" });
        const error = await problemOf(elsewhere.chat.completions.create({ model: "x", messages: [...messages] }));
        assert.ok(
          /ERR_DOWNSTREAM_HOST/.test(String((error as unknown as Error).cause ?? error.message)),
          error.message,
        );
      }),
    );

    QUnit.test("meets refusals as its own errors, of which ours is the cause", (assert) =>
      withStage(async (stage) => {
        const { setFault, provider } = stage;
        const wrongScope = openai(provider, { scope: "https://management.azure.com/.default" });
        const ask = (client: AzureOpenAI, model = deployment) =>
          problemOf(client.chat.completions.create({ model, messages: [...messages] }));
        const refused = await ask(azureAt(stage, wrongScope));
        assert.deepEqual([refused.status, refused.message.includes("audience is incorrect")], [401, true]);
        const client = new AzureOpenAI({
          azureADTokenProvider: openai(provider),
          endpoint: endpointAt(stage),
          apiVersion: "2024-10-21",
        });
        const unknown = await ask(client, "other");
        assert.deepEqual([unknown.status, unknown.code], [404, "DeploymentNotFound"]);
        await setFault({
          route: "token",
          kind: "entra-error",
          code: 7000112,
          error: "unauthorized_client",
          status: 400,
        });
        const foundry = azureAt(stage, openai(provider, { scope: "https://ai.azure.com/.default" }));
        const { message, cause } = (await ask(foundry)) as Error;
        assert.ok(message.includes("AADSTS7000112"), message);
        assert.deepEqual(isTokenError(cause) && cause.errorCodes, [7000112], "ours is the cause of theirs");
      }),
    );
  });
};

/** The revocation of `test/core/downstream-revoked.ts` over real sockets, and a stream that meets one. */
import {
  claimsChallenge,
  createAttach,
  type Downstream,
  defaultPlatform,
  federate,
  type Platform,
} from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { entra } from "@tokenhop/core/targets/entra";
import { demoEnvironment, demoIds, type Emulator } from "@tokenhop/emulator";
import { serve } from "@tokenhop/emulator/serve";
import { armScope, makeEmulator } from "../emulator/support.ts";
import type { Suite } from "../harness.ts";

const REQUESTS = 1_000;
const { tenantId, appClientId: clientId, uamiClientId, subscriptionId, resourceGroup } = demoIds;

interface Stage {
  readonly emulator: Emulator;
  readonly url: string;
  /** What was answered so far: path and status. */
  readonly answers: string[];
  graph(scope: string): Downstream;
}

/** An application and its world on a loopback port. */
async function withStage(use: (stage: Stage) => Promise<void>): Promise<void> {
  const emulator = makeEmulator(undefined, { now: Date.now });
  const answers: string[] = [];
  const fetch: Emulator["fetch"] = async (input, init) => {
    const response = await emulator.fetch(input, init);
    const asked = typeof input === "string" || input instanceof URL ? input : input.url;
    answers.push(`${new URL(asked).pathname.split("/").at(-1)} ${response.status}`);
    return response;
  };
  const { url, close } = await serve({ fetch });
  const platform: Platform = {
    ...defaultPlatform(),
    env: { ...demoEnvironment, IDENTITY_ENDPOINT: `${url}/msi/token` },
  };
  const provider = federate({
    from: managedIdentity({ clientId: uamiClientId }),
    to: entra({ tenantId, clientId, enableCae: true, authority: url, hosts: [url], allowHttpLoopback: true }),
    platform,
  });
  const { api } = createAttach({ api: provider }, { platform })(new Request("https://app.example/"));
  try {
    await use({ emulator, url, answers, graph: (scope) => api.with({ scope }) });
  } finally {
    await close();
  }
}

const countIn = (answers: readonly string[], wanted: string): number => answers.filter((one) => one === wanted).length;

export const suite: Suite = (QUnit) => {
  QUnit.module("downstream, revocation over sockets", () => {
    QUnit.test(`${REQUESTS} requests at once: each succeeds with at most one repeat, for one exchange`, (assert) =>
      withStage(async ({ emulator, url, answers, graph }) => {
        const users = graph("https://graph.microsoft.com/.default");
        const reach = (): Promise<Response> => users.fetch(`${url}/v1.0/users`);
        await (await reach()).text();
        emulator.revokeSessions(clientId);
        answers.splice(0);
        const replies = await Promise.all(Array.from({ length: REQUESTS }, reach));
        await Promise.all(replies.map((reply) => reply.text()));
        assert.ok(replies.every(({ status }) => status === 200));
        const [refused, granted] = [countIn(answers, "users 401"), countIn(answers, "users 200")];
        // Some are sent late enough to have the new token at once.
        assert.ok(refused > 0 && refused <= REQUESTS, `${refused} were refused`);
        assert.deepEqual([granted, countIn(answers, "token 200")], [REQUESTS, 1]);
        assert.strictEqual(answers.length, refused + granted + 1);
      }),
    );

    QUnit.test("a stream, which nobody calls one: the 401 is the answer, and the next one is let in", (assert) =>
      withStage(async ({ emulator, url, graph }) => {
        const arm = graph(armScope);
        const path = `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}/providers/Microsoft.Storage/storageAccounts/x`;
        const put = async (): Promise<Response> => {
          const body = new Blob(["{}"]).stream();
          const response = await arm.fetch(`${url}${path}?api-version=2021-04-01`, { method: "PUT", body });
          await response.text();
          return response;
        };
        assert.strictEqual((await put()).status, 403, "it has no role there");
        emulator.revokeSessions(clientId);
        const refused = await put();
        assert.strictEqual(refused.status, 401);
        assert.ok(claimsChallenge(refused.headers)?.includes('"nbf"'));
        assert.strictEqual((await put()).status, 403);
      }),
    );
  });
};

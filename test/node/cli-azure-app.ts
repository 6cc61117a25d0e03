/**
 * The app of `tokenhop demo --azure` in this process, so on whichever runtime the tests run: each has a `fetch` of its own, with
 * answers, copies and headers of its own, that the app watches.
 */
import { demoIds } from "@tokenhop/emulator";
import { createAzureApp } from "../../packages/cli/src/demo/azure/app.ts";
import { createRecorder } from "../../packages/cli/src/demo/azure/record.ts";
import type { Assert, Suite } from "../harness.ts";
import { type AzureDouble, azureConfig, type Between, withAzure } from "./azure-double.ts";
import { appService, identities, runner, world } from "./azure-expected.ts";

type Told = Readonly<Record<string, unknown>>;
type App = ReturnType<typeof createAzureApp>;

/** While it works, this runtime's own `fetch` leads every host to the double. */
async function withFetchTo({ hostUrl }: AzureDouble, work: () => Promise<void>): Promise<void> {
  const real = globalThis.fetch;
  const led = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const asked = new URL(input instanceof Request ? input.url : input);
    const url = new URL(asked.pathname + asked.search, hostUrl);
    return real(input instanceof Request ? new Request(url, input) : url, init);
  };
  globalThis.fetch = Object.assign(led, { preconnect: () => undefined });
  try {
    await work();
  } finally {
    globalThis.fetch = real;
  }
}

/** Runs the app where everything is there. */
async function withApp(
  work: (app: App, told: readonly Told[], azure: AzureDouble) => Promise<void>,
  between?: Between,
): Promise<void> {
  await withAzure(
    (azure) =>
      withFetchTo(azure, () => {
        const told: Told[] = [];
        const env = { ...world, ...runner, ...identities, ...appService(azure) };
        return work(
          createAzureApp(env, (line) => told.push(line)),
          told,
          azure,
        );
      }),
    azureConfig(),
    between,
  );
}

const LIST = `/api/resources/${demoIds.resourceGroup}`;
const at = (path: string): string => `http://127.0.0.1${path}`;

async function asks(assert: Assert, app: App, path: string, status: number, method = "GET"): Promise<Response> {
  const response = await app.request(at(path), { method });
  assert.strictEqual(response.status, status, path);
  return response;
}

const kinds = (told: readonly Told[]): unknown[] => told.map(({ event }) => event);

/** A `fetch` that answers when it is told to. */
function waitingFetch(answer: () => Response): { fetch: () => Promise<Response>; go: () => void } {
  let go = (): void => undefined;
  const gone = new Promise<void>((resolve) => {
    go = resolve;
  });
  return { fetch: () => gone.then(answer), go: () => go() };
}

const AZURE = "https://management.azure.com";
const origins = new Set([AZURE]);

export const suite: Suite = (QUnit) => {
  QUnit.module("cli: the app of tokenhop demo --azure on this runtime", () => {
    QUnit.test("plays, and its answers are alike", async (assert) => {
      await withApp(async (app, told, azure) => {
        await asks(assert, app, LIST, 200);
        await asks(assert, app, "/refresh", 204, "POST");
        const list = await asks(assert, app, LIST, 200);
        assert.strictEqual(((await list.json()) as { value: unknown[] }).value.length, 2);
        await asks(assert, app, "/api/resources/test-resource-group-1", 403);
        await asks(assert, app, "/api/users-without-app", 403);
        await asks(assert, app, "/api/users", 200);
        await asks(assert, app, "/mistake", 409);
        await asks(assert, app, "/comparison", 200);
        assert.deepEqual(kinds(told), [
          ...["credential", "resource.new", "resource.new", "refresh", "forbidden", "forbidden"],
          ...["credential", "graph", "refused", "compared"],
        ]);
        assert.deepEqual(told.at(-1), { event: "compared", answers: 10, differences: 0 });
        const said = JSON.stringify(told);
        const parts = [...azure.secrets].flatMap((secret) => secret.split(".")).filter((part) => part.length > 12);
        assert.ok(parts.length > 3 && parts.every((part) => !said.includes(part)), "no token is told");
      });
    });

    QUnit.test("tells a header that Azure does not send, and a member that it does", async (assert) => {
      const users = ({ url }: Request): Response | undefined =>
        url.includes("/users")
          ? Response.json({ value: [], extra: 1 }, { headers: { "retry-after": "1" } })
          : undefined;
      await withApp(async (app, told) => {
        await asks(assert, app, "/api/users", 200);
        await asks(assert, app, "/comparison", 200);
        const differences = told.filter(({ event }) => event === "difference").map(({ what }) => String(what));
        assert.ok(differences.includes("header retry-after: present, emulator has none"), differences.join("\n"));
        assert.ok(differences.includes("extra: number, emulator has none"), differences.join("\n"));
      }, users);
    });

    QUnit.test("hands on an answer's status and type, and none of its other headers", async (assert) => {
      const headers = {
        "content-type": "application/json; x=y",
        "access-control-allow-origin": "*",
        "set-cookie": "a=b",
        location: "/elsewhere",
      };
      const page = ({ url }: Request): Response | undefined =>
        url.includes("/resourceGroups/") ? new Response('{"value":[]}', { status: 207, headers }) : undefined;
      await withApp(async (app) => {
        const response = await asks(assert, app, LIST, 207);
        assert.deepEqual(Object.fromEntries(response.headers), {
          "content-type": "application/json; x=y",
          "x-answered-by": "Azure Resource Manager",
        });
        assert.strictEqual(await response.text(), '{"value":[]}');
      }, page);
    });

    QUnit.test("hands on a refusal that is no JSON, and tells it", async (assert) => {
      const page = ({ url }: Request): Response | undefined =>
        url.includes("/resourceGroups/") ? new Response("<html>Forbidden</html>", { status: 403 }) : undefined;
      await withApp(async (app, told) => {
        await asks(assert, app, LIST, 403);
        assert.deepEqual(told.at(-1), { event: "forbidden", status: 403, code: "unknown" });
      }, page);
    });

    QUnit.test("does nothing for a web page", async (assert) => {
      const rows: readonly (readonly [headers: Record<string, string>, status: number])[] = [
        [{ origin: "https://a-page.example" }, 403],
        [{ origin: "null" }, 403],
        [{ origin: "http://127.0.0.1" }, 403],
        [{ "sec-fetch-site": "cross-site" }, 403],
        [{ "sec-fetch-site": "same-site" }, 403],
        [{ "sec-fetch-site": "same-origin" }, 403],
        // What a person typed, and what Node's own fetch says.
        [{ "sec-fetch-site": "none", "sec-fetch-mode": "navigate" }, 204],
        [{ "sec-fetch-mode": "cors" }, 204],
        [{}, 204],
      ];
      await withApp(async (app, _told, azure) => {
        for (const [headers, status] of rows) {
          const response = await app.request(at("/refresh"), { method: "POST", headers });
          assert.strictEqual(response.status, status, JSON.stringify(headers));
        }
        const headers = { origin: "https://a-page.example" };
        assert.strictEqual((await app.request(at(LIST), { headers })).status, 403);
        assert.deepEqual(azure.asked, []);
      });
    });
  });

  QUnit.module("cli: the requests of tokenhop demo --azure, watched on this runtime", () => {
    QUnit.test("an answer can be read after it was kept", async (assert) => {
      const { fetch, take } = createRecorder(async () => new Response("text", { headers: { "X-One": "1" } }), origins);
      assert.strictEqual(await (await fetch(`${AZURE}/a`)).text(), "text");
      const [exchange, ...others] = take();
      assert.strictEqual(others.length, 0);
      assert.strictEqual(exchange?.answer.body, "text");
      assert.strictEqual(exchange?.answer.headers["x-one"], "1");
    });

    QUnit.test("what was asked before the end and answered after it is not kept", async (assert) => {
      const { fetch: late, go } = waitingFetch(() => new Response("secret"));
      const { fetch, take } = createRecorder(late, origins);
      const answer = fetch(`${AZURE}/a`);
      // It has to have been sent.
      await new Promise((resolve) => setTimeout(resolve, 20));
      assert.deepEqual(take(), []);
      go();
      assert.strictEqual(await (await answer).text(), "secret");
      assert.deepEqual(take(), []);
    });

    QUnit.test("of an answer that is too long no more is read than core reads", async (assert) => {
      const chunk = new Uint8Array(64 * 1024).fill(97);
      const long = (chunks: number): { response: Response; given: () => number } => {
        let given = 0;
        const body = new ReadableStream<Uint8Array>({
          pull(controller) {
            if (given === chunks) return controller.close();
            given += 1;
            controller.enqueue(chunk);
          },
        });
        return { response: new Response(body), given: () => given };
      };
      const [fits, tooLong] = [long(4), long(1000)];
      const waiting = [fits.response, tooLong.response];
      const { fetch, take } = createRecorder(async () => waiting.shift() ?? new Response(), origins);
      assert.strictEqual((await (await fetch(`${AZURE}/a`)).text()).length, 4 * chunk.length);
      const response = await fetch(`${AZURE}/b`);
      assert.ok(tooLong.given() < 12, `${tooLong.given()} chunks were read`);
      await response.body?.cancel();
      assert.deepEqual(
        take().map(({ url }) => url.pathname),
        ["/a"],
      );
    });
  });
};

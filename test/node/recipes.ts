/**
 * The programs of docs/recipes, as they stand there, against the emulator: those for Bun and Deno by the runtimes themselves, those for
 * frameworks that are not installed called as the framework calls them.
 */
import { createDemoConfig, createEmulator, demoIds, type Emulator } from "@tokenhop/emulator";
import { type EventHandler, H3, type Middleware } from "h3";
import type { Assert, Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { connect, variables } from "./readme.ts";
import { serve, writePage } from "./recipe-pages.ts";

type Fetch = (request: Request) => Response | Promise<Response>;

/** What a stand-in for Next.js was given for later. */
declare global {
  var afterTheAnswer: Promise<unknown>[];
}

/** Plays with the emulator as the internet and the variables of its platform. */
async function inCloud<T>(
  play: (emulator: Emulator) => Promise<T>,
  more: Readonly<Record<string, string>> = {},
): Promise<T> {
  const emulator = createEmulator(createDemoConfig());
  const before = globalThis.fetch;
  const { error } = console;
  Object.assign(process.env, variables, more);
  globalThis.fetch = connect(emulator);
  globalThis.afterTheAnswer = [];
  // The programs print what failed.
  console.error = (...values: unknown[]) => record("console.error", values);
  try {
    return await play(emulator);
  } finally {
    console.error = error;
    globalThis.fetch = before;
    for (const name of [...Object.keys(variables), ...Object.keys(more)]) delete process.env[name];
  }
}

const load = async <T>(url: string): Promise<T> => (await import(url)) as T;

const refusing = { IDENTITY_HEADER: "another header" };
const request = (): Request => new Request("http://localhost/api/users");
const granted = ({ log }: Emulator): readonly string[] =>
  log.filter(({ outcome, route }) => outcome === "granted" && !route.includes("oidc")).map(({ route }) => route);

/** Two requests are served by one exchange. */
async function servesUsers(assert: Assert, emulator: Emulator, fetch: Fetch): Promise<void> {
  for (let turn = 0; turn < 2; turn++) {
    const response = await fetch(request());
    const text = await response.text();
    assert.ok(response.status === 200 && text.includes("Ada Lovelace"), `${response.status} ${text}`);
  }
  assert.deepEqual([...granted(emulator)], ["app-service", "token", "graph", "graph"]);
}

async function answersProblem(assert: Assert, fetch: Fetch): Promise<void> {
  const response = await fetch(request());
  const body = await response.text();
  assert.deepEqual([response.status, response.headers.get("content-type")], [502, "application/problem+json"], body);
  assert.strictEqual((JSON.parse(body) as { code: string }).code, "ERR_SOURCE_FAILED");
}

/** The route handler, as Next.js finds it in `route.ts`. */
async function next(): Promise<Fetch> {
  const { GET } = await load<{ readonly GET: Fetch }>(writePage("next")("1.ts"));
  return GET;
}

/** As Nitro puts its files together: the middleware before everything, the route by its path, errors to the handler. */
async function nitro(): Promise<Fetch> {
  const at = writePage("nitro");
  const { default: middleware } = await load<{ readonly default: Middleware }>(at("middleware/azure.ts"));
  const { default: route } = await load<{ readonly default: EventHandler }>(at("routes/api/users.get.ts"));
  const { default: onError } = await load<{ default(error: Error): Response | undefined }>(at("error.ts"));
  const { default: config } = await load<{ readonly default: { errorHandler: string } }>(at("nitro.config.ts"));
  if (config.errorHandler !== "./error.ts") throw new Error("The error handler is not that of the configuration");
  // What the handler leaves is answered by Nitro's own, so never by h3.
  const app = new H3({
    onError: (error) => onError(error) ?? Response.json({ error: true }, { status: error.status }),
  });
  app.use(middleware);
  app.get("/api/users", route);
  return (one) => app.fetch(one);
}

interface Event {
  readonly request: Request;
  readonly locals: object;
  readonly platform: object | undefined;
}

/** What SvelteKit looks for in the hooks. */
interface Hooks {
  handle(input: { event: Event; resolve(event: Event): Promise<Response> }): Promise<Response>;
  handleError?(input: {
    kind: "unknown";
    error: unknown;
    event: Event;
  }): { status: number; message: string } | undefined;
}

type Endpoint = (event: Event) => Promise<Response>;

/** As SvelteKit: the hook around the endpoint, whose errors become what `handleError` says. */
const kitApp =
  ({ handle, handleError }: Hooks, endpoint: Endpoint, platform?: object): Fetch =>
  (one) => {
    const event: Event = { request: one, locals: {}, platform };
    const resolve = (same: Event): Promise<Response> =>
      endpoint(same).catch((error) => {
        const body = {
          status: 500,
          message: "Internal Error",
          ...handleError?.({ kind: "unknown", error, event: same }),
        };
        return Response.json(body, { status: body.status });
      });
    return handle({ event, resolve });
  };

async function sveltekit(): Promise<Fetch> {
  const at = writePage("sveltekit");
  const { GET } = await load<{ readonly GET: Endpoint }>(at("src/routes/api/users/+server.ts"));
  return kitApp(await load<Hooks>(at("src/hooks.server.ts")), GET);
}

/** Loads a module as on Workers, which tell by this name who they are. */
async function loadOnWorkers<T>(url: string): Promise<T> {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  Object.defineProperty(globalThis, "navigator", { value: { userAgent: "Cloudflare-Workers" }, configurable: true });
  try {
    return await load<T>(url);
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
  }
}

export const suite: Suite = (QUnit) => {
  QUnit.module("recipes", () => {
    for (const [name, app] of Object.entries({ next, nitro, sveltekit })) {
      QUnit.test(`${name}: lists users, two requests with one exchange`, (assert) =>
        inCloud(async (emulator) => servesUsers(assert, emulator, await app())),
      );
    }

    for (const [name, app] of Object.entries({ next, nitro })) {
      QUnit.test(`${name}: answers problem details without a token`, (assert) =>
        inCloud(async () => answersProblem(assert, await app()), refusing),
      );
    }

    QUnit.test(
      "next: nothing is made when the module loads, and work behind the answer is given to after",
      async (assert) => {
        const GET = await next();
        await inCloud(async () => {
          await GET(request());
          assert.ok(globalThis.afterTheAnswer.length > 0);
          await Promise.all(globalThis.afterTheAnswer);
        });
      },
    );

    QUnit.test("sveltekit: without a token the status and a message", (assert) =>
      inCloud(async () => {
        const response = await (await sveltekit())(request());
        const expected = { status: 502, message: "A credential could not be obtained" };
        assert.deepEqual([response.status, await response.json()], [502, expected]);
      }, refusing),
    );

    QUnit.test("sveltekit on Cloudflare: providers of the bindings, and the context of the Worker", (assert) =>
      inCloud(async (emulator) => {
        const { oidcProvider: provider, oidcSubject: subject, tenantId, uamiClientId, subscriptionId } = demoIds;
        const issue = async (audience: string): Promise<string> =>
          canary(await emulator.issueExternalToken({ provider, subject, audience }));
        const kept: Promise<unknown>[] = [];
        const env = { ISSUER: { issue }, TENANT_ID: tenantId, CLIENT_ID: uamiClientId };
        const platform = { env, ctx: { waitUntil: (work: Promise<unknown>) => void kept.push(work) } };
        const hooks = await loadOnWorkers<Hooks>(writePage("sveltekit")("1.ts"));
        const resources = `https://management.azure.com/subscriptions/${subscriptionId}/resourceGroups/demo-rg/resources?api-version=2021-04-01`;
        const endpoint: Endpoint = ({ locals }) =>
          (locals as { readonly arm: { fetch(url: string): Promise<Response> } }).arm.fetch(resources);
        const app = kitApp(hooks, endpoint, platform);
        for (let turn = 0; turn < 2; turn++) assert.strictEqual((await app(request())).status, 200);
        assert.deepEqual([...granted(emulator)], ["token", "arm", "arm"]);
        assert.ok(kept.length > 0);
        await Promise.all(kept);
      }),
    );

    for (const [runtime, program] of [
      ["bun", "1.ts"],
      ["deno", "2.ts"],
    ] as const) {
      QUnit.test(`bun-deno: ${runtime} serves users, and problem details without a token`, async (assert) => {
        const file = writePage("bun-deno")(program);
        for (const [env, status, type] of [
          [{}, 200, "application/json; charset=utf-8"],
          [refusing, 502, "application/problem+json"],
        ] as const) {
          const { ask, stop } = await serve(runtime, file, env);
          try {
            const answers = await Promise.all(["/api/users", "/api/users"].map(ask));
            for (const answer of answers) {
              assert.deepEqual([answer.status, answer.type], [status, type], answer.text);
              assert.ok(answer.text.includes(status === 200 ? "Ada Lovelace" : "ERR_SOURCE_FAILED"), answer.text);
            }
          } finally {
            stop();
          }
        }
      });
    }
  });
};

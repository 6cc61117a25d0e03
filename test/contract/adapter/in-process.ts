/** The contract without a server, for apps that are functions of a request: as elsewhere, and as on Workers. */
import type { QUnitLike } from "../../harness.ts";
import { adapterCases } from "./cases.ts";
import type { ExecutionContext, FetchFramework } from "./framework.ts";
import { type Ask, quietly, type Running, readAnswer, type Stage } from "./stage.ts";

const ORIGIN = "http://localhost";
const ENVIRONMENTS = { first: { NAME: "first" }, second: { NAME: "second" } };

/** The request, as a server would make it. */
function requestFor({ path = "/", method = "GET", headers = {}, body }: Ask): Request {
  const init: RequestInit & { duplex?: "half" } = { method, headers };
  if (body != null) Object.assign(init, { body, duplex: "half" });
  return new Request(ORIGIN + path, init);
}

/** An app of a framework; what it rejects with is answered as servers do. */
function runningOf(framework: FetchFramework, plan: Parameters<Stage["start"]>[0], workers: boolean): Running {
  const app = framework.create(plan);
  let uses = 0;
  const context: ExecutionContext = {
    waitUntil(work) {
      uses++;
      work.catch(() => undefined);
    },
  };
  const open = async (ask: Ask = {}): Promise<Response> => {
    const given = workers ? [ENVIRONMENTS[ask.env ?? "first"], ask.context === false ? undefined : context] : [];
    try {
      const response = await app.fetch(requestFor(ask), ...(given as [object, ExecutionContext]));
      // No server sends the body of an answer to HEAD.
      return ask.method === "HEAD" ? new Response(null, response) : response;
    } catch {
      return new Response("it rejected", { status: 500 });
    }
  };
  return {
    open,
    ask: async (ask) => readAnswer(await open(ask)),
    depart: () => Promise.reject(new Error("Nobody can go away without a connection")),
    contextUses: () => uses,
  };
}

/** Registers what of the contract can be played without connections. */
export function inProcess(QUnit: QUnitLike, framework: FetchFramework): void {
  for (const workers of [false, true]) {
    const stage: Stage = {
      framework,
      workers,
      http: false,
      ...(workers && framework.workers === "platform" && { waitUntil: (work) => void work.catch(() => undefined) }),
      start: async (plan) => runningOf(framework, plan, workers),
    };
    QUnit.module(`adapter ${framework.name}, in process${workers ? " as on Workers" : ""}`, () => {
      for (const one of adapterCases.filter(({ http }) => !http)) {
        QUnit.test(one.name, (assert) => quietly(() => one.run(assert, stage)));
      }
    });
  }
}

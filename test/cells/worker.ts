/**
 * A Worker that plays the contract against itself: asked for a case, it starts the case's apps and fetches from its own socket, so
 * that each request comes through workerd's HTTP server as one of its own. It runs in workerd as it is, so nothing here may
 * need Node.
 */
import { cloudflare } from "../adapters/cloudflare.ts";
import { elysia } from "../adapters/elysia.ts";
import { h3 } from "../adapters/h3.ts";
import { hono } from "../adapters/hono.ts";
import { adapterCases } from "../contract/adapter/cases.ts";
import type { ExecutionContext, FetchApp, FetchFramework } from "../contract/adapter/framework.ts";
import { appAt } from "../contract/adapter/over-http.ts";
import { type Ask, quietly, type Stage } from "../contract/adapter/stage.ts";
import { leaks } from "../leak.ts";
import { type Check, type Verdict, writingDown } from "./checks.ts";

interface Env {
  readonly NAME: string;
  /** Where the clients are that can go away. */
  readonly DEPARTURES: string;
}

/** A Worker's module. */
export interface Worker {
  fetch(request: Request, env: Env, context: ExecutionContext): Promise<Response>;
}

interface Started {
  readonly app: FetchApp;
  uses: number;
}

/** Which app a request is for, and what it is called with. */
const APP = "x-contract-app";
const SECOND_ENV = "x-contract-second-env";
const NO_CONTEXT = "x-contract-no-context";

const frameworks: readonly FetchFramework[] = [hono, h3, elysia, cloudflare];

function headersOf(id: number, { env, context }: Ask): Record<string, string> {
  return {
    [APP]: String(id),
    ...(env === "second" && { [SECOND_ENV]: "1" }),
    ...(context === false && { [NO_CONTEXT]: "1" }),
  };
}

/** The Worker for one framework; `waitUntil` is the one of "cloudflare:workers". */
export function createWorker(name: string, waitUntil: ExecutionContext["waitUntil"]): Worker {
  const framework = frameworks.find((one) => one.name === name) as FetchFramework;
  const apps: Started[] = [];
  let second: Env | undefined;

  const answer = (started: Started, request: Request, env: Env, context: ExecutionContext) => {
    second ??= { ...env, NAME: "second" };
    const counting: ExecutionContext = {
      waitUntil(work) {
        started.uses++;
        context.waitUntil(work);
      },
    };
    const { headers } = request;
    const { app } = started;
    return app.fetch(request, headers.has(SECOND_ENV) ? second : env, headers.has(NO_CONTEXT) ? undefined : counting);
  };

  const stageAt = (origin: string, { DEPARTURES }: Env): Stage => ({
    framework,
    workers: true,
    http: true,
    ...(framework.workers === "platform" && { waitUntil }),
    async start(plan) {
      const started: Started = { app: framework.create(plan), uses: 0 };
      const id = apps.push(started) - 1;
      return appAt(
        origin,
        { url: DEPARTURES },
        { headersOf: (ask) => headersOf(id, ask), contextUses: () => started.uses },
      );
    },
  });

  const play = async (wanted: string, stage: Stage): Promise<Verdict> => {
    const checks: Check[] = [];
    leaks.enter(wanted);
    try {
      const one = adapterCases.find((each) => each.name === wanted);
      await quietly(async () => one?.run(writingDown(checks), stage));
      return { checks };
    } catch (error) {
      return { checks, error: (error as Error).stack ?? String(error) };
    }
  };

  return {
    async fetch(request, env, context) {
      const started = apps[Number(request.headers.get(APP) ?? "none")];
      if (started) return answer(started, request, env, context);
      const { origin, searchParams } = new URL(request.url);
      const wanted = searchParams.get("case");
      if (wanted !== null) return Response.json(await play(wanted, stageAt(origin, env)));
      return Response.json({ report: leaks.scan(), canaries: leaks.canaries() });
    },
  };
}

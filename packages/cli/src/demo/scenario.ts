/** What the demo plays: the steps, what each must lead to, and that it did. */
import type { Emulator } from "@tokenhop/emulator";
import { demoIds } from "@tokenhop/emulator";
import type { DemoEvent } from "./events.ts";

/** What a step can do and see. */
export interface Stage {
  readonly emulator: Emulator;
  /** The app's origin. */
  readonly app: string;
  /** Everything told so far, in order. */
  readonly told: readonly DemoEvent[];
  readonly signal: AbortSignal;
}

/** One step of the demo. It throws when the outcome is not what it should be. */
export interface Step {
  readonly name: string;
  readonly title: string;
  play(stage: Stage): Promise<void>;
}

const STEP_TIMEOUT_MS = 20_000;
const POLL_MS = 400;
const NEW_RESOURCE = {
  subscriptionId: demoIds.subscriptionId,
  resourceGroup: demoIds.resourceGroup,
  type: "Microsoft.KeyVault/vaults",
  name: "demo-vault",
};

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Asks the app. An answer other than the expected one fails the step, saying what came instead. */
async function ask({ app, signal }: Stage, path: string, expected: number): Promise<void> {
  const response = await fetch(new URL(path, app), { signal });
  const body = await response.text();
  if (response.status !== expected)
    throw new Error(`GET ${path} answered ${response.status} instead of ${expected}: ${body.slice(0, 300)}`);
}

/** Asks the app for the resources until something was told, as a user who watches would. */
async function until(stage: Stage, what: string, happened: (event: DemoEvent) => boolean): Promise<void> {
  const end = Date.now() + STEP_TIMEOUT_MS;
  for (;;) {
    await ask(stage, `/api/resources/${demoIds.resourceGroup}`, 200);
    if (stage.told.some(happened)) return;
    if (Date.now() > end) throw new Error(`${what} was not seen within ${STEP_TIMEOUT_MS / 1000} s`);
    stage.signal.throwIfAborted();
    await pause(POLL_MS);
  }
}

function isNamed(event: DemoEvent, kind: DemoEvent["event"], name: string): boolean {
  return event.event === kind && "name" in event && event.name === name;
}

/** The line of the app's process that says so may come a moment after its answer. */
async function told(stage: Stage, what: string, happened: (event: DemoEvent) => boolean): Promise<void> {
  for (let look = 0; look < 50; look++) {
    if (stage.told.some(happened)) return;
    await pause(20);
  }
  throw new Error(`${what} was not told`);
}

/** The scenario of the two articles that the project started from. */
export const scenario: readonly Step[] = [
  {
    name: "s1",
    title: "S1: an OIDC token from outside Azure → managed identity demo-uami → Azure Resource Manager",
    async play(stage) {
      await until(stage, "the resource demo-uami", (event) => isNamed(event, "resource.new", "demo-uami"));
      stage.emulator.putResource(NEW_RESOURCE);
      await until(stage, "the new resource", (event) => isNamed(event, "resource.new", NEW_RESOURCE.name));
      stage.emulator.removeResource(NEW_RESOURCE);
      await until(stage, "the removed resource", (event) => isNamed(event, "resource.removed", NEW_RESOURCE.name));
      await until(stage, "a refreshed credential", (event) => event.event === "refresh" && event.provider === "arm");
    },
  },
  {
    name: "denied",
    title: `Denied: demo-uami has no role on ${demoIds.forbiddenResourceGroup}`,
    async play(stage) {
      await ask(stage, `/api/resources/${demoIds.forbiddenResourceGroup}`, 403);
      await told(stage, "the refusal", (event) => event.event === "forbidden" && event.code === "AuthorizationFailed");
      await ask(stage, `/api/resources/${demoIds.resourceGroup}`, 200);
    },
  },
  {
    name: "itself",
    title: "Denied: demo-uami by itself may not read users, whoever runs as it",
    async play(stage) {
      await ask(stage, "/api/users-without-app", 403);
      await told(
        stage,
        "the refusal of the managed identity itself",
        (event) => event.event === "forbidden" && event.code === "Authorization_RequestDenied",
      );
    },
  },
  {
    name: "s2",
    title: "S2: the managed identity's own token → app registration demo-app → Microsoft Graph",
    async play(stage) {
      await ask(stage, "/api/users", 200);
      await told(stage, "Graph's answer", (event) => event.event === "graph" && event.status === 200);
    },
  },
  {
    name: "mistake",
    title: "The mistake: OIDC token → managed identity → app registration",
    async play(stage) {
      await ask(stage, "/mistake", 409);
      await ask(stage, "/mistake/hidden", 409);
      for (const code of ["ERR_CONFIG_CHAIN", "ERR_EXCHANGE_CHAIN"]) {
        await told(stage, code, (event) => event.event === "refused" && event.code === code);
      }
    },
  },
];

/** What the demo plays against the emulator: the steps, what each must lead to, and that it did. */
import { demoIds, type Emulator } from "@tokenhop/emulator";
import type { DemoEvent } from "./events.ts";
import { ask, pause, type Stage, type Step, told } from "./stage.ts";

/** A stage whose cloud can be changed. */
export interface EmulatedStage extends Stage {
  readonly emulator: Emulator;
}

const STEP_TIMEOUT_MS = 20_000;
const POLL_MS = 400;
const NEW_RESOURCE = {
  subscriptionId: demoIds.subscriptionId,
  resourceGroup: demoIds.resourceGroup,
  type: "Microsoft.KeyVault/vaults",
  name: "demo-vault",
};

/** Asks the app until something was told, as a user who watches would. */
export async function until(
  stage: Stage,
  path: string,
  what: string,
  happened: (stage: Stage) => boolean,
): Promise<void> {
  const end = Date.now() + STEP_TIMEOUT_MS;
  for (;;) {
    await ask(stage, path, 200);
    if (happened(stage)) return;
    if (Date.now() > end) throw new Error(`${what} was not seen within ${STEP_TIMEOUT_MS / 1000} s`);
    stage.signal.throwIfAborted();
    await pause(POLL_MS);
  }
}

/** The same of the resources, until one such thing was told. */
function untilTold(stage: Stage, what: string, happened: (event: DemoEvent) => boolean): Promise<void> {
  return until(stage, `/api/resources/${demoIds.resourceGroup}`, what, ({ told }) => told.some(happened));
}

function isNamed(event: DemoEvent, kind: DemoEvent["event"], name: string): boolean {
  return event.event === kind && "name" in event && event.name === name;
}

/** A step that can always be played. */
export function step(name: string, title: string, act: (stage: EmulatedStage) => Promise<void>): Step<EmulatedStage> {
  return {
    name,
    title,
    async play(stage) {
      await act(stage);
      return undefined;
    },
  };
}

/** The scenario of the two articles that the project started from. */
export const scenario: readonly Step<EmulatedStage>[] = [
  step(
    "s1",
    "S1: an OIDC token from outside Azure → managed identity demo-uami → Azure Resource Manager",
    async (stage) => {
      await untilTold(stage, "the resource demo-uami", (event) => isNamed(event, "resource.new", "demo-uami"));
      stage.emulator.putResource(NEW_RESOURCE);
      await untilTold(stage, "the new resource", (event) => isNamed(event, "resource.new", NEW_RESOURCE.name));
      stage.emulator.removeResource(NEW_RESOURCE);
      await untilTold(stage, "the removed resource", (event) => isNamed(event, "resource.removed", NEW_RESOURCE.name));
      await untilTold(
        stage,
        "a refreshed credential",
        (event) => event.event === "refresh" && event.provider === "arm",
      );
    },
  ),
  step("denied", `Denied: demo-uami has no role on ${demoIds.forbiddenResourceGroup}`, async (stage) => {
    await ask(stage, `/api/resources/${demoIds.forbiddenResourceGroup}`, 403);
    await told(stage, "the refusal", (event) => event.event === "forbidden" && event.code === "AuthorizationFailed");
    await ask(stage, `/api/resources/${demoIds.resourceGroup}`, 200);
  }),
  step("itself", "Denied: demo-uami by itself may not read users, whoever runs as it", async (stage) => {
    await ask(stage, "/api/users-without-app", 403);
    await told(
      stage,
      "the refusal of the managed identity itself",
      (event) => event.event === "forbidden" && event.code === "Authorization_RequestDenied",
    );
  }),
  step("s2", "S2: the managed identity's own token → app registration demo-app → Microsoft Graph", async (stage) => {
    await ask(stage, "/api/users", 200);
    await told(stage, "Graph's answer", (event) => event.event === "graph" && event.status === 200);
  }),
  step("mistake", "The mistake: OIDC token → managed identity → app registration", async (stage) => {
    await ask(stage, "/mistake", 409);
    await ask(stage, "/mistake/hidden", 409);
    for (const code of ["ERR_CONFIG_CHAIN", "ERR_EXCHANGE_CHAIN"]) {
      await told(stage, code, (event) => event.event === "refused" && event.code === code);
    }
  }),
];

/** What the demo plays against the real Azure. It reads and lists; nothing is ever made, changed or deleted there. */
import { ask, askForList, expectStatus, look, type Stage, type Step, told } from "../stage.ts";
import { printable } from "../text.ts";
import type { AzureSettings } from "./settings.ts";

/** A stage in the real world. */
export interface AzureStage extends Stage {
  readonly settings: AzureSettings;
}

/** The article's own. Whoever may not look is told 403, whether there is such a group or not. */
const ARTICLES_GROUP = "test-resource-group-1";

const resources = (group: string): string => `/api/resources/${encodeURIComponent(group)}`;

const s1: Step<AzureStage> = {
  name: "s1",
  title: "S1: the identity token of this environment → AZURE_CLIENT_ID → Azure Resource Manager",
  async play(stage) {
    const path = resources(stage.settings.AZURE_RESOURCE_GROUP_NAME);
    await askForList(stage, path);
    await told(stage, "the credential", (event) => event.event === "credential" && event.provider === "arm");
    // A real token lives for an hour, so the held one is dropped.
    await ask(stage, "/refresh", 204, "POST");
    await askForList(stage, path);
    await told(stage, "the new credential", (event) => event.event === "refresh" && event.provider === "arm");
    return undefined;
  },
};

const denied: Step<AzureStage> = {
  name: "denied",
  title: "Denied: a resource group on which AZURE_CLIENT_ID has no role",
  async play(stage) {
    const { AZURE_FORBIDDEN_RESOURCE_GROUP_NAME: given } = stage.settings;
    const answer = await look(stage, resources(given ?? ARTICLES_GROUP));
    if (given === undefined && (answer.status === 200 || answer.status === 404))
      return `${ARTICLES_GROUP} answers ${answer.status}, not 403; name another group by AZURE_FORBIDDEN_RESOURCE_GROUP_NAME`;
    expectStatus(answer, 403);
    await told(stage, "the refusal", (event) => event.event === "forbidden");
    return undefined;
  },
};

const noIdentity = (lacks: string): string => `there is no managed identity here (missing: ${lacks})`;

const itself: Step<AzureStage> = {
  name: "itself",
  title: "Denied: the managed identity by itself may not read users",
  async play(stage) {
    const { identityLacks } = stage.settings;
    if (identityLacks !== undefined) return noIdentity(identityLacks);
    const answer = await look(stage, "/api/users-without-app");
    if (answer.status === 200) return "this managed identity has a permission of its own to read users";
    expectStatus(answer, 403);
    return undefined;
  },
};

const s2: Step<AzureStage> = {
  name: "s2",
  title: "S2: the managed identity's own token → app registration APP_CLIENT_ID → Microsoft Graph",
  async play(stage) {
    const { identityLacks, APP_CLIENT_ID } = stage.settings;
    if (APP_CLIENT_ID === undefined) return "APP_CLIENT_ID names no app registration that trusts a managed identity";
    if (identityLacks !== undefined) return noIdentity(identityLacks);
    await askForList(stage, "/api/users");
    await told(stage, "Graph's answer", (event) => event.event === "graph" && event.status === 200);
    return undefined;
  },
};

const mistake: Step<AzureStage> = {
  name: "mistake",
  title: "The mistake: identity token → managed identity → app registration, refused here before any request",
  async play(stage) {
    await ask(stage, "/mistake", 409);
    await told(stage, "the refusal", (event) => event.event === "refused" && event.code === "ERR_CONFIG_CHAIN");
    return undefined;
  },
};

const comparison: Step<AzureStage> = {
  name: "comparison",
  title: "Compared: what Azure answered, and what the emulator answers to the same",
  async play(stage) {
    const answer = await look(stage, "/comparison");
    if (answer.status === 422) return printable(answer.body);
    expectStatus(answer, 200);
    await told(stage, "the outcome", (event) => event.event === "compared");
    return undefined;
  },
};

/** The scenario of the two articles, as far as it can be played here. */
export const azureScenario: readonly Step<AzureStage>[] = [s1, denied, itself, s2, mistake, comparison];

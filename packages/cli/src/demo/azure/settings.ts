/** What `--azure` needs to know, and where it is allowed to go. All of it comes from the environment. */
import { defaultPlatform, type Platform } from "@tokenhop/core";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import { UsageError } from "../../usage.ts";
import { identitySources } from "../providers.ts";
import type { AppSettings } from "../settings.ts";

/** The real world that the demo runs in. */
export interface AzureSettings extends AppSettings {
  readonly AZURE_RESOURCE_GROUP_NAME: string;
  /** A group that must answer 403. Without it the article's is tried, which need not exist. */
  readonly AZURE_FORBIDDEN_RESOURCE_GROUP_NAME?: string | undefined;
  /** The source of S1 that was found. */
  readonly source: string;
  /** What a managed identity lacks here; nothing where there is one. */
  readonly identityLacks?: string | undefined;
}

type Env = Platform["env"];

interface Variable {
  readonly is: string;
  readonly pattern: RegExp;
  readonly optional?: true;
}

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
const GROUP = /^[-\w.()]{1,90}$/;

const VARIABLES: Readonly<Record<string, Variable>> = {
  AZURE_TENANT_ID: { is: "the tenant, a GUID", pattern: GUID },
  AZURE_CLIENT_ID: {
    is: "client id of the managed identity or app registration to become, which must trust the identity token",
    pattern: GUID,
  },
  AZURE_SUBSCRIPTION_ID: { is: "the subscription, a GUID", pattern: GUID },
  AZURE_RESOURCE_GROUP_NAME: { is: "the resource group to list, on which that identity is Reader", pattern: GROUP },
  AZURE_FORBIDDEN_RESOURCE_GROUP_NAME: {
    is: "a resource group on which it has no role",
    pattern: GROUP,
    optional: true,
  },
  UAMI_CLIENT_ID: { is: "client id of the managed identity of this host", pattern: GUID, optional: true },
  APP_CLIENT_ID: {
    is: "client id of the app registration that trusts that managed identity",
    pattern: GUID,
    optional: true,
  },
};

/** What is wrong with the variables, one line each. Values are not shown: somebody may have put a secret there. */
function problemsOf(env: Env): string[] {
  return Object.entries(VARIABLES).flatMap(([name, { is, pattern, optional }]) => {
    if (!env[name]) return optional ? [] : [`${name} is missing: ${is}`];
    return pattern.test(env[name]) ? [] : [`${name} is malformed: ${is}`];
  });
}

interface Found {
  readonly source?: string;
  readonly identityLacks?: string;
  readonly lacking: readonly string[];
}

/** What a source lacks, as variables. Core's own options are not at hand here. */
function lacks(missing: readonly string[]): string {
  return missing.join(", ").replace('endpoint: "imds"', "AZURE_POD_IDENTITY_AUTHORITY_HOST=http://169.254.169.254");
}

/** Which source of an identity token this environment has, without asking anybody. */
function find(env: Env): Found {
  const platform: Platform = { ...defaultPlatform(), env };
  const clientId = GUID.test(env.UAMI_CLIENT_ID ?? "") ? env.UAMI_CLIENT_ID : undefined;
  const all = identitySources({ UAMI_CLIENT_ID: clientId }).map(({ name, detect }) => ({ name, is: detect(platform) }));
  const lacking = all.flatMap(({ name, is }) => (is.found ? [] : [`${name} (missing: ${lacks(is.missing)})`]));
  const source = all.find(({ is }) => is.found)?.name;
  const identity = managedIdentity({ clientId }).detect(platform);
  return {
    lacking,
    ...(source !== undefined && { source }),
    ...(!identity.found && { identityLacks: lacks(identity.missing) }),
  };
}

/** Combinations that Entra refuses, whatever trusts whom: a managed identity cannot become one. */
function confusionsOf(env: Env, source: string | undefined): string[] {
  const [target, identity, app] = [env.AZURE_CLIENT_ID, env.UAMI_CLIENT_ID, env.APP_CLIENT_ID].map((id) =>
    id?.toLowerCase(),
  );
  if (!identity) return [];
  const itself = "and not the managed identity of UAMI_CLIENT_ID, which cannot become itself";
  return [
    ...(source === "managed-identity" && target === identity
      ? [`AZURE_CLIENT_ID must name an app registration where the identity token is a managed identity's, ${itself}`]
      : []),
    ...(app === identity ? [`APP_CLIENT_ID must name an app registration, ${itself}`] : []),
  ];
}

/**
 * The settings, read from an environment.
 *
 * @throws {UsageError} naming everything that is missing, and what it is for.
 */
export function readAzure(env: Env): AzureSettings {
  const { source, identityLacks, lacking } = find(env);
  const problems = problemsOf(env);
  if (source === undefined) problems.push(`An identity token is missing; none of these has one: ${lacking.join("; ")}`);
  problems.push(...confusionsOf(env, source));
  if (problems.length > 0) throw new UsageError(`--azure needs more of its environment:\n  ${problems.join("\n  ")}`);
  const given = Object.fromEntries(Object.keys(VARIABLES).map((name) => [name, env[name] || undefined]));
  return { ...given, source, identityLacks } as unknown as AzureSettings;
}

const AZURE = ["https://login.microsoftonline.com", "https://management.azure.com", "https://graph.microsoft.com"];

/** The origins that may be asked: Azure's, and those of the sources, which allow no plain http but to the host's own metadata. */
export function originsOf(env: Env): ReadonlySet<string> {
  const { ACTIONS_ID_TOKEN_REQUEST_URL: runner, IDENTITY_ENDPOINT, AZURE_POD_IDENTITY_AUTHORITY_HOST: imds } = env;
  const sources = [runner, IDENTITY_ENDPOINT, imds].filter((url) => URL.canParse(url ?? ""));
  return new Set([...AZURE, ...sources.map((url) => new URL(url as string).origin)]);
}

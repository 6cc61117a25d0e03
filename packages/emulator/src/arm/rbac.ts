/** Role-based access control, as far as a few built-in roles go. Pure. */
import type { RoleAssignmentConfig, RoleName, TenantConfig } from "../config/types.ts";
import { sameId } from "../text.ts";

/** What a role permits: `actions` on resources, `dataActions` on what is in them. `*` stands for any text. */
interface RoleDefinition {
  readonly actions: readonly string[];
  readonly notActions?: readonly string[];
  readonly dataActions?: readonly string[];
}

const containers = "Microsoft.Storage/storageAccounts/blobServices/containers";
const secrets = "Microsoft.KeyVault/vaults/secrets";

/** Evidence: the list of built-in roles, of which only what the emulator asks for is here. */
const definitions: Readonly<Record<RoleName, RoleDefinition>> = {
  // Nobody gets at data by managing the resource that it is in, not even its owner.
  Owner: { actions: ["*"] },
  Contributor: {
    actions: ["*"],
    notActions: ["Microsoft.Authorization/*/write", "Microsoft.Authorization/*/delete"],
  },
  Reader: { actions: ["*/read"] },
  "Storage Blob Data Contributor": {
    actions: [`${containers}/read`, `${containers}/write`, `${containers}/delete`],
    dataActions: [`${containers}/blobs/read`, `${containers}/blobs/write`, `${containers}/blobs/delete`],
  },
  "Storage Blob Data Reader": { actions: [`${containers}/read`], dataActions: [`${containers}/blobs/read`] },
  "Key Vault Secrets Officer": { actions: [], dataActions: [`${secrets}/*`] },
  "Key Vault Secrets User": {
    actions: [],
    dataActions: [`${secrets}/getSecret/action`, `${secrets}/readMetadata/action`],
  },
  "Cognitive Services OpenAI User": {
    actions: ["Microsoft.CognitiveServices/*/read"],
    dataActions: ["Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action"],
  },
};

/** The built-in roles that can be assigned. */
export const roleNames: readonly RoleName[] = Object.keys(definitions) as RoleName[];

/** Whether any role of a principal allows an action on a scope. Roles are inherited downwards. */
export function isAllowed(
  tenant: TenantConfig,
  principalId: string,
  action: string,
  scope: string,
  kind: "actions" | "dataActions" = "actions",
): boolean {
  return (tenant.roleAssignments ?? []).some(
    (assignment) =>
      sameId(assignment.principalId, principalId) &&
      covers(assignment, scope) &&
      permits(assignment.role, action, kind),
  );
}

function covers({ scope }: RoleAssignmentConfig, wanted: string): boolean {
  const [above, below] = [scope.toLowerCase().replace(/\/$/, ""), wanted.toLowerCase()];
  return below === above || below.startsWith(`${above}/`);
}

function permits(role: RoleName, action: string, kind: "actions" | "dataActions"): boolean {
  const { [kind]: granted = [], notActions = [] } = definitions[role];
  const isAmong = (patterns: readonly string[]): boolean => patterns.some((pattern) => matches(pattern, action));
  return isAmong(granted) && !(kind === "actions" && isAmong(notActions));
}

function matches(pattern: string, action: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[.\\+?^${}()|[\]]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "i").test(action);
}

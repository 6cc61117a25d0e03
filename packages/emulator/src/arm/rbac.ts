/** Role-based access control, as far as three built-in roles go. Pure. */
import type { RoleAssignmentConfig, RoleName, TenantConfig } from "../config/types.ts";
import { sameId } from "../text.ts";

/** Whether any role of a principal allows an action on a scope. Roles are inherited downwards. */
export function isAllowed(tenant: TenantConfig, principalId: string, action: string, scope: string): boolean {
  return (tenant.roleAssignments ?? []).some(
    (assignment) =>
      sameId(assignment.principalId, principalId) && covers(assignment, scope) && permits(assignment.role, action),
  );
}

function covers({ scope }: RoleAssignmentConfig, wanted: string): boolean {
  const [above, below] = [scope.toLowerCase().replace(/\/$/, ""), wanted.toLowerCase()];
  return below === above || below.startsWith(`${above}/`);
}

function permits(role: RoleName, action: string): boolean {
  const [verb = ""] = action.toLowerCase().split("/").slice(-1);
  if (role === "Owner") return true;
  if (role === "Contributor") return verb === "read" || !/^microsoft\.authorization\//i.test(action);
  return verb === "read";
}

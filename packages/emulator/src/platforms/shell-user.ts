import type { EmulatorConfig, TenantConfig, UserConfig } from "../config/types.ts";
import { findUser } from "../directory.ts";

/** Who opened the shell. */
export function shellUser(
  config: EmulatorConfig,
): { readonly tenant: TenantConfig; readonly user: UserConfig } | undefined {
  const name = config.cloudShell?.user;
  for (const tenant of name === undefined ? [] : config.tenants) {
    const user = findUser(tenant, name ?? "");
    if (user) return { tenant, user };
  }
  return undefined;
}

/** A shell of a user who does not exist. */
export function shellProblems(config: EmulatorConfig): readonly string[] {
  return config.cloudShell && !shellUser(config) ? ["cloudShell.user: there is no such user"] : [];
}

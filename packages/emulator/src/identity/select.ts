/** Which of the host's identities a request means. Pure. */

import type { EmulatorConfig, TenantConfig } from "../config/types.ts";
import { type Client, hostIdentities } from "../directory.ts";
import { sameId } from "../text.ts";

/** The identity that was meant, or why there is none. */
export type Selection =
  | { readonly tenant: TenantConfig; readonly client: Client }
  | { readonly refused: "not found" | "several selectors" | "must be named" };

const fields: Readonly<Record<string, (client: Client) => string>> = {
  client_id: (client) => client.clientId,
  object_id: (client) => client.objectId,
  principal_id: (client) => client.objectId,
  mi_res_id: (client) => client.resourceId ?? "",
  msi_res_id: (client) => client.resourceId ?? "",
};

/** Reads the selectors of a query; without any, the only identity of the host is meant. */
export function selectIdentity(config: EmulatorConfig, query: URLSearchParams): Selection {
  const identities = hostIdentities(config);
  const selectors = Object.keys(fields).filter((name) => query.has(name));
  const [selector] = selectors;
  if (selectors.length > 1) return { refused: "several selectors" };
  if (selector === undefined && identities.length > 1) return { refused: "must be named" };
  const wanted = selector === undefined ? undefined : (query.get(selector) ?? "");
  const found = identities.find(
    ({ client }) => selector === undefined || sameId(fields[selector]?.(client) ?? "", wanted ?? ""),
  );
  return found ?? { refused: "not found" };
}

/** The kinds of requests whose answers are compared, and what matters in each. */
import type { CompareRules } from "./compare.ts";
import type { Exchange } from "./record.ts";

/** A kind of request that the emulator answers too. */
export type RequestKind = "POST token" | "GET managed identity" | "GET resources" | "GET users";

const elements = (...names: readonly string[]): string[] => names.map((name) => `value[].${name}`);

/** Optional is what depends on what there is in a tenant and not on how Azure answers. */
export const rules: Readonly<Record<RequestKind, CompareRules>> = {
  "POST token": {
    headers: [
      ...["cache-control", "pragma", "retry-after", "strict-transport-security", "www-authenticate"],
      ...["x-content-type-options", "x-ms-clitelem", "x-ms-ests-server", "x-ms-request-id", "x-ms-srs"],
    ],
    optional: [],
  },
  "GET managed identity": { headers: ["retry-after", "www-authenticate"], optional: [] },
  "GET resources": {
    headers: ["retry-after", "www-authenticate"],
    // The emulator has resources of one kind, and all of them on one page.
    optional: [
      "nextLink",
      ...elements("changedTime", "createdTime", "etag", "extendedLocation", "identity", "kind", "managedBy", "plan"),
      ...elements("properties", "provisioningState", "sku", "systemData", "tags", "zones"),
    ],
  },
  "GET users": {
    headers: ["retry-after", "www-authenticate"],
    // The emulator knows neither pages nor `$select`, which the app asks for.
    optional: ["@odata.nextLink", ...elements("id", "mail", "userPrincipalName")],
  },
};

/** What kind a request is of; undefined where the emulator has nothing to say. */
export function kindOf({ method, url, headers }: Exchange): RequestKind | undefined {
  if (headers["x-identity-header"] !== undefined || headers.metadata !== undefined) return "GET managed identity";
  if (url.host === "management.azure.com") return "GET resources";
  if (url.host === "graph.microsoft.com") return "GET users";
  const isToken = method === "POST" && url.host === "login.microsoftonline.com";
  return isToken && url.pathname.endsWith("/oauth2/v2.0/token") ? "POST token" : undefined;
}

/** Whether an answer says no more than "not now", which the emulator does not do unless it is told. */
export function isTransient({ answer: { status } }: Exchange): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** Those of one kind, but for the answers that say no more than "not now". */
export function exchangesOf(exchanges: readonly Exchange[], kind: RequestKind): readonly Exchange[] {
  return exchanges.filter((exchange) => kindOf(exchange) === kind && !isTransient(exchange));
}

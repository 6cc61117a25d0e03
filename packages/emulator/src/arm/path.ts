/** Reads an ARM path. Its keywords are compared without case; names are kept as written. Pure. */
import { sameId } from "../text.ts";

/** What a path points at. */
export type ArmPath =
  | { readonly kind: "group" | "resources"; readonly subscriptionId: string; readonly resourceGroup: string }
  | {
      readonly kind: "resource";
      readonly subscriptionId: string;
      readonly resourceGroup: string;
      /** Namespace and type. */
      readonly type: string;
      readonly name: string;
    };

/** Understands the group itself, its list of resources, and one resource of it. */
export function parseArmPath(pathname: string): ArmPath | undefined {
  const segments = decoded(pathname);
  if (!segments) return undefined;
  const [first = "", subscriptionId = "", second = "", resourceGroup = "", third, namespace, type, name, ...rest] =
    segments;
  const isGroup = sameId(first, "subscriptions") && sameId(second, "resourceGroups") && subscriptionId && resourceGroup;
  if (!isGroup || rest.length > 0) return undefined;
  if (third === undefined) return { kind: "group", subscriptionId, resourceGroup };
  if (namespace === undefined) {
    return sameId(third, "resources") ? { kind: "resources", subscriptionId, resourceGroup } : undefined;
  }
  if (!sameId(third, "providers") || !type || !name) return undefined;
  return { kind: "resource", subscriptionId, resourceGroup, type: `${namespace}/${type}`, name };
}

function decoded(pathname: string): readonly string[] | undefined {
  try {
    const segments = pathname
      .replace(/\/$/, "")
      .split("/")
      .slice(1)
      .map((segment) => decodeURIComponent(segment));
    // An encoded slash in a name would make it look like a scope below that name's own.
    return segments.some((segment) => segment.includes("/")) ? undefined : segments;
  } catch {
    return undefined;
  }
}

/** What ARM does once a caller may do it. */
import type { JWTPayload } from "jose";
import * as v from "valibot";
import { findGroup, groupId } from "../resources.ts";
import type { Answer, Call, World } from "../world.ts";
import { armError, callerOf } from "./error.ts";
import type { ArmPath } from "./path.ts";

type GroupPath = Extract<ArmPath, { readonly kind: "group" | "resources" }>;
type ResourcePath = Extract<ArmPath, { readonly kind: "resource" }>;

const resourceBody = v.looseObject({
  location: v.pipe(v.string(), v.minLength(1)),
  tags: v.optional(v.record(v.string(), v.string())),
});

function done(claims: JWTPayload, reason: string, status: number, body?: unknown): Answer {
  return { status, body, log: { ...callerOf(claims), outcome: "granted", reason } };
}

/** Reads a resource group. */
export function readGroup(world: World, path: GroupPath, claims: JWTPayload): Answer {
  const group = findGroup(world.config, path.subscriptionId, path.resourceGroup);
  const name = group?.name ?? path.resourceGroup;
  return done(claims, "A role allows reading the group", 200, {
    id: groupId(path.subscriptionId, name),
    name,
    type: "Microsoft.Resources/resourceGroups",
    location: group?.location,
    properties: { provisioningState: "Succeeded" },
  });
}

/** Lists the resources of a group, all on one page. */
export function listResources(world: World, path: GroupPath, claims: JWTPayload): Answer {
  const all = world.resources.list(path.subscriptionId, path.resourceGroup);
  return done(claims, `A role allows listing: ${all.length} resources`, 200, { value: all });
}

/** Reads one resource. */
export function readResource(world: World, path: ResourcePath, claims: JWTPayload): Answer {
  const resource = world.resources.get(path);
  if (resource) return done(claims, "A role allows reading", 200, resource);
  const text = `The Resource '${path.type}/${path.name}' under resource group '${path.resourceGroup}' was not found.`;
  return armError(404, "ResourceNotFound", text, claims);
}

/** Creates a resource, or replaces it. */
export function putResource(world: World, call: Call, path: ResourcePath, claims: JWTPayload): Answer {
  const parsed = v.safeParse(resourceBody, parseJson(call.body));
  if (!parsed.success)
    return armError(400, "LocationRequired", "The location property is required for this definition.", claims);
  const before = world.resources.get(path);
  const { location, tags } = parsed.output;
  // Like ARM, keep the spelling under which the group and the resource were created.
  const group = findGroup(world.config, path.subscriptionId, path.resourceGroup);
  const address = { ...path, resourceGroup: group?.name ?? path.resourceGroup, name: before?.name ?? path.name };
  const resource = world.resources.put(address, { location, tags });
  return before
    ? done(claims, "A role allows replacing", 200, resource)
    : done(claims, "A role allows creating", 201, resource);
}

/** Deletes a resource; one that is not there is no error. */
export function deleteResource(world: World, path: ResourcePath, claims: JWTPayload): Answer {
  return world.resources.remove(path)
    ? done(claims, "A role allows deleting", 200)
    : done(claims, "There was nothing to delete", 204);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

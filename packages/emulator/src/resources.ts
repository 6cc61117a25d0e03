/** Resources that exist in the emulated subscriptions. Names are compared without case and given back as written. */
import type { EmulatorConfig } from "./config/types.ts";
import { sameId } from "./text.ts";

/** A resource, as ARM lists it. */
export interface ArmResource {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly location: string;
  readonly tags?: Readonly<Record<string, string>> | undefined;
}

/** Where a resource is. */
export interface ResourceAddress {
  readonly subscriptionId: string;
  readonly resourceGroup: string;
  readonly type: string;
  readonly name: string;
}

/** All resources. */
export interface ResourceStore {
  list(subscriptionId: string, resourceGroup: string): readonly ArmResource[];
  get(address: ResourceAddress): ArmResource | undefined;
  /** The resource of a type whose names are unique in all of Azure, wherever it is. */
  find(type: string, name: string): ArmResource | undefined;
  put(address: ResourceAddress, values: Pick<ArmResource, "location" | "tags">): ArmResource;
  /** Whether there was one. */
  remove(address: ResourceAddress): boolean;
}

/** ARM id of a resource group. */
export function groupId(subscriptionId: string, resourceGroup: string): string {
  return `/subscriptions/${subscriptionId}/resourceGroups/${resourceGroup}`;
}

/** ARM id of a resource. */
export function resourceId(address: ResourceAddress): string {
  return `${groupId(address.subscriptionId, address.resourceGroup)}/providers/${address.type}/${address.name}`;
}

/** Finds a resource group and the tenant of its subscription. */
export function findGroup(
  config: EmulatorConfig,
  subscriptionId: string,
  name: string,
): { readonly name: string; readonly location: string } | undefined {
  const subscription = (config.subscriptions ?? []).find(({ id }) => sameId(id, subscriptionId));
  return (subscription?.resourceGroups ?? []).find((group) => sameId(group.name, name));
}

/** Makes a store with the resources of a config. */
export function createResourceStore(config: EmulatorConfig): ResourceStore {
  const byId = new Map<string, ArmResource>();
  const keyOf = (address: ResourceAddress): string => resourceId(address).toLowerCase();

  const store: ResourceStore = {
    list(subscriptionId, resourceGroup) {
      const prefix = `${groupId(subscriptionId, resourceGroup)}/`.toLowerCase();
      return [...byId].filter(([key]) => key.startsWith(prefix)).map(([, resource]) => resource);
    },
    get: (address) => byId.get(keyOf(address)),
    find: (type, name) => [...byId.values()].find((one) => sameId(one.type, type) && sameId(one.name, name)),
    put(address, { location, tags }) {
      const { name, type } = address;
      const resource = { id: resourceId(address), name, type, location, ...(tags && { tags }) };
      byId.set(keyOf(address), resource);
      return resource;
    },
    remove: (address) => byId.delete(keyOf(address)),
  };
  for (const { address, location } of seeds(config)) store.put(address, { location });
  return store;
}

function seeds(config: EmulatorConfig): readonly { readonly address: ResourceAddress; readonly location: string }[] {
  return (config.subscriptions ?? []).flatMap((subscription) =>
    (subscription.resourceGroups ?? []).flatMap((group) =>
      (group.resources ?? []).map(({ type, name, location = group.location }) => ({
        address: { subscriptionId: subscription.id, resourceGroup: group.name, type, name },
        location,
      })),
    ),
  );
}

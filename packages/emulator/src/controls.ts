/** What a test or the admin routes may do to an emulator. */
import type { JWTPayload } from "jose";
import type { LifetimesConfig, TenantConfig } from "./config/types.ts";
import { findProvider, findResource, findTenant, findUser, objectIdsOf } from "./directory.ts";
import type { AccessPolicy } from "./entra/access-policies.ts";
import { type Issued, signEntraToken } from "./entra/mint.ts";
import { issueUserToken } from "./entra/user-token.ts";
import type { Fault } from "./faults.ts";
import { apiAudiences, findPod, findServiceAccount } from "./kubernetes/cluster.ts";
import { issueServiceAccountToken } from "./kubernetes/token.ts";
import type { RouteName } from "./log.ts";
import { type ExternalClaims, issueExternalToken } from "./oidc/token.ts";
import { issueJobToken, type PlatformTokenRequest, tokenProblem } from "./platforms/job-token.ts";
import { type ArmResource, findGroup, type ResourceAddress } from "./resources.ts";
import type { Lifetimes, World } from "./world.ts";

/** A user token to make. */
export interface UserTokenRequest {
  /** Id or domain. Default: the first tenant. */
  readonly tenant?: string | undefined;
  /** Id or user principal name. */
  readonly user: string;
  /** Application that the user signed in to; any GUID will do. */
  readonly clientId: string;
  /** Client id or identifier URI of the resource, or one of Microsoft's. */
  readonly audience: string;
  /** Default none. */
  readonly scopes?: readonly string[] | undefined;
  /** Default: `userTokenMs` of the lifetimes. */
  readonly lifetimeMs?: number | undefined;
  /** More claims, or other values for the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>> | undefined;
}

/** An external ID token to make. */
export interface ExternalTokenRequest extends ExternalClaims {
  /** Name of a hosted OIDC provider. */
  readonly provider: string;
}

/** A token of a service account of the cluster to make. */
export interface ServiceAccountTokenRequest {
  readonly namespace: string;
  readonly name: string;
  /** Default: the API server. */
  readonly audience?: string | undefined;
  /** Default one hour. */
  readonly lifetimeMs?: number | undefined;
  /** Name of a pod to which the token is bound. Default: it is bound to none. */
  readonly pod?: string | undefined;
}

/** Something was asked for that the config does not have. */
export class EmulatorControlError extends Error {
  override readonly name = "EmulatorControlError";
  readonly code = "ERR_EMULATOR_CONTROL";
}

/** Controls of an emulator. The admin routes offer the same over HTTP. */
export interface EmulatorControls {
  /** The emulator's time, epoch ms. */
  now(): number;
  /** Moves the clock by so many ms; negative goes back. */
  advanceClock(byMs: number): void;
  /** Sets the clock to an instant, epoch ms. */
  setClock(at: number): void;
  /** Lifetimes of tokens issued from now on, ms. */
  lifetimes(): Lifetimes;
  /** Changes some lifetimes and leaves the others. */
  setLifetimes(changed: LifetimesConfig): void;
  /** Adds a failure; the first that fits a request hits it. */
  setFault(fault: Fault): void;
  /** Failures that are still waiting. */
  faults(): readonly Fault[];
  /** Removes all failures, or those of one route. */
  clearFaults(route?: RouteName): void;
  /** Creates a resource, or replaces it. @throws {EmulatorControlError} when there is no such resource group */
  putResource(address: ResourceAddress, values?: { readonly location?: string | undefined }): ArmResource;
  /** Removes a resource; says whether there was one. */
  removeResource(address: ResourceAddress): boolean;
  /** Signs an ID token of a hosted provider, for any subject. @throws {EmulatorControlError} when there is no such provider */
  issueExternalToken(request: ExternalTokenRequest): Promise<string>;
  /** Signs an access token of a user. @throws {EmulatorControlError} when tenant, user or audience do not exist */
  issueUserToken(request: UserTokenRequest): Promise<string>;
  /**
   * Signs the token that a platform puts into its job's environment, file or request. @throws {EmulatorControlError} when there is no
   * such workload on a platform, or its platform lets nobody choose the audience
   */
  issuePlatformToken(request: PlatformTokenRequest): Promise<string>;
  /** Signs a token of a service account of the cluster, as the kubelet projects one. @throws {EmulatorControlError} when there is none */
  issueServiceAccountToken(request: ServiceAccountTokenRequest): Promise<string>;
  /** What a file of the emulated host says: the key files that the agent of Azure Arc names. */
  hostFile(path: string): string | undefined;
  /** What conditional access demands of users. */
  accessPolicies(): readonly AccessPolicy[];
  /** Demands these things of users from now on, and nothing else. */
  setAccessPolicies(policies: readonly AccessPolicy[]): void;
  /**
   * Ends what a user or an application was issued so far, as of now: Graph and ARM refuse such a token of a client that handles
   * claims challenges, and Entra gives a new one. Names an id or user principal name, or a client id or object id.
   *
   * @throws {EmulatorControlError} when there is nobody of that name
   */
  revokeSessions(principal: string): void;
  /** Signs any claims with the tenants' key. The emulator does not count the token among those it issued. */
  signEntraToken(claims: JWTPayload): Promise<string>;
  /**
   * Signs with a new key from now on: `"entra"`, or the name of a hosted provider. `retire` also takes the old keys out
   * of the published ones. @throws {EmulatorControlError} when there is no such provider
   */
  rotateKeys(issuer: string, options?: { readonly retire?: boolean | undefined }): Promise<void>;
  /** Forgets all log records. */
  clearLog(): void;
}

/** Binds the controls to a world. */
export function createControls(world: World): EmulatorControls {
  return {
    now: () => world.clock.now(),
    advanceClock: (byMs) => world.clock.advance(byMs),
    setClock: (at) => world.clock.set(at),
    lifetimes: () => world.lifetimes(),
    setLifetimes: (changed) => world.setLifetimes(changed),
    setFault: (fault) => world.faults.add(fault),
    faults: () => world.faults.list(),
    clearFaults: (route) => world.faults.clear(route),
    putResource: (address, values) => putResource(world, address, values),
    removeResource: (address) => world.resources.remove(address),
    issueExternalToken: async ({ provider, ...wanted }) =>
      issueExternalToken(world, providerOf(world, provider), wanted),
    issuePlatformToken: async (request) => platformToken(world, request),
    issueServiceAccountToken: async (request) => serviceAccountToken(world, request),
    hostFile: (path) => world.hostFiles.read(path),
    issueUserToken: async (request) => (await userToken(world, request)).token,
    accessPolicies: () => world.accessPolicies(),
    setAccessPolicies: (policies) => world.setAccessPolicies(policies),
    revokeSessions: (principal) => revokeSessions(world, principal),
    signEntraToken: (claims) => signEntraToken(world, claims),
    rotateKeys: async (issuer, options) => {
      const keys = issuer === "entra" ? world.entraKeys : world.providerKeys(providerOf(world, issuer).name);
      await keys.rotate(options);
    },
    clearLog: () => world.log.clear(),
  };
}

function known<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new EmulatorControlError(`The emulator has no ${what}`);
  return found;
}

function providerOf(world: World, name: string): NonNullable<ReturnType<typeof findProvider>> {
  return known(findProvider(world.config, name), `OIDC provider "${name}"`);
}

function platformToken(world: World, request: PlatformTokenRequest): Promise<string> {
  const { provider: name, workload: index = 0, audience } = request;
  const provider = providerOf(world, name);
  const workload = known(provider.workloads?.[index], `workload ${index} of "${name}"`);
  const job = known(workload.job, `platform for workload ${index} of "${name}"`);
  const found = { provider, workload, job };
  const problem = tokenProblem(found, audience);
  if (problem !== undefined) throw new EmulatorControlError(`The emulator has no ${problem}`);
  return issueJobToken(world, found, request);
}

async function serviceAccountToken(world: World, request: ServiceAccountTokenRequest): Promise<string> {
  const { namespace, name, audience, lifetimeMs = 3_600_000, pod } = request;
  const account = known(
    findServiceAccount(world.config, namespace, name),
    `Kubernetes service account "${namespace}/${name}"`,
  );
  const found = pod === undefined ? undefined : known(findPod(world.config, namespace, pod), `pod "${pod}"`);
  const issued = await issueServiceAccountToken(world, {
    account,
    audiences: audience === undefined ? apiAudiences(world.config) : [audience],
    lifetimeMs,
    bound: found && { kind: "Pod", name: found.name, uid: found.uid },
  });
  return issued.token;
}

function putResource(
  world: World,
  address: ResourceAddress,
  values: { readonly location?: string | undefined } = {},
): ArmResource {
  const { subscriptionId, resourceGroup } = address;
  const group = known(findGroup(world.config, subscriptionId, resourceGroup), `resource group "${resourceGroup}"`);
  const location = values.location ?? group.location;
  return world.resources.put({ ...address, resourceGroup: group.name }, { location });
}

function tenantOf(world: World, name: string | undefined): TenantConfig {
  const found = name === undefined ? world.config.tenants[0] : findTenant(world.config, name);
  return known(found, `tenant "${name}"`);
}

function revokeSessions(world: World, principal: string): void {
  const ids = objectIdsOf(world.config, principal);
  known(ids[0], `user or application "${principal}"`);
  for (const id of ids) world.sessions.revoke(id);
}

function userToken(world: World, request: UserTokenRequest): Promise<Issued> {
  const tenant = tenantOf(world, request.tenant);
  return issueUserToken(world, {
    tenant,
    user: known(findUser(tenant, request.user), "such user in the tenant"),
    clientId: request.clientId,
    resource: known(findResource(tenant, request.audience), `resource "${request.audience}" in the tenant`),
    scopes: request.scopes ?? [],
    lifetimeMs: request.lifetimeMs ?? world.lifetimes().userTokenMs,
    claims: request.claims,
  });
}

import type { TenantConfig } from "../config/types.ts";
import { type Client, findClient, findTenant } from "../directory.ts";
import type { Provenance } from "../ledger.ts";
import type { LogDetails } from "../log.ts";
import { isGuid } from "../text.ts";
import type { Answer, Call, World } from "../world.ts";
import { type Assertion, readAssertion } from "./assertion.ts";
import { authenticate, entraIssuerOf } from "./authenticate.ts";
import { correlationIdOf, entraHeaders, errorAnswer } from "./error-answer.ts";
import { type Issued, issueClientToken } from "./mint.ts";
import { grantOnBehalfOf } from "./on-behalf-of.ts";
import { Refused, refused } from "./refusals.ts";
import { checkAssignment, resourceOf } from "./scope.ts";
import { readTokenRequest, type TokenRequest } from "./token-request.ts";

/** What is known so far about a request, for its log record. */
interface Notes {
  details: Omit<LogDetails, "outcome" | "reason">;
  /** Subject of a user, which a refusal may name to the caller but the log may not. */
  user?: string | undefined;
}

/** `POST /{tenant}/oauth2/v2.0/token`. */
export async function tokenEndpoint(world: World, call: Call): Promise<Answer> {
  const notes: Notes = { details: {} };
  try {
    return await grantToken(world, call, notes);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { refusal } = error;
    const text = error.reason ?? refusal.text;
    const reason = notes.user ? text.replaceAll(notes.user, "(a user)") : text;
    const log = { ...notes.details, outcome: "refused", code: refusal.code, reason } as const;
    return { ...errorAnswer(world, call, refusal, error.extras), log };
  }
}

async function grantToken(world: World, call: Call, notes: Notes): Promise<Answer> {
  const tenantName = call.params.tenant ?? "";
  const request = readTokenRequest(call.form);
  notes.details = { tenant: tenantName, client: request.clientId, scope: request.scope };

  const tenant = tenantOf(world, tenantName);
  notes.details = { ...notes.details, tenant: tenant.id };
  const client = clientOf(world, tenant, request.clientId);
  const assertion = readAssertion(request.assertion);
  noteAssertion(world, assertion, notes);

  const provenance = await authenticate(world, client, assertion, call.signal);
  const { userAssertion } = request;
  const { issued, more } =
    userAssertion === undefined
      ? await grantItself(world, tenant, client, { ...request, provenance })
      : await grantOnBehalfOf(world, tenant, client, { ...request, userAssertion });
  const { refreshInMs } = world.lifetimes();
  return {
    status: 200,
    headers: entraHeaders(call, crypto.randomUUID(), correlationIdOf(call)),
    body: {
      token_type: "Bearer",
      expires_in: issued.expiresIn,
      ext_expires_in: issued.expiresIn,
      ...(refreshInMs !== undefined && { refresh_in: Math.floor(refreshInMs / 1000) }),
      access_token: issued.token,
      ...more,
    },
    log: { ...notes.details, outcome: "granted", reason: "The assertion matches a federated credential", provenance },
  };
}

/** The client credentials grant. */
async function grantItself(
  world: World,
  tenant: TenantConfig,
  client: Client,
  request: Pick<TokenRequest, "scope" | "capabilities"> & { readonly provenance: Provenance },
): Promise<{ readonly issued: Issued; readonly more?: undefined }> {
  const resource = resourceOf(tenant, request.scope);
  checkAssignment(tenant, client, resource);
  const lifetimeMs = lifetimeOf(world, client);
  return { issued: await issueClientToken(world, { ...request, tenant, client, resource, lifetimeMs }) };
}

/** Finds the tenant of a URL, or refuses with 9001023, 900023 or 90002. */
export function tenantOf(world: World, name: string): TenantConfig {
  if (/^(common|organizations|consumers)$/i.test(name)) throw refused(9001023);
  if (!isGuid(name) && !/^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(name)) throw refused(900023, { tenant: name });
  const tenant = findTenant(world.config, name);
  if (!tenant) throw refused(90002, { tenant: name });
  return tenant;
}

function clientOf(world: World, tenant: TenantConfig, clientId: string): Client {
  const client = findClient(world.config, tenant, clientId);
  if (!client) throw refused(700016, { client: clientId, tenant: tenant.displayName ?? tenant.id });
  if (!client.enabled) throw refused(7000112, { client: client.clientId, name: client.displayName });
  return client;
}

function lifetimeOf(world: World, client: Client): number {
  const { appTokenMs, federatedIdentityTokenMs } = world.lifetimes();
  return client.kind === "app" ? appTokenMs : federatedIdentityTokenMs;
}

/** A workload's subject may be logged, a user's may not: of Entra's own tokens only those of known workloads are named. */
function noteAssertion(world: World, { issuer, subject, audience, uti }: Assertion, notes: Notes): void {
  const kind = uti === undefined ? undefined : world.ledger.recall(uti)?.kind;
  const isWorkload = entraIssuerOf(world, issuer) === undefined || kind === "app" || kind === "managed-identity";
  notes.details = { ...notes.details, issuer, audience, ...(isWorkload && { subject }) };
  if (!isWorkload) notes.user = subject;
}

/** The clients of the emulator's world: who asked for tokens in the real one, and whom each of them must trust. Pure. */
import type {
  AppConfig,
  FederatedCredentialConfig,
  ManagedIdentityConfig,
  PermissionsConfig,
  TenantConfig,
} from "@tokenhop/emulator";
import { readObject } from "../text.ts";
import { readJwt } from "./jwt.ts";
import type { Exchange } from "./record.ts";
import { exchangesOf } from "./requests.ts";
import type { AzureSettings } from "./settings.ts";

type Claims = Readonly<Record<string, unknown>>;

/** What was seen of one client. */
interface Client {
  readonly clientId: string;
  /** Whether this host's platform speaks for it. */
  readonly isHost: boolean;
  /** AADSTS number of its refusal, if it never got a token. */
  readonly refusal: number | undefined;
  /** Of its tokens. */
  readonly issued: readonly Claims[];
  /** Nobody looks at the real one. */
  readonly objectId: string;
}

const EXCHANGE = "api://AzureADTokenExchange";
const GRAPH = "https://graph.microsoft.com";
const GRAPH_ID = "00000003-0000-0000-c000-000000000000";

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");
const madeUp = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`;
const clientIdOf = ({ body }: Exchange): string => (new URLSearchParams(body).get("client_id") ?? "").toLowerCase();

/** The issuer of a tenant's own tokens, which an app that trusts a managed identity names. */
function tenantIssuer({ AZURE_TENANT_ID }: AzureSettings): string {
  return `https://login.microsoftonline.com/${AZURE_TENANT_ID.toLowerCase()}/v2.0`;
}

function issuedIn({ answer }: Exchange): Claims[] {
  const token = readJwt(readObject(answer.body).access_token);
  return token ? [token.claims] : [];
}

function refusalIn({ answer }: Exchange): number[] {
  return [readObject(answer.body).error_codes].flat().filter((code) => typeof code === "number");
}

/** The identity token from outside Azure, if one was used. */
export function externalClaims(settings: AzureSettings, exchanges: readonly Exchange[]): Claims | undefined {
  return exchangesOf(exchanges, "POST token")
    .map(({ body }) => readJwt(new URLSearchParams(body).get("client_assertion"))?.claims ?? {})
    .find(({ iss }) => typeof iss === "string" && iss !== tenantIssuer(settings));
}

/** The managed identity that the host's platform speaks for: one that it gave a token of, as it may refuse the one that was named. */
function hostId({ UAMI_CLIENT_ID }: AzureSettings, exchanges: readonly Exchange[]): string | undefined {
  const granted = exchangesOf(exchanges, "GET managed identity").filter(
    ({ answer }) => typeof readObject(answer.body).access_token === "string",
  );
  if (granted.length === 0) return undefined;
  const [claims = {}] = granted.flatMap(issuedIn);
  return (UAMI_CLIENT_ID ?? (textOf(claims.appid ?? claims.azp) || madeUp(0))).toLowerCase();
}

function clientsIn(settings: AzureSettings, exchanges: readonly Exchange[]): Client[] {
  const host = hostId(settings, exchanges);
  const asked = exchangesOf(exchanges, "POST token");
  return [...new Set([...(host === undefined ? [] : [host]), ...asked.map(clientIdOf)])].map((clientId, index) => {
    const mine = asked.filter((exchange) => clientIdOf(exchange) === clientId);
    const ofHost = clientId === host ? exchangesOf(exchanges, "GET managed identity") : [];
    const granted = mine.flatMap(issuedIn);
    const refusal = granted.length === 0 ? mine.flatMap(refusalIn)[0] : undefined;
    const issued = [...granted, ...ofHost.flatMap(issuedIn)];
    return { clientId, isHost: clientId === host, refusal, issued, objectId: madeUp(index + 1) };
  });
}

/** A trust as it must have been for Entra to answer as it did. */
function trustOf(credential: FederatedCredentialConfig, refusal: number | undefined): FederatedCredentialConfig[] {
  const other = (text: string): string => `${text}/other`;
  if (refusal === 70025) return [];
  if (refusal === 700211) return [{ ...credential, issuer: other(credential.issuer) }];
  // The second is said of Entra's own tokens.
  if (refusal === 700212 || refusal === 7002121) return [{ ...credential, audiences: credential.audiences.map(other) }];
  if (refusal === 700213) return [{ ...credential, subject: other(credential.subject) }];
  return [credential];
}

function permissionsOf({ issued }: Client): PermissionsConfig {
  const forGraph = issued.filter(({ aud }) => aud === GRAPH_ID || textOf(aud).replace(/\/$/, "") === GRAPH);
  return { [GRAPH]: forGraph.flatMap(({ roles }) => [roles].flat()).filter((role) => typeof role === "string") };
}

/** What only tokens of managed identities say. */
const isIdentity = ({ isHost, issued }: Client): boolean =>
  isHost || issued.some(({ xms_mirid }) => xms_mirid !== undefined);

/** The object id of a client, if it is one of the world's. */
export function principalOf(tenant: Pick<TenantConfig, "apps" | "managedIdentities">, id: string): string | undefined {
  const wanted = id.toLowerCase();
  const identity = tenant.managedIdentities?.find(({ clientId }) => clientId === wanted)?.principalId;
  return identity ?? tenant.apps?.find(({ clientId }) => clientId === wanted)?.objectId;
}

/** The clients of the tenant. */
export function clientsOf(
  settings: AzureSettings,
  exchanges: readonly Exchange[],
): { readonly apps: readonly AppConfig[]; readonly managedIdentities: readonly ManagedIdentityConfig[] } {
  const { AZURE_SUBSCRIPTION_ID: subscription, AZURE_RESOURCE_GROUP_NAME: group } = settings;
  // Whom Entra does not know, the emulator must not know either.
  const clients = clientsIn(settings, exchanges).filter(({ refusal, isHost }) => isHost || refusal !== 700016);
  const host = clients.find(({ isHost }) => isHost)?.objectId ?? madeUp(0);
  const { iss, sub, aud } = externalClaims(settings, exchanges) ?? {};
  const outside = { name: "outside", issuer: textOf(iss), subject: textOf(sub), audiences: [[aud].flat().join()] };
  const platform = { name: "platform", issuer: tenantIssuer(settings), subject: host, audiences: [EXCHANGE] };
  const trusted = (client: Client): FederatedCredentialConfig[] =>
    // A managed identity trusts nobody that Entra speaks for; but how one was refused tells of a record that nearly fits.
    [
      ...(iss === undefined ? [] : [outside]),
      ...(isIdentity(client) && client.refusal === undefined ? [] : [platform]),
    ].flatMap((credential) => trustOf(credential, client.refusal));
  const folder = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ManagedIdentity`;
  return {
    apps: clients
      .filter((client) => !isIdentity(client))
      .map((client) => ({
        clientId: client.clientId,
        objectId: client.objectId,
        displayName: client.clientId,
        permissions: permissionsOf(client),
        federatedCredentials: trusted(client),
      })),
    managedIdentities: clients.filter(isIdentity).map((client) => ({
      name: client.clientId,
      clientId: client.clientId,
      principalId: client.objectId,
      resourceId: `${folder}/userAssignedIdentities/${client.clientId}`,
      assignedToHost: client.isHost,
      permissions: permissionsOf(client),
      federatedCredentials: trusted(client),
    })),
  };
}

/** Decides whether an assertion authenticates a client, and how. The order of the checks is inferred: UNCONFIRMED. */
import { compactVerify } from "jose";
import { type Client, tenantIssuer } from "../directory.ts";
import type { IssuedToken, Provenance } from "../ledger.ts";
import { entraInstant } from "../text.ts";
import type { World } from "../world.ts";
import type { Assertion } from "./assertion.ts";
import { matchCredential } from "./match-credential.ts";
import { refused } from "./refusals.ts";

/** The tenant of the emulator that issued a token by its `iss`, in the shape of either version. */
export interface EntraIssuer {
  readonly tenantId: string;
  readonly version: 1 | 2;
}

/** Recognises the emulator's own tenants as issuers. */
export function entraIssuerOf(world: World, issuer: string): EntraIssuer | undefined {
  for (const { id } of world.config.tenants) {
    if (issuer === tenantIssuer(world.config, id, 2)) return { tenantId: id, version: 2 };
    if (issuer === tenantIssuer(world.config, id, 1)) return { tenantId: id, version: 1 };
  }
  return undefined;
}

/** Checks credential, key, signature, time and, for Entra's own tokens, how they were obtained. */
export async function authenticate(
  world: World,
  client: Client,
  assertion: Assertion,
  signal: AbortSignal,
): Promise<Provenance> {
  const entra = entraIssuerOf(world, assertion.issuer);
  const issuer = entra ? tenantIssuer(world.config, entra.tenantId, 2) : assertion.issuer;
  matchCredential(client, { ...assertion, issuer, byEntra: entra !== undefined });

  const key = entra ? await entraKey(world, assertion) : await world.issuerKeys.find(issuer, assertion.kid, signal);
  await checkSignature(assertion, key);
  checkTime(assertion, world.clock.now());
  if (!entra) return "federated-external";
  checkEntraToken({ client, entra, issued: assertion.uti ? world.ledger.recall(assertion.uti) : undefined, issuer });
  return "federated-managed-identity";
}

async function entraKey(world: World, { kid, issuer }: Assertion): Promise<CryptoKey> {
  const key = (await world.entraKeys.published()).find((candidate) => candidate.kid === kid);
  if (!key) throw refused(7000272, { kid, issuer }, "Entra publishes no key with the assertion's kid");
  return key.publicKey;
}

async function checkSignature({ token }: Assertion, key: CryptoKey): Promise<void> {
  try {
    await compactVerify(token, key, { algorithms: ["RS256"] });
  } catch {
    throw refused(700027, { reason: "Key was found, but use of the key to verify the signature failed" });
  }
}

function checkTime({ notBeforeAt, expiresAt }: Assertion, now: number): void {
  if (notBeforeAt <= now && now < expiresAt) return;
  throw refused(700024, {
    now: entraInstant(now),
    notBefore: entraInstant(notBeforeAt),
    expires: entraInstant(expiresAt),
  });
}

interface EntraTokenFacts {
  readonly client: Client;
  readonly entra: EntraIssuer;
  /** What the emulator remembers of the assertion. */
  readonly issued: IssuedToken | undefined;
  readonly issuer: string;
}

/** The rules for a token that Entra issued itself: 700222, 700227, 700229, 700226, 700231, 700236. */
function checkEntraToken({ client, entra, issued, issuer }: EntraTokenFacts): void {
  if (client.kind === "managed-identity") {
    throw refused(700222, {}, "A federated credential of a managed identity cannot trust Entra");
  }
  if (entra.version === 1) throw refused(700227, {}, "The assertion is a version 1 token");
  if (issued?.kind === "user") throw refused(700229);
  if (issued?.kind !== "managed-identity") {
    throw refused(
      700226,
      {},
      issued ? "The assertion is the token of an application" : "The emulator knows no such token",
    );
  }
  if (issued.provenance !== "platform") {
    throw refused(700231, {}, "The managed identity got the assertion through a federated credential of its own");
  }
  if (entra.tenantId !== client.homeTenantId) {
    throw refused(700236, { issuer }, "The managed identity and the application are in different tenants");
  }
}

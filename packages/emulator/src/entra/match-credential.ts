/** Finds the federated credential that an assertion fits. Pure: the whole matching rule is in this file. */
import type { Client } from "../directory.ts";
import { sameId } from "../text.ts";
import { exchangeAudience, exchangeResource } from "../well-known-resources.ts";
import type { Assertion } from "./assertion.ts";
import { refused } from "./refusals.ts";

/** What is compared with the records of a client. */
export interface Presented extends Pick<Assertion, "subject" | "audience"> {
  /** Issuer to look for; for a version 1 token of Entra's, the tenant's version 2 issuer. */
  readonly issuer: string;
  /** Whether the issuer is Entra itself. */
  readonly byEntra: boolean;
}

/**
 * Compares issuer, audience and subject in turn, exactly and with case, and refuses at the first that no record has:
 * 70025, 700211, 700212 or 7002121, 700213, 7002137 or 7002138.
 */
export function matchCredential(client: Client, presented: Presented): void {
  const all = client.federatedCredentials;
  if (all.length === 0) throw refused(70025, { client: client.clientId, name: client.displayName });

  const ofIssuer = all.filter(({ issuer }) => issuer === presented.issuer);
  if (ofIssuer.length === 0) throw refused(700211, { issuer: presented.issuer });

  const ofAudience = ofIssuer.filter(({ audiences }) => audiences.includes(audienceOf(presented)));
  if (ofAudience.length === 0) throw refused(presented.byEntra ? 7002121 : 700212, { audience: presented.audience });

  const { subject } = presented;
  if (ofAudience.some((credential) => credential.subject === subject)) return;
  if (ofAudience.some((credential) => sameId(credential.subject, subject))) throw refused(7002138, { subject });
  const [expected] = ofAudience;
  if (subject.startsWith("/eid1/") && expected) throw refused(7002137, { subject, expected: expected.subject });
  throw refused(700213, { subject });
}

/** Entra writes the exchange resource as a GUID into its tokens, while the credential names it by URI. */
function audienceOf({ audience, byEntra }: Presented): string {
  return byEntra && audience === exchangeAudience ? exchangeResource : audience;
}

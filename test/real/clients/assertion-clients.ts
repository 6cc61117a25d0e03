/** Microsoft's two clients that authenticate with an assertion, behind one shape, so that one table runs through both. */
import { ClientAssertionCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";
import type { Stage } from "./entra.ts";

/** Who asks, and what with. */
export interface Identity {
  readonly tenantId: string;
  readonly clientId: string;
  readonly assertion: () => Promise<string>;
  /** Tenants besides its own that the client may ask; @azure/identity wants to be told. */
  readonly otherTenants?: readonly string[];
}

/** What it got. */
export interface Obtained {
  readonly token: string;
  /** Epoch ms. */
  readonly expiresAt: number;
}

/** A client that is ready to ask. */
export interface Connected {
  /** `tenantId`: another tenant than the client's own. */
  getToken(scopes: readonly string[], tenantId?: string): Promise<Obtained>;
}

/** How a client reports a refusal to its caller. */
export interface Report {
  readonly name: string;
  readonly message: string;
  /** What the client read from the server's answer. */
  readonly details: Details;
}

interface Details {
  readonly name?: unknown;
  readonly errorCode?: unknown;
  readonly errorNo?: unknown;
  readonly status?: unknown;
  readonly claims?: unknown;
  readonly subError?: unknown;
}

/** One of Microsoft's clients. */
export interface AssertionClient {
  readonly name: string;
  /** Connects with no more options than an authority needs that is not Microsoft's. */
  connect(stage: Stage, identity: Identity): Connected;
  /** Where its errors carry what the server said: @azure/identity has it in `cause` since 4.14, and had lost it in 4.13. */
  detailsOf(error: Error): unknown;
  /** `name` of the error that stands for any refusal by the server. */
  readonly refusalName: string;
}

const azureIdentity: AssertionClient = {
  name: "@azure/identity",
  connect({ https }, { tenantId, clientId, assertion, otherTenants }) {
    const credential = new ClientAssertionCredential(tenantId, clientId, assertion, {
      authorityHost: https.url,
      disableInstanceDiscovery: true,
      ...(otherTenants && { additionallyAllowedTenants: [...otherTenants] }),
    });
    return {
      async getToken(scopes, other) {
        const result = await credential.getToken([...scopes], other === undefined ? {} : { tenantId: other });
        return { token: result.token, expiresAt: result.expiresOnTimestamp };
      },
    };
  },
  detailsOf: ({ cause }) => cause,
  refusalName: "AuthenticationRequiredError",
};

const msalNode: AssertionClient = {
  name: "msal-node",
  connect({ https }, { tenantId, clientId, assertion }) {
    const application = new ConfidentialClientApplication({
      auth: {
        clientId,
        authority: `${https.url}/${tenantId}`,
        knownAuthorities: [new URL(https.url).host],
        clientAssertion: assertion,
      },
    });
    return {
      async getToken(scopes, other) {
        const authority = other === undefined ? {} : { authority: `${https.url}/${other}` };
        const result = await application.acquireTokenByClientCredential({ scopes: [...scopes], ...authority });
        return { token: result?.accessToken ?? "", expiresAt: result?.expiresOn?.getTime() ?? 0 };
      },
    };
  },
  detailsOf: (error) => error,
  refusalName: "ServerError",
};

/** Both. */
export const assertionClients: readonly AssertionClient[] = [azureIdentity, msalNode];

/** The error that a call ends with. */
export async function reportOf(client: AssertionClient, call: Promise<unknown>): Promise<Report> {
  const error = await call.then(
    () => new Error("There was no error"),
    (thrown: unknown) => (thrown instanceof Error ? thrown : new Error(String(thrown))),
  );
  return { name: error.name, message: error.message, details: (client.detailsOf(error) ?? {}) as Details };
}

/**
 * `oidc-provider` on a loopback port over plain http, as the issuer of a workload outside Azure. Everything that it is asked
 * is on record. Its keys and its issuer can be changed behind the open port.
 */
import { generateKeyPair, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { promisify } from "node:util";
import { type Configuration, type JWK, Provider } from "oidc-provider";

/** The provider's one client: the workload. It is the subject of its tokens. */
export const workload = "the-workload";

/** What the provider says of itself. */
export interface Published {
  readonly issuer: string;
  /** Key ids, the signing one last. */
  readonly kids: readonly [string, ...string[]];
}

/** A running provider. */
export interface OidcServer {
  /** Without a slash at the end. */
  readonly origin: string;
  /** `METHOD path status` of every request, in the order in which they came. */
  readonly log: () => readonly string[];
  /** Lets another provider answer on the same port. */
  publish(changes: Partial<Published>): Promise<void>;
  /** A token of the workload's, from the token endpoint. */
  token(audience: string, signal?: AbortSignal): Promise<string>;
  /** Stops listening, or begins again on the same port. */
  stop(): Promise<void>;
  start(): Promise<void>;
}

interface Visit {
  readonly method: string;
  readonly path: string;
  status: number;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const tokenSeconds = 86_400;
const makeKey = promisify(generateKeyPair);

// RSA keys take long to make, and the tests only need different ones.
const pool = new Map<string, Promise<JWK>>();
export function keyNamed(kid: string): Promise<JWK> {
  const key = pool.get(kid) ?? newKey(kid);
  pool.set(kid, key);
  return key;
}

async function newKey(kid: string): Promise<JWK> {
  const { privateKey } = await makeKey("rsa", { modulusLength: 2048 });
  const { kty, ...rest } = privateKey.export({ format: "jwk" });
  return { ...(rest as JWK), kty: String(kty), kid, use: "sig", alg: "RS256" };
}

/** Nothing is to be remembered: its tokens are JWTs. The default adapter remembers, and warns about that. */
const nothing = async (): Promise<undefined> => undefined;
const forgetful: Configuration["adapter"] = () => ({
  upsert: nothing,
  find: nothing,
  findByUserCode: nothing,
  findByUid: nothing,
  consume: nothing,
  destroy: nothing,
  revokeByGrantId: nothing,
});

async function handlerFor({ issuer, kids }: Published, secret: string): Promise<Handler> {
  const keys = await Promise.all(kids.map(keyNamed));
  const sign = { alg: "RS256", kid: kids.at(-1) } as const;
  const provider = new Provider(issuer, {
    adapter: forgetful,
    jwks: { keys },
    clients: [
      {
        client_id: workload,
        client_secret: secret,
        token_endpoint_auth_method: "client_secret_post",
        grant_types: ["client_credentials"],
        redirect_uris: [],
        response_types: [],
      },
    ],
    ttl: { ClientCredentials: tokenSeconds },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: (_, audience) => ({ scope: "", audience, accessTokenFormat: "jwt", jwt: { sign } }),
      },
    },
  });
  return provider.callback();
}

/** Puts each request on record when it comes. No connection is kept: one that is open when the server stops would be found dead later. */
function recording(visits: Visit[], handler: () => Handler): Handler {
  return (request, response) => {
    const visit: Visit = { method: request.method ?? "", path: request.url ?? "", status: 0 };
    visits.push(visit);
    response.setHeader("connection", "close");
    response.once("finish", () => {
      visit.status = response.statusCode;
    });
    handler()(request, response);
  };
}

/** Starts the provider on a free port; it stops for good with `stop`. `suffix`: what its issuer has behind the origin. */
export async function startOidcServer(suffix: string): Promise<OidcServer> {
  const visits: Visit[] = [];
  const secret = randomBytes(32).toString("hex");
  let handler: Handler;
  const server = createServer(recording(visits, () => handler));
  const port = await listen(server, 0);
  const origin = `http://127.0.0.1:${port}`;
  let published: Published = { issuer: origin + suffix, kids: ["first"] };
  handler = await handlerFor(published, secret);
  return {
    origin,
    log: () => visits.map(({ method, path, status }) => `${method} ${path} ${status}`),
    async publish(changes) {
      published = { ...published, ...changes };
      handler = await handlerFor(published, secret);
    },
    token: (audience, signal) => askForToken(origin, secret, audience, signal),
    stop: () => close(server),
    start: async () => void (await listen(server, port)),
  };
}

async function askForToken(origin: string, secret: string, resource: string, signal?: AbortSignal): Promise<string> {
  const form = { grant_type: "client_credentials", client_id: workload, client_secret: secret, resource };
  const response = await fetch(`${origin}/token`, {
    method: "POST",
    body: new URLSearchParams(form),
    ...(signal && { signal }),
  });
  const body = (await response.json()) as { readonly access_token?: string; readonly error?: string };
  if (body.access_token === undefined) throw new Error(`oidc-provider gave no token: ${response.status} ${body.error}`);
  return body.access_token;
}

export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

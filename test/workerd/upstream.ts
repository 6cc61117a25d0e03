/** The other side, on loopback: identity endpoint, token endpoint and API in one, which counts, delays and remembers. */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { canary, canaryToken } from "../leak.ts";
import { TENANT, worldOf } from "./order.ts";

export type Hop = "source" | "target";

/** Whom a token was given to. */
export interface Owner {
  readonly world: number;
  readonly hop: Hop;
  /** Of access tokens only. */
  readonly scope?: string | undefined;
  /** Where the identity token came with a user's request. */
  readonly user?: string | undefined;
  readonly at: number;
}

/** What a reply says of its token's time, in seconds. */
export interface Life {
  readonly expires_in: number;
  readonly refresh_in?: number;
}

/** How a world is answered; `call` counts the requests of its hop and scope from 1. */
export interface Behaviour {
  /** How long what is given lives. Default: an hour. */
  readonly life?: ((hop: Hop, call: number) => Life) | undefined;
  /** Waited for before the answer; with false it is a failure of the server. */
  before?(hop: Hop, call: number, scope: string): Promise<boolean | undefined>;
}

export interface Upstream {
  readonly url: string;
  behave(world: number, behaviour: Behaviour): void;
  /** How many requests came. */
  count(world: number, hop: Hop | "api", scope?: string): number;
  /** Resolves once that many came, or when there is no hope that they will. */
  arrived(world: number, hop: Hop | "api", count: number, scope?: string): Promise<void>;
  /** Lets the handlers of a world end that wait for that. */
  letEnd(world: number): void;
  ownerOf(token: string): Owner | undefined;
  /** An identity token of a user's. */
  userToken(user: string): string;
  close(): void;
}

interface Reply {
  readonly status: number;
  readonly body: string | object;
}

const HOUR: Life = { expires_in: 3_600 };
const GIVE_UP_MS = 9_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const refused = (error: string): Reply => ({ status: 400, body: { error } });

async function formOf(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) text += chunk;
  return new URLSearchParams(text);
}

/** Starts it on any free port. */
export async function startUpstream(): Promise<Upstream> {
  const behaviours = new Map<number, Behaviour>();
  const owners = new Map<string, Owner>();
  const enders = new Map<number, () => void>();
  const users = new Map<string, string>();
  const counts = new Map<string, number>();
  let waiting: { readonly key: string; readonly count: number; readonly tell: () => void }[] = [];
  const keyOf = (...parts: readonly unknown[]): string => parts.join(" ");

  const countOne = (key: string): number => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    for (const one of waiting) if (one.key === key && one.count <= count) one.tell();
    waiting = waiting.filter((one) => one.key !== key || one.count > count);
    return count;
  };

  /** A token that is nobody else's. */
  const give = (owner: Omit<Owner, "at">): string => {
    const token = canary(randomBytes(30).toString("base64url"));
    owners.set(token, { ...owner, at: performance.now() });
    return token;
  };

  const identity = async (request: IncomingMessage, query: URLSearchParams): Promise<Reply> => {
    if (request.headers["x-identity-header"] !== "the-header") return refused("bad header");
    const world = worldOf(query.get("client_id"));
    const { before, life } = behaviours.get(world) ?? {};
    const call = countOne(keyOf(world, "source", ""));
    await before?.("source", call, "");
    const access_token = give({ world, hop: "source" });
    return { status: 200, body: { access_token, token_type: "Bearer", ...(life?.("source", call) ?? HOUR) } };
  };

  const token = async (request: IncomingMessage): Promise<Reply> => {
    const form = await formOf(request);
    const world = worldOf(form.get("client_id"));
    const scope = form.get("scope") ?? "";
    const assertion = form.get("client_assertion") ?? "";
    const user = users.get(assertion);
    if (!user && owners.get(assertion)?.world !== world) return refused("invalid_client");
    const call = countOne(keyOf(world, "target", scope));
    const { before, life } = behaviours.get(world) ?? {};
    const works = await before?.("target", call, scope);
    if (works === false) return { status: 500, body: "" };
    const access_token = give({ world, hop: "target", scope, user });
    return { status: 200, body: { access_token, token_type: "Bearer", ...(life?.("target", call) ?? HOUR) } };
  };

  /** Says which token it was called with: so the answer tells whose credential was used. */
  const api = async (request: IncomingMessage, query: URLSearchParams): Promise<Reply> => {
    const sent = request.headers.authorization?.replace(/^Bearer /, "") ?? "";
    const owner = owners.get(sent);
    if (owner?.hop !== "target") return { status: 401, body: "" };
    countOne(keyOf(owner.world, "api", ""));
    await pause(Number(query.get("ms")));
    return { status: 200, body: sent };
  };

  const until = (query: URLSearchParams): Promise<Reply> =>
    new Promise((resolve) => enders.set(Number(query.get("world")), () => resolve({ status: 200, body: "" })));

  const route = (request: IncomingMessage): Promise<Reply> | Reply => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://upstream");
    if (pathname === "/msi/token") return identity(request, searchParams);
    if (pathname === `/${TENANT}/oauth2/v2.0/token`) return token(request);
    if (pathname === "/until") return until(searchParams);
    return pathname === "/api" ? api(request, searchParams) : { status: 404, body: "" };
  };

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { status, body } = await route(request);
    const isText = typeof body === "string";
    response.writeHead(status, { "content-type": isText ? "text/plain" : "application/json" });
    response.end(isText ? body : JSON.stringify(body));
  };

  const server = createServer((request, response) => {
    // Whoever is reset takes its requests along; there is nobody to answer then.
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const count = (world: number, hop: string, scope = ""): number => counts.get(keyOf(world, hop, scope)) ?? 0;

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    behave: (world, behaviour) => void behaviours.set(world, behaviour),
    count,
    arrived: (world, hop, wanted, scope = "") =>
      new Promise((tell) => {
        if (count(world, hop, scope) >= wanted) return tell();
        waiting.push({ key: keyOf(world, hop, scope), count: wanted, tell });
        setTimeout(tell, GIVE_UP_MS).unref();
      }),
    letEnd: (world) => enders.get(world)?.(),
    ownerOf: (sent) => owners.get(sent),
    userToken(user) {
      const sent = canaryToken({ exp: Math.floor(Date.now() / 1000) + HOUR.expires_in });
      users.set(sent, user);
      return sent;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

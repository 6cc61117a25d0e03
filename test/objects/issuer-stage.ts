/** A stage with an issuer: its own Worker, and one that is bound to it in every way that there is. */
import { createRemoteJWKSet, type JWTPayload, jwtVerify } from "jose";
import { canary } from "../leak.ts";
import { callerModule, type Seen, type Tell, tellAt } from "../workerd/cloudflare-caller.ts";
import { AUDIENCE, BILLS, ELSEWHERE, ORDERS } from "./issuer-names.ts";
import { openStage, type ServiceOf, type Stage } from "./stage.ts";

const issuerProgram = `export * from "./test/objects/issuer-app.ts"; export * from "./test/objects/dump.ts";${callerModule}`;
const callerProgram = `export * from "./test/objects/odd-caller.ts"; export * from "./test/objects/dump.ts";${callerModule}`;

const entrypoint = (name: string, props?: unknown): ServiceOf => ({ service: "issuer", entrypoint: name, props });

/** Bindings of the other Worker. What they have for props is what each is about. */
const services: Readonly<Record<string, ServiceOf>> = {
  ORDERS: entrypoint("Issuer", ORDERS),
  BILLS: entrypoint("Issuer", BILLS),
  MORE: entrypoint("MoreIssuer", ORDERS),
  BARE: entrypoint("Issuer"),
  STRANGER: entrypoint("Issuer", { subject: "worker:stranger", audiences: [AUDIENCE] }),
  ELSEWHERE: entrypoint("Issuer", { subject: "worker:orders", audiences: [ELSEWHERE] }),
  EMPTY: entrypoint("Issuer", { subject: "worker:orders", audiences: [] }),
  TEXT: entrypoint("Issuer", { subject: "worker:orders", audiences: AUDIENCE }),
  NULL: entrypoint("Issuer", null),
  EXTRA: entrypoint("Issuer", { ...ORDERS, lifetimeMs: 86_400_000 }),
  NAMES: entrypoint("Names"),
  PUBLIC: entrypoint("handler"),
  ODD: { service: "caller", entrypoint: "Odd" },
  DUMP: entrypoint("Dump"),
  DUMP_OF_CALLER: { service: "caller", entrypoint: "Dump" },
};

/** What a test does with an issuer. */
export interface IssuerStage {
  readonly stage: Stage;
  /** Calls from another Worker's bindings. */
  readonly tell: Tell;
  /** Calls from inside of the issuer's Worker: its namespaces, and `exports`. */
  readonly tellInside: Tell;
  /** A token by a binding; it must be given one. */
  mint(binding: string, audience?: string): Promise<string>;
  /** The same by a class's object, for a subject. */
  mintIn(namespace: string, subject?: string): Promise<string>;
  /** What is in a token, which must verify by what the issuer publishes over HTTP. */
  verify(token: string, audience?: string): Promise<JWTPayload & { readonly kid: string }>;
  /** Ids of the published keys. */
  kids(): Promise<readonly string[]>;
}

/** Which object has the keys that are published and used; it is one of the classes of `issuer-app.ts`. */
export interface IssuerStageOptions {
  readonly className?: string | undefined;
  readonly options?: { readonly jwksMaxAgeMs?: number } | undefined;
}

const inside = (name: string): readonly unknown[] => ["getByName", name];

/** The object that has the keys, as a step of a call by a namespace. */
export const OBJECT: readonly unknown[] = inside("issuer");

function tokenIn({ value, thrown }: Seen): string {
  const { ok, token, error } = Object(value) as {
    readonly ok: boolean;
    readonly token: string;
    readonly error: object;
  };
  if (ok !== true) throw new Error(`no token: ${thrown ?? JSON.stringify(error)}`);
  return canary(token);
}

export async function openIssuer({ className = "Keys", options = {} }: IssuerStageOptions = {}): Promise<IssuerStage> {
  const { jwksMaxAgeMs = 900_000 } = options;
  const stage = await openStage({
    workers: {
      issuer: {
        program: issuerProgram,
        objects: ["Keys", "MoreKeys", "PlayedKeys"],
        texts: { ISSUER_URL: "{public}", OPTIONS: JSON.stringify(options), JWKS_MAX_AGE_MS: String(jwksMaxAgeMs) },
        namespaces: {
          KEYS: { className },
          MORE_KEYS: { className: "MoreKeys" },
        },
      },
      caller: { program: callerProgram, services },
    },
    sockets: {
      http: { service: "caller" },
      inside: { service: "issuer" },
      public: { service: "issuer", entrypoint: "handler" },
    },
  });
  const { public: issuer = "", inside: within = "" } = stage.urls;
  const tell = tellAt(stage.url);
  const tellInside = tellAt(within);
  return {
    stage,
    tell,
    tellInside,
    mint: async (binding, audience = AUDIENCE) => tokenIn(await tell("rpc", binding, [["mint", { audience }]], "call")),
    mintIn: async (namespace, subject = ORDERS.subject) =>
      tokenIn(await tellInside("rpc", namespace, [OBJECT, ["mint", { subject, audience: AUDIENCE }]], "call")),
    async verify(token, audience = AUDIENCE) {
      const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
      const { jwks_uri } = (await discovery.json()) as { readonly jwks_uri: string };
      const keys = createRemoteJWKSet(new URL(jwks_uri));
      const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer, audience, algorithms: ["RS256"] });
      return { ...payload, kid: protectedHeader.kid ?? "" };
    },
    async kids() {
      const { value } = await tellInside("rpc", "KEYS", [OBJECT, "documents"], "call");
      const { keys } = JSON.parse((value as { readonly jwks: string }).jwks) as { readonly keys: { kid: string }[] };
      return keys.map(({ kid }) => kid);
    },
  };
}

/** How a client proves who it is, without an option that holds a secret. */
import * as oauth from "oauth4webapi";
import * as v from "valibot";
import { isTokenError } from "../errors.ts";
import type { IdentitySource, Platform, StepContext, SubjectToken } from "../types.ts";
import { callable } from "./shape.ts";
import { sourceError, tokenText } from "./source.ts";
import type { TokenGiver } from "./token-giver.ts";
import { waitFor } from "./wait-for.ts";

/** What a function that gives a secret is told. */
export interface ClientSecretContext {
  readonly platform: Platform;
  /** Aborts when nobody waits any longer; pass it on. */
  readonly signal: AbortSignal;
}

/** Gets a secret from where it is kept. */
export type ClientSecretGiver = (context: ClientSecretContext) => string | Promise<string>;

/** How the secret is sent (OpenID Connect Core, 9). */
export type ClientSecretMethod = "client_secret_basic" | "client_secret_post";

/** One of the two ways of a client. */
export interface ClientProof {
  readonly clientId: string;
  readonly clientAssertion: TokenGiver | undefined;
  readonly assertionAudience: string;
  readonly clientSecret: ClientSecretGiver | undefined;
  readonly method: ClientSecretMethod;
}

/** What one attempt proves itself with. */
export interface Proof {
  readonly authenticate: oauth.ClientAuth;
  /** Every form in which the server is sent the secret, the plain one first. */
  readonly secrets: readonly string[];
  /** When the assertion ends, if that is known. */
  readonly expiresAt: number | undefined;
}

const ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const STORED = "expected a function that gets it: a secret in an option is a stored secret";

/** A function, and of a text why it is none. */
export const secretShape: v.GenericSchema<ClientSecretGiver | undefined> = v.optional(
  v.pipe(
    v.custom((value) => typeof value !== "string", STORED),
    callable as unknown as v.GenericSchema<unknown, ClientSecretGiver>,
  ) as unknown as v.GenericSchema<ClientSecretGiver>,
);

/** A source, a provider or a function; of a text why it is none. */
export const assertionShape: v.GenericSchema<TokenGiver | undefined> = v.optional(
  v.custom<TokenGiver>((value) => {
    const { get, getToken } = Object(value) as { readonly get?: unknown; readonly getToken?: unknown };
    return [value, get, getToken].some((one) => typeof one === "function");
  }, "expected a source, a provider or a function"),
);

/** What the source has from who gives the assertion: which requests it keeps apart, and whether all ends with the request's token. */
export function standingForGiver(giver: TokenGiver | undefined): Pick<IdentitySource, "partition" | "perRequest"> {
  if (typeof giver !== "object" || !giver.partition) return {};
  return { partition: (request) => giver.partition?.(request) ?? [], perRequest: giver.perRequest };
}

/** What a function of the user's gives. Of what it throws only the class is told, unless it is an error of this project. */
async function given(step: string, option: string, call: () => unknown, signal: AbortSignal): Promise<string> {
  const text = await waitFor(async () => call(), signal).catch((thrown: unknown) => {
    signal.throwIfAborted();
    if (isTokenError(thrown)) throw thrown;
    const what = thrown instanceof Error ? thrown.name : typeof thrown;
    throw sourceError(step, `${option} threw ${what}`, { recovery: "retry" });
  });
  if (typeof text === "string" && text !== "") return text;
  throw sourceError(step, `${option} gave no text`);
}

/** By a token of somebody else's. A source is asked each time, a provider holds what it has; what they throw goes through as it is. */
async function byAssertion(
  step: string,
  giver: TokenGiver,
  { assertionAudience, clientId }: ClientProof,
  context: StepContext,
): Promise<Proof> {
  const { platform, signal, request } = context;
  let token: string;
  let expiresAt: number | undefined;
  if (typeof giver === "function") {
    token = await given(
      step,
      "clientAssertion",
      () => giver({ audience: assertionAudience, platform, signal }),
      signal,
    );
  } else {
    // Without a partition there is no request to tell of: what came of it would serve others.
    const own: StepContext = { platform, signal, request: giver.partition && request };
    const got: SubjectToken =
      "getToken" in giver ? await giver.getToken({ audience: assertionAudience }, own) : await giver.get(own);
    ({ expiresAt } = got);
    token = got.token.reveal();
  }
  const assertion = token.trim();
  if (!v.is(tokenText, assertion)) throw sourceError(step, "clientAssertion gave no token");
  return {
    secrets: [assertion],
    expiresAt,
    authenticate(_as, _client, body) {
      body.set("client_id", clientId);
      body.set("client_assertion_type", ASSERTION);
      body.set("client_assertion", assertion);
    },
  };
}

/** By a secret. In the header it is encoded twice (RFC 6749, 2.3.1), and either form gives it away. */
async function bySecret(
  step: string,
  giver: ClientSecretGiver,
  { clientId, method }: ClientProof,
  context: StepContext,
): Promise<Proof> {
  const { platform, signal } = context;
  const secret = await given(step, "clientSecret", () => giver({ platform, signal }), signal);
  const basic = new Headers();
  const byHeader = oauth.ClientSecretBasic(secret);
  await byHeader({ issuer: "" }, { client_id: clientId }, new URLSearchParams(), basic);
  const encoded = String(new URLSearchParams([["", secret]])).slice(1);
  return {
    secrets: [secret, encoded, String(basic.get("authorization")).slice("Basic ".length)],
    expiresAt: undefined,
    authenticate: method === "client_secret_post" ? oauth.ClientSecretPost(secret) : byHeader,
  };
}

/** What this attempt proves itself with. */
export function proofOf(step: string, proof: ClientProof, context: StepContext): Promise<Proof> {
  const { clientAssertion, clientSecret } = proof;
  return clientAssertion
    ? byAssertion(step, clientAssertion, proof, context)
    : bySecret(step, clientSecret as ClientSecretGiver, proof, context);
}

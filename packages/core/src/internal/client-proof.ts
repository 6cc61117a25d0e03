/** How a client proves who it is, without an option that holds a secret. */
import * as oauth from "oauth4webapi";
import * as v from "valibot";
import type { Platform, StepContext } from "../types.ts";
import { sentForms } from "./echoes.ts";
import { callable } from "./shape.ts";
import { type FailureOf, type GivenToken, givenBySomebody, type TokenGiver, tokenOfGiver } from "./token-giver.ts";

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

/** At most one of the two ways of a client. With neither it says its id, if it has one. */
export interface ClientProof {
  readonly clientId: string | undefined;
  readonly clientAssertion: TokenGiver | undefined;
  readonly assertionAudience: string;
  readonly clientSecret: ClientSecretGiver | undefined;
  readonly method: ClientSecretMethod;
}

/** What one attempt proves itself with. */
export interface Proof {
  readonly authenticate: oauth.ClientAuth;
  /** Every form in which the server is sent the secret. */
  readonly secrets: readonly string[];
  readonly assertion?: GivenToken | undefined;
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

/** By a secret, to the letter. In the header it is encoded twice (RFC 6749, 2.3.1), and either form gives it away. */
async function bySecret(secret: string, clientId: string, method: ClientSecretMethod): Promise<Proof> {
  const headers = new Headers();
  const byHeader = oauth.ClientSecretBasic(secret);
  await byHeader({ issuer: "" }, { client_id: clientId }, new URLSearchParams(), headers);
  const basic = String(headers.get("authorization")).slice("Basic ".length);
  const bare = basic.replace(/=+$/, "");
  const inUrls = bare.replaceAll("+", "-").replaceAll("/", "_");
  const inside = atob(basic);
  return {
    secrets: [...sentForms(secret), ...[basic, inUrls].flatMap(sentForms), bare, inside.slice(inside.indexOf(":") + 1)],
    authenticate: method === "client_secret_post" ? oauth.ClientSecretPost(secret) : byHeader,
  };
}

/** What this attempt proves itself with. Who gives an assertion or a secret is asked here. */
export async function proofOf(
  failureOf: FailureOf,
  step: string,
  { clientId, clientAssertion, assertionAudience, clientSecret, method }: ClientProof,
  context: StepContext,
): Promise<Proof> {
  const { platform, signal } = context;
  if (clientSecret) {
    const what = "clientSecret";
    const text: unknown = await givenBySomebody(
      failureOf,
      step,
      what,
      () => clientSecret({ platform, signal }),
      signal,
    );
    if (typeof text !== "string" || text === "") throw failureOf(step, `${what} gave no text`);
    return bySecret(text, clientId ?? "", method);
  }
  const assertion =
    clientAssertion &&
    (await tokenOfGiver(failureOf, step, "clientAssertion", clientAssertion, assertionAudience, context));
  return {
    secrets: assertion ? sentForms(assertion.token) : [],
    assertion,
    authenticate(_as, _client, body) {
      if (clientId) body.set("client_id", clientId);
      if (!assertion) return;
      body.set("client_assertion_type", ASSERTION);
      body.set("client_assertion", assertion.token);
    },
  };
}

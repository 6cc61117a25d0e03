/** The public documents of an issuer whose keys are in a Durable Object. */
import { ConfigError, defaultPlatform, TokenError } from "@tokenhop/core";
import { checkReply, errorFrom, exactly, plainErrorSchema, text } from "@tokenhop/core/kit";
import { type IssuerDocuments, type IssuerRoutesOptions, issuerRoutes } from "@tokenhop/issuer";
import * as v from "valibot";
import { askObject, stubsOf } from "./ask-object.ts";
import { inTime } from "./in-time.ts";
import { ISSUER_NAME, type IssuerKeys } from "./issuer-entrypoint.ts";
import type { IssuerStub } from "./issuer-object.ts";
import { createKeptCopy } from "./kept-copy.ts";
import { saysOf } from "./replies.ts";

/** What {@link issuerHandler} serves. */
export interface IssuerHandlerOptions extends IssuerRoutesOptions {
  /** Where the keys are. */
  readonly keys: IssuerKeys;
}

/** Longer than the object needs to make its first key. */
const ANSWER_MS = 5_000;
const REST_MS = 5_000;
const FRESH_MS = 60_000;
/** As `createIssuer` has it. */
const MAX_AGE_MS = 900_000;
/** However short the documents may be cached, the object is not asked more often. */
const LEAST_FRESH_MS = 1_000;

const documentsSchema = v.object({
  ok: exactly(true),
  discovery: text,
  jwks: text,
  maxAgeMs: v.optional(v.custom<number>((value) => Number(value) >= 0, "expected ms")),
});
const failureSchema = v.object({ ok: exactly(false), error: plainErrorSchema });

function late(): never {
  throw new TokenError(`no answer within ${ANSWER_MS} ms`, { code: "ERR_ISSUER_KEYS", recovery: "retry" });
}

/** What the object publishes. */
async function documentsFrom(stubs: () => IssuerStub, issuer: string): Promise<IssuerDocuments> {
  const patience = { platform: defaultPlatform(), timeoutMs: ANSWER_MS };
  const answer = await inTime(
    askObject(stubs, (stub) => stub.documents()),
    patience,
    late,
  );
  if (Object(answer).ok === false) {
    throw errorFrom(checkReply(failureSchema, answer, ISSUER_NAME, "ERR_ISSUER_KEYS").error);
  }
  const { discovery, jwks, maxAgeMs } = checkReply(documentsSchema, answer, ISSUER_NAME, "ERR_ISSUER_KEYS");
  if ((JSON.parse(discovery) as { readonly issuer?: unknown }).issuer !== issuer) {
    throw new ConfigError("issuerHandler()", ["issuer: expected the same URL as in the object's issuer()"]);
  }
  return { discovery, jwks, maxAgeMs };
}

/** The handler for one `env`. */
function createHandler({ keys, ...options }: IssuerHandlerOptions): (request: Request) => Promise<Response> {
  const { issuer, jwksMaxAgeMs = MAX_AGE_MS } = options;
  const stubs = stubsOf(keys, ISSUER_NAME, "issuerHandler()");
  const maxAgeOf = ({ maxAgeMs = jwksMaxAgeMs }: IssuerDocuments): number => Math.min(maxAgeMs, jwksMaxAgeMs);
  const keep = createKeptCopy<IssuerDocuments>({ restMs: REST_MS, waitMs: ANSWER_MS + 1_000 }, (documents) => {
    // A key is published before it signs for as long as a copy may be kept. An older one may lack the key that signs.
    const staleMs = Math.max(LEAST_FRESH_MS, maxAgeOf(documents));
    return { freshMs: Math.min(FRESH_MS, staleMs), staleMs };
  });

  const load = async (): Promise<IssuerDocuments> => {
    try {
      return await documentsFrom(stubs, issuer);
    } catch (error) {
      // Said once, for all who are turned away because of it.
      console.error(`Cannot publish the issuer's documents: ${saysOf(error)}`);
      throw error;
    }
  };

  return issuerRoutes(options, async () => {
    const { value, at } = await keep(load);
    // For the time that it was kept here nobody else may keep it.
    return { ...value, maxAgeMs: Math.max(0, maxAgeOf(value) - (Date.now() - at)) };
  });
}

/**
 * Serves the public documents of an {@link IssuerObject}: discovery and JWKS, on the issuer's host and nowhere else. This is what
 * the issuer Worker's `fetch` is; `issuerRoutes` of `@tokenhop/issuer` says what it answers.
 *
 * The object is asked by one request of an isolate at a time, and at most once a minute, or each time that the documents have
 * reached the age to which they may be cached, if that is sooner, but never more than once a second: so the internet cannot keep
 * it from minting. That age is the issuer's `jwksMaxAgeMs`, as the object says it; `jwksMaxAgeMs` here can only lower it. What a
 * copy has spent here is taken off the `max-age` of the answer.
 *
 * When the object does not answer, the last copy is served until it has reached that age: a verifier never lacks a key that signs
 * by then. Without a copy the answer is 503 with `Retry-After`, and the object is left alone for some
 * seconds. Requests for another host or path never reach it.
 *
 * @param options Called once for each `env`, which is once for each isolate; again with each request as long as they are wrong.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` with every request, naming every wrong option.
 *
 * @example
 * ```ts
 * import { type IssuerKeys, issuerHandler } from "@tokenhop/durable-objects";
 *
 * interface Env {
 *   readonly ISSUER_URL: string;
 *   readonly KEYS: IssuerKeys;
 * }
 *
 * export default { fetch: issuerHandler((env: Env) => ({ issuer: env.ISSUER_URL, keys: env.KEYS })) };
 * ```
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */
export function issuerHandler<Env extends object>(
  options: (env: Env) => IssuerHandlerOptions,
): (request: Request, env: Env) => Promise<Response> {
  const made = new WeakMap<object, (request: Request) => Promise<Response>>();
  return async (request, env) => {
    const handle = made.get(env) ?? createHandler(options(env));
    made.set(env, handle);
    return handle(request);
  };
}

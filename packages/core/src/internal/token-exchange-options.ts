/** The options of a token exchange, checked, and the request that they stand for. */
import * as v from "valibot";
import { type ClientSecretGiver, secretShape } from "./client-proof.ts";
import { kebabName } from "./kebab-name.ts";
import { checkOptions, flag, like, text, textThat } from "./schema.ts";
import { endpoint, hostList, msBetween } from "./target-options.ts";
import type { TokenExchangeReply } from "./token-exchange-reply.ts";
import { giverShape, type TokenGiver } from "./token-giver.ts";

/** A parameter of the request, by its name in RFC 8693. */
export type TokenExchangeField =
  | "grant_type"
  | "subject_token"
  | "subject_token_type"
  | "actor_token"
  | "actor_token_type"
  | "requested_token_type"
  | "audience"
  | "resource"
  | "scope"
  | "client_id";

/** What `tokenExchange` is given. */
export interface TokenExchangeOptions {
  /** The token endpoint, https. Its query may have no such names as {@link parameters} may not have. */
  readonly url: string | undefined;
  /** What the identity token must be issued for. */
  readonly subjectAudience: string | undefined;
  /** What it is: `jwt`, `id_token`, `access_token`, `saml2` and the like, or a whole URI. Default `jwt`. */
  readonly subjectTokenType?: string | undefined;
  /** Which kind of token is wanted, in the same way. Default: nothing is said, and the server chooses. */
  readonly requestedTokenType?: string | undefined;
  /** The service, or services, that the new token is for, by name. */
  readonly audience?: string | readonly string[] | undefined;
  /** The same by URI, without a fragment. */
  readonly resource?: string | readonly string[] | undefined;
  /** Scopes with a space between. `with({ scope })` asks for others. */
  readonly scope?: string | undefined;
  /** Who acts on behalf of the subject: where their token comes from. Default: nobody, the new token is the subject's own. */
  readonly actor?: TokenGiver | undefined;
  /** What the actor's token must be issued for. Default: `subjectAudience`. */
  readonly actorAudience?: string | undefined;
  /** What the actor's token is. Default `jwt`. */
  readonly actorTokenType?: string | undefined;
  /** The client's id, where the server knows clients. */
  readonly clientId?: string | undefined;
  /** Proves the client by a token of its own, as `client_assertion` (RFC 7523, 2.2). */
  readonly clientAssertion?: TokenGiver | undefined;
  /** What that token must be issued for. Default: `url`. */
  readonly clientAssertionAudience?: string | undefined;
  /**
   * Proves the client by a secret, in the header `authorization` (RFC 6749, 2.3.1), for servers that know nothing better. A
   * function that gets it from where it is kept, at each exchange; there is no option that holds a secret. It is sent to the
   * letter, a line feed at its end included.
   */
  readonly clientSecret?: ClientSecretGiver | undefined;
  /**
   * What else the server wants to be told, the same each time, and no secret: it tells providers apart, so it gets into cache keys.
   * Names with `secret`, `password`, `token`, `assertion` or `key` in them are refused, unless they end in `_type`.
   */
  readonly parameters?: Readonly<Record<string, string | number | boolean>> | undefined;
  /** Default `form`, as RFC 8693 has it. */
  readonly body?: "form" | "json" | undefined;
  /** Default `urn:ietf:params:oauth:grant-type:token-exchange`. */
  readonly grantType?: string | undefined;
  /** Where the server has other names for parameters, or (`false`) none. */
  readonly fields?: Readonly<Partial<Record<TokenExchangeField, string | false>>> | undefined;
  /** Where the reply has things, if not where RFC 8693 has them. */
  readonly reply?: TokenExchangeReply | undefined;
  /**
   * Takes a reply that says nothing of its token's type, or that names another one than `requestedTokenType`. RFC 8693 does not
   * allow the former, and many servers do it. Default false.
   */
  readonly anyIssuedTokenType?: boolean | undefined;
  /** How long a token lasts of which neither the reply nor the token itself says it, in ms: up to a day. Default: that is an error. */
  readonly assumedLifetimeMs?: number | undefined;
  /** Hosts that may be sent the token. Default: none, so no `fetch` attaches it. */
  readonly hosts?: readonly string[] | undefined;
  /** An identity token of more characters is not sent. Default 16,384. */
  readonly maxSubjectTokenLength?: number | undefined;
  /** For messages and events, in kebab-case. Default `token-exchange`. */
  readonly name?: string | undefined;
  /** Lets `url` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** The options, checked. */
export type CheckedTokenExchange = TokenExchangeOptions & { readonly url: string; readonly subjectAudience: string };

const FIELDS: readonly TokenExchangeField[] = [
  "grant_type",
  "subject_token",
  "subject_token_type",
  "actor_token",
  "actor_token_type",
  "requested_token_type",
  "audience",
  "resource",
  "scope",
  "client_id",
];
/** What the exchange sends besides, of a client. */
const CLIENT = ["client_secret", "client_assertion", "client_assertion_type"];
const looksSecret = (name: string): boolean => /secret|passw|token|assertion|key/i.test(name) && !/_type$/i.test(name);
const DAY_MS = 86_400_000;

const NAME = /^[\w.-]+$/;
const fieldName = v.optional(
  v.custom<string | false>(
    (value) => value === false || (typeof value === "string" && NAME.test(value)),
    "expected a name, or false",
  ),
);
const path = v.optional(like(/^[\w-]+(?:\.[\w-]+)*$/, "expected names with dots between"));
const oneOrMore = (expected: string, test: (one: string) => boolean) =>
  v.optional(
    v.custom<string | readonly string[]>((value) => {
      const list = [value].flat();
      return list.length > 0 && list.every((one) => typeof one === "string" && test(one));
    }, `expected ${expected}, or a list of them`),
  );
const tokenType = v.optional(like(/^\w+$|^[a-z][a-z\d+.-]*:\S+$/i, "expected a token type, as jwt, or its URI"));
const scope = v.optional(like(/^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/, "expected scopes with one space between"));
export const paramsSchema: v.GenericSchema<{ readonly scope?: string | undefined }> = v.strictObject({ scope });

/** What is wrong with static parameters: they must not be what the exchange says itself, nor a secret. */
function parametersShape({
  fields,
}: Partial<TokenExchangeOptions>): v.GenericSchema<TokenExchangeOptions["parameters"]> {
  const taken = new Set([...FIELDS, ...CLIENT, ...FIELDS.map((field) => Object(fields)[field])]);
  const isOurs = (name: string): boolean => taken.has(name) || looksSecret(name);
  const given = (value: unknown): boolean => /^(?:string|number|boolean)$/.test(typeof value);
  return v.optional(
    v.custom<NonNullable<TokenExchangeOptions["parameters"]>>(
      (value) =>
        Object(value) === value && Object.entries(value as object).every(([name, one]) => !isOurs(name) && given(one)),
      ({ input }) => {
        const own = Object.keys(Object(input)).filter(isOurs);
        return `expected texts, numbers and booleans${own.length > 0 ? ` by names that are neither the exchange's own nor a secret's: ${own.join(", ")}` : ""}`;
      },
    ),
  );
}

/** Where the exchange is. A query is a part of what tells providers apart, as parameters are. */
function urlShape(allowHttpLoopback: unknown): v.GenericSchema<string> {
  const names = (url: string): string[] => [...new URL(url).searchParams.keys()].filter(looksSecret);
  return v.pipe(
    endpoint(allowHttpLoopback, true),
    v.check(
      (url) => names(url).length === 0,
      ({ input }) => `expected no secret in the query: ${names(input).join(", ")}`,
    ),
  );
}

/** Each name stands for one parameter: of two the server would take either. */
function isClear(fields: object): boolean {
  const names = FIELDS.map((field) => (fields as TokenExchangeOptions["fields"])?.[field] ?? field).filter(Boolean);
  return new Set([...names, ...CLIENT]).size === names.length + CLIENT.length;
}

/** An option that means nothing without another one. */
const beside = (other: unknown, name: string, shape: v.GenericSchema<string | undefined>) =>
  other === undefined ? v.optional(textThat(`expected only with ${name}`, () => false)) : shape;

function optionsSchema(options: Partial<TokenExchangeOptions>) {
  const fields = Object.fromEntries(FIELDS.map((field) => [field, fieldName]));
  const isUri = (one: string): boolean => URL.canParse(one) && !one.includes("#");
  return v.strictObject({
    url: urlShape(options.allowHttpLoopback),
    subjectAudience: text,
    subjectTokenType: tokenType,
    requestedTokenType: tokenType,
    audience: oneOrMore("a text that is not empty", Boolean),
    resource: oneOrMore("a URI without a fragment", isUri),
    scope,
    actor: giverShape,
    actorAudience: beside(options.actor, "actor", v.optional(text)),
    actorTokenType: beside(options.actor, "actor", tokenType),
    clientId: options.clientSecret ? textThat("expected one, with clientSecret") : v.optional(text),
    clientAssertion: giverShape,
    clientAssertionAudience: beside(options.clientAssertion, "clientAssertion", v.optional(text)),
    clientSecret: options.clientAssertion
      ? v.optional(v.custom<ClientSecretGiver>(() => false, "expected only without clientAssertion"))
      : secretShape,
    parameters: parametersShape(options),
    body: v.optional(
      v.custom<"form" | "json">((value) => value === "form" || value === "json", 'expected "form" or "json"'),
    ),
    grantType: v.optional(text),
    fields: v.optional(
      v.pipe(
        v.strictObject({ ...fields, subject_token: v.optional(like(NAME, "expected a name")) }),
        v.check(isClear, "expected another name for each, and none of the client's proof"),
      ),
    ),
    reply: v.optional(v.strictObject({ token: path, expiresIn: path, expiresAt: path })),
    anyIssuedTokenType: flag,
    assumedLifetimeMs: v.optional(msBetween(1_000, DAY_MS)),
    hosts: hostList,
    maxSubjectTokenLength: v.optional(
      v.custom<number>((value) => typeof value === "number" && value >= 1, "expected a number from 1"),
    ),
    name: v.optional(kebabName),
    allowHttpLoopback: flag,
  });
}

/** The caller's own list or record, which may change later, as it is now. */
function copied<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze([...value]) as T;
  return Object(value) === value ? Object.freeze({ ...value }) : value;
}

/**
 * The options as they are now: what they are made of may change later, and the identity would not.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 */
export function checkTokenExchange(options: TokenExchangeOptions): CheckedTokenExchange {
  const config = checkOptions(optionsSchema(Object(options)), options, "tokenExchange()");
  const { audience, resource, parameters, fields, reply, hosts } = config;
  return {
    ...config,
    audience: copied(audience),
    resource: copied(resource),
    parameters: copied(parameters),
    fields: copied(fields),
    reply: copied(reply),
    hosts: copied(hosts),
  };
}

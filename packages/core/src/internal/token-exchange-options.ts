/** The options of a token exchange, checked, and the request that they stand for. */
import * as v from "valibot";
import { kebabName } from "./kebab-name.ts";
import { checkOptions, flag, like, text, textThat } from "./schema.ts";
import { callable } from "./shape.ts";
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
  /** The token endpoint, https. */
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
   * function that gets it from where it is kept, at each exchange; there is no option that holds a secret.
   */
  readonly clientSecret?: (() => string | Promise<string>) | undefined;
  /** What else the server wants to be told, the same each time, and no secret. */
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
const SECRETS = /^client_(?:secret|assertion|assertion_type)$|password/i;
const DAY_MS = 86_400_000;

const NAME = /^[\w.-]+$/;
const fieldName = v.optional(
  v.custom<string | false>((value) => value === false || NAME.test(String(value)), "expected a name, or false"),
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
function parametersShape({ fields }: Partial<TokenExchangeOptions>): v.GenericSchema {
  const taken = new Set(FIELDS.flatMap((field) => [field, Object(fields)[field] ?? field]));
  const isOurs = (name: string): boolean => taken.has(name) || SECRETS.test(name);
  const given = (value: unknown): boolean => /^(?:string|number|boolean)$/.test(typeof value);
  return v.optional(
    v.custom(
      (value) =>
        Object(value) === value && Object.entries(value as object).every(([name, one]) => !isOurs(name) && given(one)),
      ({ input }) => {
        const own = Object.keys(Object(input)).filter(isOurs);
        return `expected texts, numbers and booleans${own.length > 0 ? ` by names that are not the exchange's own: ${own.join(", ")}` : ""}`;
      },
    ),
  );
}

function optionsSchema(options: Partial<TokenExchangeOptions>) {
  const fields = Object.fromEntries(FIELDS.map((field) => [field, fieldName]));
  const isUri = (one: string): boolean => URL.canParse(one) && !one.includes("#");
  return v.strictObject({
    url: endpoint(options.allowHttpLoopback, true),
    subjectAudience: text,
    subjectTokenType: tokenType,
    requestedTokenType: tokenType,
    audience: oneOrMore("a text that is not empty", Boolean),
    resource: oneOrMore("a URI without a fragment", isUri),
    scope,
    actor: giverShape,
    actorAudience: v.optional(text),
    actorTokenType: tokenType,
    clientId: options.clientSecret ? textThat("expected one, with clientSecret") : v.optional(text),
    clientAssertion: giverShape,
    clientAssertionAudience: v.optional(text),
    clientSecret: v.optional(
      options.clientAssertion
        ? v.custom(() => false, "expected only without clientAssertion")
        : v.pipe(callable, v.custom(Boolean)),
    ),
    parameters: parametersShape(options),
    body: v.optional(v.custom((value) => value === "form" || value === "json", 'expected "form" or "json"')),
    grantType: v.optional(text),
    fields: v.optional(v.strictObject({ ...fields, subject_token: v.optional(like(NAME, "expected a name")) })),
    reply: v.optional(v.strictObject({ token: path, expiresIn: path, expiresAt: path })),
    anyIssuedTokenType: flag,
    assumedLifetimeMs: v.optional(msBetween(1_000, DAY_MS)),
    hosts: hostList,
    maxSubjectTokenLength: v.optional(v.custom((value) => Number(value) >= 1, "expected a number from 1")),
    name: v.optional(kebabName),
    allowHttpLoopback: flag,
  });
}

/** @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. */
export function checkTokenExchange(options: TokenExchangeOptions): void {
  checkOptions(optionsSchema(Object(options)), options, "tokenExchange()");
}

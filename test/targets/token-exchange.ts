import { type BearerToken, federate } from "@tokenhop/core";
import { fixedToken } from "@tokenhop/core/sources/fixed-token";
import { fromRequest } from "@tokenhop/core/sources/from-request";
import { passThrough } from "@tokenhop/core/targets/pass-through";
import { type TokenExchangeParams, tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { testPlatform } from "@tokenhop/core/testing";
import { targetContract } from "../contract/target.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { EXCHANGE, good } from "./token-exchange-support.ts";

const ENDPOINT = "url: expected an https URL (http: loopback only, with allowHttpLoopback)";
const TYPE = "expected a token type, as jwt, or its URI";
const GIVER = "expected a source, a provider or a function, and none that goes by the request";
const OWN =
  "parameters: expected texts, numbers and booleans by names that are neither the exchange's own nor a secret's:";
const CLEAR = "fields: expected another name for each, and none of the client's proof";
const TEXT = "expected a text that is not empty";

const perRequest = fromRequest((request) => request.headers.get("x-token"));
const ofRequests = () => federate({ from: perRequest, to: passThrough({ audience: "a" }), platform: testPlatform() });

const mistakes = [
  { what: "no options", make: () => tokenExchange(undefined as never), problems: ["missing, expected Object"] },
  {
    what: "a missing endpoint and audience",
    make: () => tokenExchange({ url: undefined, subjectAudience: undefined }),
    problems: [ENDPOINT.replace("url: ", "url: missing, "), `subjectAudience: missing, ${TEXT}`],
  },
  {
    what: "everything wrong at once",
    make: () =>
      tokenExchange({
        url: "http://as.example/token",
        subjectAudience: "",
        subjectTokenType: "a jwt",
        requestedTokenType: "",
        audience: [],
        resource: ["https://api.example/#x"],
        scope: " a",
        actor: "token",
        actorAudience: "",
        actorTokenType: "?",
        clientId: "",
        clientAssertion: canaryToken(),
        clientAssertionAudience: 5,
        clientSecret: "secret",
        parameters: "a=b",
        body: "xml",
        grantType: "",
        fields: { subject_token: false, scope: "a b", token: "x" },
        reply: { token: "a..b", expiry: "x" },
        anyIssuedTokenType: 1,
        assumedLifetimeMs: 10,
        hosts: ["*.com"],
        maxSubjectTokenLength: 0,
        name: "Token Exchange",
        allowHttpLoopback: 0,
        client_secret: "x",
      } as never),
    problems: [
      ENDPOINT,
      `subjectAudience: ${TEXT}`,
      `subjectTokenType: ${TYPE}`,
      `requestedTokenType: ${TYPE}`,
      `audience: ${TEXT}, or a list of them`,
      "resource: expected a URI without a fragment, or a list of them",
      "scope: expected scopes with one space between",
      `actor: ${GIVER}`,
      `actorAudience: ${TEXT}`,
      `actorTokenType: ${TYPE}`,
      "clientId: expected one, with clientSecret",
      `clientAssertion: ${GIVER}`,
      `clientAssertionAudience: ${TEXT}`,
      "clientSecret: expected only without clientAssertion",
      "parameters: expected texts, numbers and booleans",
      'body: expected "form" or "json"',
      `grantType: ${TEXT}`,
      "fields.subject_token: expected a name",
      "fields.scope: expected a name, or false",
      "fields.token: unknown option",
      "reply.token: expected names with dots between",
      "reply.expiry: unknown option",
      "anyIssuedTokenType: expected true or false",
      "assumedLifetimeMs: expected 1000 to 86400000 ms",
      "hosts: expected a list of host, host:port or *.suffix, in lower case",
      "maxSubjectTokenLength: expected a number from 1",
      "name: expected a name in kebab-case",
      "allowHttpLoopback: expected true or false",
      "client_secret: unknown option",
    ],
  },
  ...[
    ...[
      "client_secret",
      "client_assertion",
      "client_assertion_type",
      "password",
      "subject_token",
      "scope",
      "grant_type",
    ],
    ...["api_key", "token", "vaultSecret", "my_assertion"],
  ].map((name) => ({
    what: `${name} as a parameter`,
    make: () => tokenExchange({ ...EXCHANGE, parameters: { ok: 1, [name]: "x" } }),
    problems: [`${OWN} ${name}`],
  })),
  {
    what: "a parameter by the name that a field was given",
    make: () => tokenExchange({ ...EXCHANGE, fields: { subject_token: "jwt" }, parameters: { jwt: "x" } }),
    problems: [`${OWN} jwt`],
  },
  {
    what: "a secret in the URL",
    make: () => tokenExchange({ ...EXCHANGE, url: "https://as.example/token?v=1&api_key=x&key_type=y" }),
    problems: ["url: expected no secret in the query: api_key"],
  },
  {
    what: "options that mean nothing alone",
    make: () => tokenExchange({ ...EXCHANGE, actorAudience: "a", actorTokenType: "jwt", clientAssertionAudience: "b" }),
    problems: [
      "actorAudience: expected only with actor",
      "actorTokenType: expected only with actor",
      "clientAssertionAudience: expected only with clientAssertion",
    ],
  },
  ...[
    { subject_token: "scope" },
    { audience: "aud", resource: "aud" },
    { subject_token: "client_assertion" },
    { client_id: "client_secret" },
  ].map((fields) => ({
    what: `two things by one name: ${JSON.stringify(fields)}`,
    make: () => tokenExchange({ ...EXCHANGE, fields }),
    problems: [CLEAR],
  })),
  {
    what: "what can be made no text",
    make: () =>
      tokenExchange({
        ...EXCHANGE,
        fields: { scope: Object.create(null) },
        parameters: { a: Object.create(null) },
        maxSubjectTokenLength: Object.create(null),
      }),
    problems: [
      "parameters: expected texts, numbers and booleans",
      "fields.scope: expected a name, or false",
      "maxSubjectTokenLength: expected a number from 1",
    ],
  },
  {
    what: "a parameter that is an object",
    make: () => tokenExchange({ ...EXCHANGE, parameters: { a: {} } as never }),
    problems: ["parameters: expected texts, numbers and booleans"],
  },
  {
    what: "a secret that is no function",
    make: () => tokenExchange({ ...EXCHANGE, clientId: "me", clientSecret: "x" as never }),
    problems: ["clientSecret: expected a function that gets it: a secret in an option is a stored secret"],
  },
  {
    what: "a secret of nobody",
    make: () => tokenExchange({ ...EXCHANGE, clientSecret: () => "x" }),
    problems: ["clientId: missing"],
  },
  ...[() => perRequest, ofRequests, () => ({ ...fixedToken("x"), perRequest: true }), () => ({}), () => null].map(
    (make, index) => ({
      what: `an actor that goes by the request, or is none (${index})`,
      make: () => tokenExchange({ ...EXCHANGE, actor: make() as never, clientAssertion: make() as never }),
      problems: [`actor: ${GIVER}`, `clientAssertion: ${GIVER}`],
    }),
  ),
];

export const suite: Suite = (QUnit: QUnitLike) => {
  targetContract<BearerToken, TokenExchangeParams>(QUnit, {
    name: "token-exchange",
    kind: "bearer",
    audience: "https://as.example",
    produces: "unknown",
    refused: [],
    create: () => tokenExchange(EXCHANGE),
    params: {},
    statuses: [201],
    body: (access_token) => ({ ...good(), access_token }),
    mistakes,
    refusal: (text) => ({ error: "invalid_request", error_description: text }),
  });
};

/**
 * The cells that there are, and the cases that each of them plays: written by hand, so that neither can go missing unnoticed.
 * `npm run test:adapters` compares what was played with it, and docs/adapters.md shows it.
 */

export const runtimes = ["node", "bun", "deno", "workerd"] as const;

export type Runtime = (typeof runtimes)[number];

/** On which runtimes the framework of an adapter is served. */
export const expectedCells: Readonly<Record<string, readonly Runtime[]>> = {
  hono: ["node", "bun", "deno", "workerd"],
  h3: ["node", "bun", "deno", "workerd"],
  elysia: ["node", "bun", "deno", "workerd"],
  express: ["node", "bun", "deno"],
  fastify: ["node", "bun", "deno"],
  cloudflare: ["workerd"],
  "azure-functions": ["node"],
};

/** What is played in each cell. */
export const expectedCases: Readonly<Record<string, readonly string[]>> = {
  "What is attached, and when": [
    "attaches the token to a route's requests",
    "gives the token, its end, and a fetch that works by itself",
    "serves several providers, each with its own token",
    "gives another scope by with",
    "is lazy: a route that needs no token does not depend on one",
    "eager: every token is there before the route runs",
    "eager: a provider that needs parameters waits for them",
    "gives a route the request as it came",
    "HEAD is answered like GET, without a body",
    "OPTIONS costs no token",
  ],
  "What surrounds a request": [
    "makes providers once for each env on Workers, and elsewhere once from the environment of the process",
    "makes providers again after an attempt that failed",
    "hands sources the request, so that each user has a token of its own",
    "never mixes users whose requests come at the same time",
    "eager: hands sources the request",
    "asks for the execution context only when an exchange is due",
    "does without an execution context",
    "an exchange outlives the answer of the request that began it",
  ],
  "What failed": [
    "answers 503 and when to come again for an outage in the route",
    "answers 502 for a refusal in the route",
    "leaves a user's own answer alone for what failed in the route",
    "answers 503 and when to come again for an outage before the route",
    "answers 502 for a refusal before the route",
    "leaves a user's own answer alone for what failed before the route",
    "eager: the route does not run when a token could not be had",
    "HEAD of a route without a token has the status of the problem and no body",
    "answers well again once the outage is over",
    "a crowd costs one exchange that fails, and all get the problem",
    "no answer shows what an error tells of",
    "an error that the route deals with is the route's own business",
    "does not mask a mistake of the program: another host",
    "does not mask a mistake of the program: a wrong parameter in the route",
    "does not mask a mistake of the program: a wrong parameter where providers are made",
    "does not mask a mistake of the program: something that is no provider",
    "does not mask a mistake of the program: a bug in the route",
    "leaves the route's own answers alone",
    "leaves redirects, cookies and empty answers alone",
    "keeps headers of other middleware, on answers and on problems",
  ],
  Bodies: [
    "a request body reaches the route byte by byte",
    "a chunked request body reaches the route byte by byte",
    "a JSON body is left to the route",
    "a slow request body reaches the route as it comes",
    "a large answer reaches the client byte by byte",
    "a slow answer reaches the client as it comes",
    "the API's answer is handed on as it comes",
    "the API's large answer is handed on byte by byte, with its status and headers",
  ],
  "Crowds, and clients that go away": [
    "100 requests at the same time cost one exchange",
    "100 requests at the same time cost one exchange, eager",
    "an exchange goes on when the client that began it resets",
    "an exchange goes on when the client that began it resets, eager",
    "those that wait for the same exchange get their token when its client resets",
    "a client that resets while it is answered leaves the app as it was",
    "a client that resets while it sends leaves the app as it was",
  ],
  bearerAuth: [
    "bearerAuth: a request without a token is answered 401",
    "bearerAuth: a header that is no token is answered 400",
    "bearerAuth: a token with another signature is answered 401",
    "bearerAuth: a token that has expired is answered 401",
    "bearerAuth: a token for another audience is answered 401",
    "bearerAuth: a token without the scope is answered 403",
    "bearerAuth: without the issuer's keys it is answered 503, and nobody gets in",
    "bearerAuth: HEAD without a token has the status and the challenge, and no body",
    "bearerAuth: a good token's claims are in the context, and nobody can change them",
    "bearerAuth: a body is left to the route",
    "bearerAuth: never mixes users whose requests come at the same time",
    "bearerAuth: of two tokens neither is taken",
    "bearerAuth: refuses before any token is obtained, eager as well",
    "bearerAuth: leaves a user's own answer alone",
    "bearerAuth: keeps headers of other middleware on a refusal",
    "bearerAuth: takes what createBearerAuth was given as well",
  ],
  "On behalf of a user": [
    "on behalf of: each user's request carries that user's token, and each costs one exchange",
    "on behalf of: what Entra wants of the user comes back as 401 with its challenge",
    "on behalf of: an application is refused before any request",
  ],
};

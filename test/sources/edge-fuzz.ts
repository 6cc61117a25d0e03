/**
 * What edge platforms, clusters and OpenID Connect providers may answer, bent and broken: a source gives a token that is there or
 * an error of this project, at once and without a word of a secret.
 */
import { type IdentitySource, isTokenError, type SubjectToken } from "@tokenhop/core";
import { denoDeploy } from "@tokenhop/core/sources/deno-deploy";
import { fly } from "@tokenhop/core/sources/fly";
import { kubernetes } from "@tokenhop/core/sources/kubernetes";
import { oidcClient } from "@tokenhop/core/sources/oidc-client";
import { spiffeFile } from "@tokenhop/core/sources/spiffe-file";
import { vercel } from "@tokenhop/core/sources/vercel";
import fc from "fast-check";
import { contextFor, type FakePlatform, fakePlatform } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import { FUZZ_RUNS } from "../fuzz.ts";
import type { Suite } from "../harness.ts";
import { bent, good, odd, STRETCHES, texts, tokens } from "./strange-texts.ts";

const SLOW_MS = 1_000;
const SECRET = "p@ss-0a1b2c3d4e5f6a7b8c9d";
const issuer = "https://id.example";

/** The bodies of replies that are made of these members, of which `hold` makes a good one. A server echoes what it was `sent`. */
function bodies(
  sent: string,
  hold: (token: unknown, more: unknown) => unknown,
  ...members: readonly string[]
): fc.Arbitrary<string> {
  const held = fc.tuple(tokens, odd).map(([token, more]) => JSON.stringify(hold(token, more)));
  const names = ["error", "error_description", "message", "reason", "kind", "correlationId", ...members];
  return fc.oneof(
    tokens.map((token) => JSON.stringify(hold(token, undefined))),
    held,
    bent(held),
    fc
      .dictionary(fc.constantFrom(...names), fc.oneof(odd, tokens, fc.constant(sent)))
      .map((body) => JSON.stringify(body)),
    tokens.map((token) => JSON.stringify({ error: { code: token, message: `${sent} ${token}` }, reason: token })),
    fc.constantFrom("[".repeat(20_000), `{"status":`.repeat(9_000), `{"a":${"[".repeat(9_000)}${"]".repeat(9_000)}}`),
    texts,
  );
}

const word = fc.stringMatching(/^[ -~]{0,30}$/);
const headers = fc.record(
  {
    date: fc.oneof(word, fc.constant("Thu, 01 Jan 2026 00:00:00 GMT")),
    "retry-after": fc.oneof(word, fc.constantFrom("-1", "1e999")),
  },
  { requiredKeys: [] },
);
const statuses = fc.constantFrom(200, 200, 200, 200, 201, 204, 400, 401, 403, 404, 422, 429, 500, 503);

/** Fails with what is wrong with an outcome; says whether it was a token. */
async function judge(ask: () => Promise<SubjectToken>): Promise<boolean> {
  const startedAt = performance.now();
  const given = await outcome(ask);
  if (performance.now() - startedAt > SLOW_MS) throw new Error("it took too long");
  return given;
}

async function outcome(ask: () => Promise<SubjectToken>): Promise<boolean> {
  try {
    const { token, expiresAt } = await ask();
    if (!/^[!-~]+$/.test(token.reveal())) throw new Error("a token that is none");
    if (expiresAt !== undefined && !(typeof expiresAt === "number" && !Number.isNaN(expiresAt)))
      throw new Error("no instant");
    return true;
  } catch (error) {
    if (!isTokenError(error)) throw error;
    const { retryAfterMs = 0, message } = error;
    if (!(retryAfterMs >= 0 && retryAfterMs <= 3_600_000)) throw new Error(`a pause of ${retryAfterMs}`);
    const text = `${message} ${JSON.stringify(error)}`;
    if ([SECRET, ...STRETCHES].some((part) => text.includes(part))) throw new Error("an error that holds a secret");
    if (/[\p{Cc}\p{Cf}]/u.test(message)) throw new Error("an error with characters that cannot be seen");
    if (message.length > 1_500) throw new Error(`an error of ${message.length} characters`);
    return false;
  }
}

interface Fuzzed {
  readonly bodies: fc.Arbitrary<string>;
  source(platform: FakePlatform): IdentitySource;
  readonly env?: Readonly<Record<string, string>>;
  readonly files?: Readonly<Record<string, string>>;
}

const clientSecret = (): string => SECRET;
const tokenEndpoint = `${issuer}/token`;
const endpoints: Readonly<Record<string, Fuzzed>> = {
  fly: { source: ({ fetch }) => fly({ fetch }), env: { FLY_MACHINE_ID: "1" }, bodies: tokens },
  vercel: {
    source: () => vercel(),
    env: { VERCEL_OIDC_TOKEN: SECRET },
    bodies: bodies(SECRET, (token, expiry) => ({ token, expiry }), "token", "expiry"),
  },
  kubernetes: {
    source: () => kubernetes({ tokenRequest: { namespace: "a", serviceAccount: "b" } }),
    env: { KUBERNETES_SERVICE_HOST: "10.96.0.1", KUBERNETES_SERVICE_PORT: "443" },
    files: { "/var/run/secrets/kubernetes.io/serviceaccount/token": SECRET },
    bodies: bodies(
      SECRET,
      (token, expirationTimestamp = "2026-01-01T00:05:00Z") => ({ status: { token, expirationTimestamp } }),
      "status",
    ),
  },
  "oidc-client": {
    source: () => oidcClient({ issuer, tokenEndpoint, clientId: "a", clientSecret }),
    bodies: bodies(
      SECRET,
      (access_token, expires_in) => ({ access_token, expires_in }),
      "access_token",
      "expires_in",
      "token_type",
    ),
  },
};

export const suite: Suite = (QUnit) => {
  QUnit.module("sources of edge platforms, fuzzed", () => {
    for (const [name, { source, bodies, env = {}, files }] of Object.entries(endpoints)) {
      QUnit.test(`${name} survives any reply`, async (assert) => {
        let taken = 0;
        const property = fc.asyncProperty(bodies, statuses, headers, async (body, status, more) => {
          const respond = () => new Response(status === 204 ? null : body, { status, headers: more });
          const platform = fakePlatform({ env, ...(files && { files }), respond });
          const given = await judge(() => source(platform).getToken({ audience: AUDIENCE }, contextFor(platform)));
          if (given) taken++;
          return platform.requests.length === 1 && !(given && status > 201);
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(taken > FUZZ_RUNS / 100 && taken < FUZZ_RUNS / 2, `${taken} tokens among them`);
      });
    }

    QUnit.test(
      "oidc-client survives any discovery document, and sends its secret where only the issuer says",
      async (assert) => {
        const source = () => oidcClient({ issuer, clientId: "a", clientSecret });
        const urls = fc
          .array(
            fc.constantFrom(
              "https://",
              "http://",
              "id.example",
              "127.0.0.1",
              "@",
              ":",
              "/",
              "\\",
              "?",
              " ",
              "token",
              "a",
            ),
            { maxLength: 6 },
          )
          .map((list) => list.join(""));
        const documents = bodies(
          "",
          (token, more) => ({ issuer: more ?? issuer, token_endpoint: token === good ? tokenEndpoint : token }),
          "issuer",
          "token_endpoint",
        );
        const placed = urls.map((token_endpoint) => JSON.stringify({ issuer, token_endpoint }));
        const fine = fc.constant(JSON.stringify({ issuer, token_endpoint: tokenEndpoint }));
        let taken = 0;
        const property = fc.asyncProperty(fc.oneof(documents, placed, fine), statuses, async (body, status) => {
          const platform = fakePlatform({
            respond: ({ method }) =>
              method === "GET"
                ? new Response(status === 204 ? null : body, { status })
                : new Response(JSON.stringify({ access_token: good })),
          });
          if (await judge(() => source().getToken({ audience: AUDIENCE }, contextFor(platform)))) taken++;
          const [, sent] = platform.requests;
          return !sent || (sent.url.protocol === "https:" && JSON.parse(body).issuer === issuer && status === 200);
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(taken > FUZZ_RUNS / 100 && taken < FUZZ_RUNS / 2, `${taken} tokens among them`);
      },
    );

    const path = "/run/svids/a.jwt";
    const lying: Readonly<Record<string, (content: string) => readonly [IdentitySource, FakePlatform, Request?]>> = {
      "spiffe-file": (content) => [spiffeFile({ file: path }), fakePlatform({ files: { [path]: content } })],
      kubernetes: (content) => [kubernetes({ tokenFile: path }), fakePlatform({ files: { [path]: content } })],
      "deno-deploy": (content) => [denoDeploy(async () => content), fakePlatform({ env: { DENO_DEPLOY: "1" } })],
      vercel: (content) => [
        vercel(),
        fakePlatform({ env: { VERCEL: "1" }, respond: () => new Response(JSON.stringify({ token: good })) }),
        { headers: { get: () => content } } as unknown as Request,
      ],
    };
    for (const [name, make] of Object.entries(lying)) {
      QUnit.test(`${name} survives anything in the place of a token`, async (assert) => {
        let taken = 0;
        const property = fc.asyncProperty(tokens, async (content) => {
          const [source, platform, request] = make(content);
          if (await judge(() => source.getToken({ audience: AUDIENCE }, contextFor(platform, { request })))) taken++;
        });
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(taken > FUZZ_RUNS / 100 && taken < FUZZ_RUNS, `${taken} tokens among them`);
      });
    }
  });
};

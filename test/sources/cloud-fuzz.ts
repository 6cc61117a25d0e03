/** Whatever the metadata services of clouds may answer: a token or an error of ours, nothing secret in it, nothing asked elsewhere. */
import { type IdentitySource, isTokenError, type SubjectToken } from "@tokenhop/core";
import { azureArc } from "@tokenhop/core/sources/azure-arc";
import { gcpMetadata } from "@tokenhop/core/sources/gcp-metadata";
import { gcpServiceAccount } from "@tokenhop/core/sources/gcp-service-account";
import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
import fc from "fast-check";
import { contextFor, type FakePlatform, fakePlatform } from "../contract/platform.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import { FUZZ_RUNS } from "../fuzz.ts";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { bearer, providerOfGoogle } from "./gcp-service-account-support.ts";
import { appService, body, header } from "./managed-identity-cases.ts";

const SLOW_MS = 1_000;
const key = canary("key-of-the-arc-agent-51f0c2d9e8");
const keys = "/var/opt/azcmagent/tokens/";
const arc = { IDENTITY_ENDPOINT: "http://127.0.0.1:40342/token", IMDS_ENDPOINT: "http://127.0.0.1:40342" };

interface Fuzzed {
  readonly source: IdentitySource;
  readonly env: Readonly<Record<string, string>>;
  readonly secret: string;
  good(token: string): string;
}

const fuzzed: Readonly<Record<string, () => Fuzzed>> = {
  "managed-identity": () => ({
    source: managedIdentity(),
    env: appService,
    secret: header,
    good: (token) => JSON.stringify(body(token)),
  }),
  "gcp-metadata": () => ({
    source: gcpMetadata(),
    env: {},
    secret: "",
    good: (token) => token,
  }),
  "gcp-service-account": () => ({
    source: gcpServiceAccount({ from: providerOfGoogle(), serviceAccount: "a@b.example" }),
    env: {},
    secret: bearer,
    good: (token) => JSON.stringify({ token }),
  }),
};

/** A good reply with a piece cut out, doubled, or replaced. */
const mutated = (good: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.nat(good.length), fc.nat(40), fc.oneof(fc.constant(""), fc.string({ unit: "binary", maxLength: 20 })))
    .map(([at, length, put]) => good.slice(0, at) + put + good.slice(at + length));

const told = (secret: string) =>
  fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom(secret, `a ${secret}\u0000\u202e`, `${secret}${secret}`, -1, Number.MAX_VALUE),
  );

/** The members that are read, with anything in them. */
const shaped = (secret: string): fc.Arbitrary<string> =>
  fc
    .dictionary(
      fc.constantFrom("access_token", "token", "expires_on", "expires_in", "error", "error_description", "message"),
      fc.oneof(
        told(secret),
        fc.record({ code: told(secret), message: told(secret), status: told(secret) }, { requiredKeys: [] }),
      ),
    )
    .map((value) => JSON.stringify(value));

const statuses = fc.constantFrom(200, 200, 200, 200, 201, 400, 401, 403, 404, 410, 418, 429, 500, 503);
const headerText = fc.string({ unit: fc.constantFrom(..."0123456789-:., abcGMT"), maxLength: 30 });

/** Fails with what is wrong with an outcome; says whether it was a token. */
async function judge(source: IdentitySource, platform: FakePlatform, secrets: readonly string[]): Promise<boolean> {
  const startedAt = performance.now();
  const outcome = await source.getToken({ audience: AUDIENCE }, contextFor(platform)).catch((error: unknown) => error);
  if (performance.now() - startedAt > SLOW_MS) throw new Error("took too long");
  if (!(outcome instanceof Error)) {
    const { token, expiresAt } = outcome as SubjectToken;
    if (!/^[!-~]+$/.test(token.reveal())) throw new Error("gave what is no token");
    if (expiresAt !== undefined && Number.isNaN(new Date(expiresAt).getTime())) throw new Error("gave no proper end");
    return true;
  }
  if (!isTokenError(outcome)) throw outcome;
  const text = JSON.stringify(outcome);
  if (secrets.some((secret) => secret && text.includes(secret.slice(0, 12)))) throw new Error("shows a secret");
  if (outcome.message.length > 1_500) throw new Error("has no end");
  return false;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("fuzz: metadata services of clouds", () => {
    for (const [name, make] of Object.entries(fuzzed)) {
      QUnit.test(`${name}: any reply`, async (assert) => {
        const { source, env, secret, good } = make();
        const token = freshToken();
        const text = fc.oneof(
          fc.string({ unit: "binary", maxLength: 200 }),
          fc.json(),
          mutated(good(token)),
          shaped(secret),
          fc.constantFrom(good(token), "<html>", "null", "[]", '{"a":'),
        );
        let given = 0;
        const property = fc.asyncProperty(
          text,
          statuses,
          headerText,
          headerText,
          async (reply, status, date, after) => {
            const headers = { "metadata-flavor": "Google", date, "retry-after": after };
            const platform = fakePlatform({ env, respond: () => new Response(reply, { status, headers }) });
            if (await judge(source, platform, [secret, token])) given++;
            return platform.requests.length === 1;
          },
        );
        await fc.assert(property, { numRuns: FUZZ_RUNS });
        assert.ok(given > FUZZ_RUNS / 100 && given < FUZZ_RUNS / 2, `${given} of them were good`);
      });
    }

    QUnit.test(`azure-arc: any challenges read no file but the agent's keys`, async (assert) => {
      const pieces = fc.constantFrom(
        ...[
          "Basic ",
          "realm=",
          keys,
          "..",
          ".",
          "/",
          "a",
          "b-1",
          ".key",
          '"',
          ",",
          "%2e%2e",
          "%2f",
          "\\",
          " ",
          ":",
          "\t",
        ],
        ...["/etc/shadow", "/var/opt/", "azcmagent/", "tokens/", "=", "Bearer "],
      );
      const challenges = fc.oneof(
        fc.array(pieces, { maxLength: 8 }).map((list) => `Basic realm=${list.join("")}`),
        fc.array(pieces, { maxLength: 3 }).map((list) => `Basic realm=${keys}a${list.join("")}.key`),
        fc.array(pieces, { maxLength: 8 }).map((list) => list.join("")),
      );
      const source = azureArc();
      const good = JSON.stringify(body(freshToken()));
      let read = 0;
      const property = fc.asyncProperty(challenges, async (challenge) => {
        const reads: string[] = [];
        const platform: FakePlatform = {
          ...fakePlatform({
            env: arc,
            respond: ({ headers }) =>
              headers.has("authorization")
                ? new Response(good)
                : new Response("", { status: 401, headers: { "www-authenticate": challenge } }),
          }),
          async readTextFile(path) {
            reads.push(path);
            return key;
          },
        };
        await judge(source, platform, [key]);
        read += reads.length;
        return reads.every((path) => {
          const file = path.split("/").pop() ?? "";
          return path === keys + file && file.endsWith(".key") && !file.startsWith(".") && !/["\\:%, \t]/.test(file);
        });
      });
      await fc.assert(property, { numRuns: FUZZ_RUNS });
      assert.ok(read > FUZZ_RUNS / 100 && read < FUZZ_RUNS / 2, `${read} of them named a key`);
    });

    QUnit.test(`gcp-metadata: any hosts, of which none elsewhere is asked`, async (assert) => {
      const pieces = fc.constantFrom(
        ...[
          "metadata.google.internal",
          "127.0.0.1",
          "localhost",
          "169.254.169.254",
          "evil.example",
          "10.0.0.1",
          "[::1]",
        ],
        ...["http://", "https://", "@", ":", "/", "?", "#", ".", "\\", "%00", " ", "80", "8080", "\u3002"],
      );
      const hosts = fc.array(pieces, { minLength: 1, maxLength: 5 }).map((list) => list.join(""));
      const source = gcpMetadata();
      let asked = 0;
      const property = fc.asyncProperty(hosts, async (host) => {
        const platform = fakePlatform({ env: { GCE_METADATA_HOST: host }, respond: () => new Response("no") });
        await judge(source, platform, []);
        asked += platform.requests.length;
        return platform.requests.every(({ url }) =>
          /^(?:metadata\.google\.internal|127\.\d+\.\d+\.\d+|localhost|169\.254\.\d+\.\d+|\[::1\])$/.test(url.hostname),
        );
      });
      await fc.assert(property, { numRuns: FUZZ_RUNS });
      assert.ok(asked > FUZZ_RUNS / 100 && asked < FUZZ_RUNS, `${asked} of them were asked`);
    });
  });
};

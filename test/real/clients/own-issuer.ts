/**
 * `@tokenhop/issuer` on a loopback port over https, and other people's code that finds it, reads its keys and judges its tokens.
 */
import { type BearerToken, type CredentialProvider, federate } from "@tokenhop/core";
import { createBearerAuth, oidcIssuer } from "@tokenhop/core/bearer-auth";
import { selfIssued } from "@tokenhop/core/sources/self-issued";
import { entra } from "@tokenhop/core/targets/entra";
import { createDemoConfig, createEmulator, demoIds } from "@tokenhop/emulator";
import { type Served, serve } from "@tokenhop/emulator/serve";
import { createIssuer, type Issuer, type SigningAlgorithm } from "@tokenhop/issuer";
import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
import { allowInsecureRequests, discovery } from "openid-client";
import { failureOf } from "../../contract/platform.ts";
import { armScope, exchange, pooledKey } from "../../emulator/support.ts";
import type { Assert, Suite } from "../../harness.ts";
import { canary, record } from "../../leak.ts";
import { certificate } from "../certificate.ts";
import { claiming, type Expected, flipped, forged, type Verifier, verifiers } from "./verifiers.ts";

const subject = "worker:orders";
const API = "https://api.example/things";
const HOUR = 3_600_000;

interface Stage {
  readonly issuer: Issuer;
  readonly url: string;
  /** `METHOD path` of every request. */
  readonly lines: string[];
  /** A token, of `aheadMs` from now. */
  mint(audience?: string, aheadMs?: number): Promise<string>;
}

interface StageOptions {
  readonly algorithm?: SigningAlgorithm;
  readonly http?: boolean;
  /** Behind the origin. */
  readonly path?: string;
}

async function withIssuer(work: (stage: Stage) => Promise<void>, options: StageOptions = {}): Promise<void> {
  const { algorithm = "RS256", http = false, path = "" } = options;
  const lines: string[] = [];
  let issuer: Issuer | undefined;
  let served: Served | undefined;
  let aheadMs = 0;
  const fetch = async (input: Request | string | URL): Promise<Response> => {
    const request = input as Request;
    lines.push(`${request.method} ${new URL(request.url).pathname}`);
    return issuer?.fetch(request) ?? new Response(null, { status: 503 });
  };
  try {
    served = await serve({ fetch }, http ? {} : { hostname: "localhost", https: { certificate: certificate() } });
    const url = served.url + path;
    const it = createIssuer({
      issuer: url,
      keyStore: memoryKeyStore(),
      subjects: [subject],
      audiences: [exchange, API],
      algorithm,
      profiles: [],
      allowHttpLoopback: http,
      platform: { now: () => Date.now() + aheadMs },
      onWarning: (message) => record("warning", message),
    });
    issuer = it;
    await work({
      issuer: it,
      url,
      lines,
      async mint(audience = API, ahead = 0) {
        aheadMs = ahead;
        try {
          return canary((await it.mint({ subject, audience })).token.reveal());
        } finally {
          aheadMs = 0;
        }
      },
    });
  } finally {
    await served?.close();
  }
}

const says = (verifier: Verifier, token: string, expected: Expected): Promise<string> =>
  verifier.verify(token, expected).then(
    () => "good",
    (error: unknown) => String(error),
  );

/** Where a stranger finds the keys: nowhere but in the discovery document. */
async function keysUrlOf(url: string, http: boolean): Promise<string> {
  const found = await discovery(
    new URL(url),
    "nobody",
    undefined,
    undefined,
    http ? { execute: [allowInsecureRequests] } : {},
  );
  return found.serverMetadata().jwks_uri ?? "";
}

async function judge(assert: Assert, stage: Stage, algorithm: SigningAlgorithm, http = false): Promise<void> {
  const { mint, url, issuer } = stage;
  // First, for no key signs before it was made.
  const expired = await mint(API, -HOUR);
  const [token, elsewhere, early] = [await mint(), await mint(exchange), await mint(API, HOUR)];
  const expected: Expected = { keysUrl: await keysUrlOf(url, http), issuer: url, audience: API, algorithm };
  for (const verifier of verifiers) {
    const { name } = verifier;
    assert.strictEqual(await says(verifier, token, expected), "good", name);
    const changed = [claiming(token, { sub: "worker:other" }), claiming(token, { exp: 2 ** 33 })];
    for (const part of ["payload", "signature"] as const) {
      for (const at of [0, 0.5, 1]) changed.push(flipped(token, part, at));
    }
    for (const forgery of changed) {
      const reason = await says(verifier, forgery, expected);
      assert.ok(forged.test(reason), `${name}: ${reason}`);
    }
    assert.ok(/aud/.test(await says(verifier, elsewhere, expected)), `${name}: for another audience`);
    assert.ok(/exp|not valid now/.test(await says(verifier, expired, expected)), `${name}: expired`);
    assert.ok(/nbf|not active|not valid now/.test(await says(verifier, early, expected)), `${name}: not valid yet`);
    const stranger = await says(verifier, token, { ...expected, issuer: `${url}/` });
    assert.ok(/iss/.test(stranger), `${name}: of another issuer`);
  }
  await issuer.dropKeys("all");
  const next = await mint();
  for (const verifier of verifiers) {
    assert.notStrictEqual(await says(verifier, token, expected), "good", `${verifier.name}: of a dropped key`);
    assert.strictEqual(await says(verifier, next, expected), "good", `${verifier.name}: of the next key`);
  }
}

/** The emulator over https, whose managed identity trusts this issuer; and our client, with nothing of a test about it. */
async function withTrust(
  { url, issuer }: Stage,
  work: (arm: CredentialProvider<BearerToken>) => Promise<void>,
): Promise<void> {
  const demo = createDemoConfig();
  const federatedCredentials = [{ name: "own", issuer: url, subject, audiences: [exchange] }];
  const tenants = demo.tenants.map((tenant) => ({
    ...tenant,
    managedIdentities: (tenant.managedIdentities ?? []).map((one) => ({ ...one, federatedCredentials })),
  }));
  const emulator = createEmulator({ ...demo, tenants }, { generateKey: pooledKey });
  const served = await serve(emulator, { hostname: "localhost", https: { certificate: certificate() } });
  const { tenantId, uamiClientId: clientId } = demoIds;
  const to = entra({ tenantId, clientId, scope: armScope, authority: served.url });
  try {
    await work(federate({ from: selfIssued(issuer.minter(subject)), to }));
  } finally {
    await served.close();
  }
}

export const suite: Suite = (QUnit) => {
  QUnit.module("an issuer of one's own", () => {
    for (const algorithm of ["RS256", "ES256"] as const) {
      QUnit.test(`its ${algorithm} tokens verify by other people's code, and no others do`, (assert) =>
        withIssuer((stage) => judge(assert, stage, algorithm), { algorithm }),
      );
    }

    QUnit.test("its tokens verify on plain http, where loopback is allowed", (assert) =>
      withIssuer((stage) => judge(assert, stage, "RS256", true), { http: true }),
    );

    for (const path of ["", "/", "/orders", "/orders/"]) {
      QUnit.test(`openid-client finds it at ${path === "" ? "its origin" : path}`, (assert) =>
        withIssuer(
          async ({ url, lines }) => {
            const metadata = (await discovery(new URL(url), "nobody")).serverMetadata();
            assert.strictEqual(metadata.issuer, url);
            assert.deepEqual(metadata.id_token_signing_alg_values_supported, ["RS256"]);
            const base = path.replace(/\/$/, "");
            assert.deepEqual(lines, [`GET ${base}/.well-known/openid-configuration`]);
            const jwks = (await (await fetch(metadata.jwks_uri ?? "")).json()) as { readonly keys: readonly object[] };
            assert.deepEqual(
              jwks.keys.map((key) => Object.keys(key).sort()),
              [["alg", "e", "kid", "kty", "n", "use"]],
            );
          },
          { path },
        ),
      );
    }

    QUnit.test("openid-client does not take it for an issuer of another name", (assert) =>
      withIssuer(async ({ url }) => {
        for (const other of [`${url}/elsewhere`, url.replace("localhost", "127.0.0.1")]) {
          await assert.rejects(discovery(new URL(other), "nobody"), (error) => error instanceof Error);
        }
      }),
    );

    QUnit.test("createBearerAuth takes its tokens over the network", (assert) =>
      withIssuer(async ({ url, mint }) => {
        const auth = createBearerAuth({ issuers: oidcIssuer({ issuer: url, audience: API }) });
        const request = (token: string): Request =>
          new Request("https://app.example/", { headers: { authorization: `Bearer ${token}` } });
        assert.strictEqual((await auth.verify(request(await mint()))).claims.sub, subject);
        const other = await mint(exchange);
        const error = await failureOf(() => auth.verify(request(other)));
        assert.deepEqual(error.problems, ["wrong-audience"]);
      }),
    );

    QUnit.test("the emulator gives a token of Azure for one of its own, over the network", (assert) =>
      withIssuer((stage) =>
        withTrust(stage, async (arm) => {
          const { token, expiresAt } = await arm.get();
          canary(token.reveal());
          assert.ok(expiresAt > Date.now() + HOUR / 2);
          assert.deepEqual(stage.lines, ["GET /.well-known/openid-configuration", "GET /.well-known/jwks.json"]);
        }),
      ),
    );
  });
};

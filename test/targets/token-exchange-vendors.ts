/** Services whose wire is known, said in options: what each is sent, and what it answers. Hand-written. */
import { type TokenExchangeOptions, tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { json, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchanged, type Sent } from "./exchange-support.ts";

const GRANT = "urn:ietf:params:oauth:grant-type:token-exchange";
const JWT = "urn:ietf:params:oauth:token-type:jwt";
const ID = "11111111-1111-4111-8111-111111111111";

interface Vendor {
  readonly options: TokenExchangeOptions;
  /** Type and body of the request; `TOKEN` stands for the identity token. */
  readonly sent: readonly [type: "json" | "form", body: string];
  readonly reply: (token: string) => unknown;
  readonly lifetimeMs: number;
}

const vendors: Readonly<Record<string, Vendor>> = {
  Databricks: {
    options: {
      url: "https://adb-1.7.azuredatabricks.net/oidc/v1/token",
      subjectAudience: "https://github.com/contoso",
      clientId: ID,
      scope: "all-apis",
      anyIssuedTokenType: true,
    },
    sent: [
      "form",
      `subject_token=TOKEN&subject_token_type=${encodeURIComponent(JWT)}&scope=all-apis&grant_type=${encodeURIComponent(GRANT)}&client_id=${ID}`,
    ],
    reply: (access_token) => ({ access_token, token_type: "Bearer", scope: "all-apis", expires_in: 3600 }),
    lifetimeMs: 3_600_000,
  },
  OpenAI: {
    options: {
      url: "https://auth.openai.com/oauth/token",
      subjectAudience: "https://api.openai.com/v1",
      body: "json",
      parameters: { identity_provider_id: "idp_1", service_account_id: "sa_1" },
      assumedLifetimeMs: 3_600_000,
    },
    sent: [
      "json",
      `{"subject_token":"TOKEN","subject_token_type":"${JWT}","grant_type":"${GRANT}","identity_provider_id":"idp_1","service_account_id":"sa_1"}`,
    ],
    reply: (access_token) => ({
      access_token,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
    }),
    lifetimeMs: 3_600_000,
  },
  Octopus: {
    options: {
      url: "https://contoso.octopus.app/token/v1",
      subjectAudience: "aud-of-the-account",
      audience: "aud-of-the-account",
      body: "json",
    },
    sent: [
      "json",
      `{"subject_token":"TOKEN","subject_token_type":"${JWT}","audience":"aud-of-the-account","grant_type":"${GRANT}"}`,
    ],
    reply: (access_token) => ({ access_token, issued_token_type: JWT, token_type: "Bearer", expires_in: "3600" }),
    lifetimeMs: 3_600_000,
  },
  "Docker Hub": {
    options: {
      url: "https://hub.docker.com/v2/auth/oidc/token",
      subjectAudience: "api.docker.com",
      body: "json",
      fields: { subject_token: "token", subject_token_type: false, grant_type: false },
      parameters: { connection_id: ID, expires_in: 600 },
      anyIssuedTokenType: true,
    },
    sent: ["json", `{"token":"TOKEN","connection_id":"${ID}","expires_in":600}`],
    reply: () => ({ access_token: canaryToken({ exp: NOW / 1_000 + 600 }) }),
    lifetimeMs: 600_000,
  },
  Tailscale: {
    options: {
      url: "https://api.tailscale.com/api/v2/oauth/token-exchange",
      subjectAudience: "api.tailscale.com/kABC",
      clientId: "kABC",
      fields: { subject_token: "jwt", subject_token_type: false, grant_type: false },
      anyIssuedTokenType: true,
    },
    sent: ["form", "jwt=TOKEN&client_id=kABC"],
    reply: (access_token) => ({ access_token, token_type: "bearer", expires_in: 3600 }),
    lifetimeMs: 3_600_000,
  },
  "Confluent Cloud": {
    options: {
      url: "https://api.confluent.cloud/sts/v1/oauth2/token",
      subjectAudience: "confluent",
      requestedTokenType: "access_token",
      parameters: { identity_pool_id: "pool-1", expires_in: 900 },
    },
    sent: [
      "form",
      `subject_token=TOKEN&subject_token_type=${encodeURIComponent(JWT)}&requested_token_type=urn%3Aietf%3Aparams%3Aoauth%3Atoken-type%3Aaccess_token&grant_type=${encodeURIComponent(GRANT)}&identity_pool_id=pool-1&expires_in=900`,
    ],
    reply: (access_token) => ({
      access_token,
      issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
      token_type: "Bearer",
      expires_in: 900,
    }),
    lifetimeMs: 900_000,
  },
  "Vercel, for another audience": {
    options: {
      url: "https://oidc.vercel.com/~token",
      subjectAudience: "https://vercel.com/contoso",
      audience: "api://AzureADTokenExchange",
      body: "json",
      fields: { subject_token: "token", subject_token_type: false, grant_type: false, audience: "aud" },
      reply: { token: "token", expiresAt: "expiry" },
      anyIssuedTokenType: true,
    },
    sent: ["json", '{"token":"TOKEN","aud":"api://AzureADTokenExchange"}'],
    reply: (token) => ({ token, expiry: NOW / 1_000 + 2_700 }),
    lifetimeMs: 2_700_000,
  },
  "a grant of RFC 7523": {
    options: {
      url: "https://api.example.com/v1/oauth/token",
      subjectAudience: "https://api.example.com",
      body: "json",
      grantType: "urn:ietf:params:oauth:grant-type:jwt-bearer",
      fields: { subject_token: "assertion", subject_token_type: false },
      parameters: { federation_rule_id: "rule", organization_id: ID },
      anyIssuedTokenType: true,
    },
    sent: [
      "json",
      `{"assertion":"TOKEN","grant_type":"urn:ietf:params:oauth:grant-type:jwt-bearer","federation_rule_id":"rule","organization_id":"${ID}"}`,
    ],
    reply: (access_token) => ({ access_token, token_type: "Bearer", expires_in: 600 }),
    lifetimeMs: 600_000,
  },
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target token-exchange, services that it knows by their options", () => {
    for (const [name, { options, sent, reply, lifetimeMs }] of Object.entries(vendors)) {
      QUnit.test(`${name} is sent what it wants`, async (assert) => {
        const { out, sent: requests, subject } = await exchanged(tokenExchange(options), [json(reply(canaryToken()))]);
        const [first] = requests as [Sent];
        const type = first.headers.get("content-type")?.includes("json") ? "json" : "form";
        assert.deepEqual([requests.length, first.method, first.url, type], [1, "POST", options.url, sent[0]]);
        const shown = first.body.replace(subject, "TOKEN");
        if (type === "json") assert.deepEqual(JSON.parse(shown), JSON.parse(sent[1]));
        else assert.strictEqual(shown, sent[1]);
        assert.strictEqual(out.expiresAt, NOW + lifetimeMs);
      });
    }
  });
};

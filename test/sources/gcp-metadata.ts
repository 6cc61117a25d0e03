import { gcpMetadata } from "@tokenhop/core/sources/gcp-metadata";
import { contextFor, failureOf, fakePlatform, type Sent } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

const flavor = { "metadata-flavor": "Google" };
const env = { K_SERVICE: "my-service" };
const where = "on loopback, in 169.254.0.0/16 or metadata.google.internal";
const nothing = [
  "K_SERVICE, CLOUD_RUN_JOB, CLOUD_RUN_WORKER_POOL, GCE_METADATA_IP, GCE_METADATA_HOST or assumePresent: true on a machine or in GKE",
];
const ask = (platform: ReturnType<typeof fakePlatform>, options?: Parameters<typeof gcpMetadata>[0]) =>
  gcpMetadata(options).getToken({ audience: AUDIENCE }, contextFor(platform));

/** Another host, and what is asked there; none where it must not be. */
const hosts: readonly (readonly [string, string | undefined])[] = [
  ["127.0.0.1:8080", "http://127.0.0.1:8080"],
  ["localhost:8080", "http://localhost:8080"],
  ["http://127.0.0.1:8080/", "http://127.0.0.1:8080"],
  ["169.254.169.254", "http://169.254.169.254"],
  ["169.254.169.252:988", "http://169.254.169.252:988"],
  ["metadata.google.internal", "http://metadata.google.internal"],
  ["http://metadata.google.internal:80", "http://metadata.google.internal"],
  ["metadata.google.internal:8080", undefined],
  ["https://metadata.google.internal", undefined],
  ["metadata.google.internal.evil.example", undefined],
  ["metadata.google.internal@evil.example", undefined],
  ["user@metadata.google.internal", undefined],
  ["evil.example", undefined],
  ["https://evil.example", undefined],
  ["10.0.0.4", undefined],
  ["169.254.1.1.evil.example", undefined],
  ["ftp://127.0.0.1", undefined],
  ["a b", undefined],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "gcp-metadata",
    provenance: "external",
    create: () => gcpMetadata(),
    unavailable: [
      {
        where: "with a server elsewhere",
        env: { GCE_METADATA_HOST: "evil.example" },
        names: [`GCE_METADATA_HOST ${where}`],
      },
      {
        where: "with an address elsewhere, which goes first",
        env: { GCE_METADATA_IP: "10.0.0.1", GCE_METADATA_HOST: "127.0.0.1", K_SERVICE: "x" },
        names: [`GCE_METADATA_IP ${where}`],
      },
    ],
    mistakes: [
      {
        what: "everything wrong",
        make: () =>
          gcpMetadata({ serviceAccount: "../..", licenses: "TRUE", assumePresent: 1, audience: "x" } as never),
        problems: [
          'serviceAccount: expected "default" or an e-mail address',
          "licenses: expected true or false",
          "assumePresent: expected true or false",
          "audience: unknown option",
        ],
      },
      { what: "null", make: () => gcpMetadata(null as never), problems: ["expected Object"] },
    ],
    wire: {
      env,
      headers: flavor,
      format: "text",
      body: (token) => token,
      audienceParameter: "audience",
      notFound: "stop",
    },
  });

  QUnit.module("source gcp-metadata, its own", () => {
    for (const [name, options, rest] of [
      ["the default account", {}, "default/identity?audience=api%3A%2F%2FAzureADTokenExchange&format=full"],
      [
        "an account by its e-mail address, with licences",
        { serviceAccount: "ci-runner@my-project.iam.gserviceaccount.com", licenses: true },
        "ci-runner@my-project.iam.gserviceaccount.com/identity?audience=api%3A%2F%2FAzureADTokenExchange&format=full&licenses=TRUE",
      ],
    ] as const) {
      QUnit.test(`asks for ${name}`, async (assert) => {
        const platform = fakePlatform({ respond: () => new Response(freshToken(), { headers: flavor }) });
        await ask(platform, options);
        const [sent] = platform.requests as readonly [Sent];
        const path = "/computeMetadata/v1/instance/service-accounts/";
        assert.strictEqual(sent.url.href, `http://metadata.google.internal${path}${rest}`);
        assert.strictEqual(sent.headers.get("metadata-flavor"), "Google");
      });
    }

    for (const variable of ["GCE_METADATA_HOST", "GCE_METADATA_IP"]) {
      for (const [host, origin] of hosts) {
        QUnit.test(`${origin ? "takes" : "refuses"} ${variable} ${host}`, async (assert) => {
          const platform = fakePlatform({
            env: { [variable]: host },
            respond: () => new Response(freshToken(), { headers: flavor }),
          });
          assert.strictEqual(gcpMetadata().detect(platform).found, origin !== undefined);
          if (origin) await ask(platform);
          else assert.strictEqual((await failureOf(() => ask(platform))).code, "ERR_SOURCE_UNAVAILABLE");
          assert.deepEqual(
            platform.requests.map(({ url }) => url.origin),
            origin ? [origin] : [],
          );
        });
      }
    }

    for (const [name, headers] of [
      ["without the header", {}],
      ["with another flavour", { "metadata-flavor": "Amazon" }],
      ["with the flavour in another case", { "metadata-flavor": "google" }],
    ] as const) {
      QUnit.test(`refuses a token ${name}`, async (assert) => {
        const token = freshToken();
        const platform = fakePlatform({ env, respond: () => new Response(token, { headers }) });
        const error = await failureOf(() => ask(platform));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
        assert.ok(error.message.includes("what answers at metadata.google.internal is no"), error.message);
      });
    }

    QUnit.test("whose refusal it is comes before what it says", async (assert) => {
      for (const [status, headers, code, recovery] of [
        [404, {}, "ERR_SOURCE_UNAVAILABLE", "stop"],
        [403, {}, "ERR_SOURCE_UNAVAILABLE", "stop"],
        [502, {}, "ERR_SOURCE_FAILED", "retry"],
        [404, flavor, "ERR_SOURCE_FAILED", "stop"],
      ] as const) {
        const platform = fakePlatform({ env, respond: () => new Response("no", { status, headers }) });
        const error = await failureOf(() => ask(platform));
        assert.deepEqual([error.code, error.recovery], [code, recovery], `${status}`);
      }
    });

    QUnit.test("says what to attach where there is no such account", async (assert) => {
      const platform = fakePlatform({ env, respond: () => new Response("", { status: 404, headers: flavor }) });
      const error = await failureOf(() => ask(platform, { serviceAccount: "a@b.example" }));
      assert.strictEqual(error.status, 404);
      assert.ok(
        error.message.includes("HTTP 404; attach the service account a@b.example to the machine"),
        error.message,
      );
    });

    QUnit.test("detect() finds nothing where METADATA_SERVER_DETECTION says so", (assert) => {
      const platform = fakePlatform({ env: { ...env, METADATA_SERVER_DETECTION: "none" } });
      for (const options of [{}, { assumePresent: true }]) {
        assert.deepEqual(gcpMetadata(options).detect(platform), {
          found: false,
          missing: ["METADATA_SERVER_DETECTION that is not none"],
        });
      }
    });

    QUnit.test("detect() takes a machine for one of Google's only when something says so", (assert) => {
      const detect = (variables: Record<string, string>, options?: Parameters<typeof gcpMetadata>[0]) =>
        gcpMetadata(options).detect(fakePlatform({ env: variables }));
      assert.deepEqual(detect({}), { found: false, missing: nothing });
      assert.deepEqual(detect({}, { assumePresent: true }), { found: true });
      assert.deepEqual(detect({ METADATA_SERVER_DETECTION: "assume-present" }), { found: true });
      for (const name of ["K_SERVICE", "CLOUD_RUN_JOB", "CLOUD_RUN_WORKER_POOL"]) {
        assert.deepEqual(detect({ [name]: "x" }), { found: true }, name);
      }
      for (const not of [
        { METADATA_SERVER_DETECTION: "ping-only" },
        { METADATA_SERVER_DETECTION: "none" },
        { GOOGLE_CLOUD_PROJECT: "p" },
        { FUNCTION_NAME: "f" },
        { K_SERVICE: "" },
      ]) {
        assert.notOk(detect(not as Record<string, string>).found, JSON.stringify(not));
      }
    });

    QUnit.test("asks on a machine that no variable tells of", async (assert) => {
      const platform = fakePlatform({ respond: () => new Response(freshToken(), { headers: flavor }) });
      assert.ok((await ask(platform)).expiresAt);
    });

    QUnit.test("a token without exp is used once", async (assert) => {
      const platform = fakePlatform({ env, respond: () => new Response(canaryToken(), { headers: flavor }) });
      assert.strictEqual((await ask(platform)).expiresAt, undefined);
    });

    QUnit.test("each account is an identity of its own", (assert) => {
      const all = [{}, { serviceAccount: "a@b.example" }, { licenses: true }] as const;
      const identities = all.map((options) => JSON.stringify(gcpMetadata(options).identity));
      assert.strictEqual(new Set(identities).size, all.length);
    });
  });
};

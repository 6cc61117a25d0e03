/** Google's Security Token Service: what it takes, and how it refuses. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import * as gcp from "./gcp-support.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;
const { gcpProvider } = demoIds;
const target =
  'The target service indicated by the "audience" parameters is invalid. This might either be because the pool or provider is disabled or deleted or because it doesn\'t exist.';

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: Google's token service", () => {
    QUnit.test("exchanges a token of a trusted issuer, as a form and as JSON", async (assert) => {
      const emulator = gcp.makeGcp();
      const form = await gcp.exchange(emulator);
      const { access_token, ...rest } = form.body;
      assert.deepEqual(
        [form.status, rest],
        [200, { issued_token_type: gcp.types.access, token_type: "Bearer", expires_in: 3600 }],
      );
      assert.ok(/^ya29\.d\.[\w-]{60,}$/.test(String(access_token)));
      assert.strictEqual(form.headers.get("cache-control"), "no-store");

      const fields = gcp.exchangeFields({
        subject_token: await gcp.subjectToken(emulator),
        subject_token_type: gcp.types.id,
      });
      const camel = Object.entries(fields).map(([name, value]) => [
        name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
        value,
      ]);
      const json = await world.ask(emulator, "http://127.0.0.1:1234/sts.googleapis.com/v1/token", {
        method: "POST",
        body: JSON.stringify(Object.fromEntries(camel)),
        headers: { "content-type": "application/json; charset=utf-8" },
      });
      assert.strictEqual(json.status, 200);
      assert.notStrictEqual(json.body.access_token, access_token);
    });

    const requests: readonly (readonly [string, string, string, Readonly<Record<string, string | undefined>>])[] = [
      ["the grant type is missing", "invalid_request", "grant_type is missing.", { grant_type: undefined }],
      ["the grant type is another", "unsupported_grant_type", "not supported", { grant_type: "client_credentials" }],
      ["the audience is missing", "invalid_request", 'Invalid value for "audience".', { audience: undefined }],
      ["the audience begins with https:", "invalid_request", '"audience"', { audience: `https:${gcpProvider}` }],
      [
        "the provider is unknown",
        "invalid_target",
        target,
        { audience: gcpProvider.replace("demo-provider", "other") },
      ],
      ["the pool is disabled", "invalid_target", target, { audience: gcpProvider.replace("demo-pool", "closed-pool") }],
      [
        "the project is named and not numbered",
        "invalid_target",
        target,
        { audience: gcpProvider.replace(demoIds.gcpProjectNumber, demoIds.gcpProjectId) },
      ],
      ["an ID token is asked for", "invalid_request", '"requested_token_type"', { requested_token_type: gcp.types.id }],
      [
        "no kind of token is asked for",
        "invalid_request",
        '"requested_token_type"',
        { requested_token_type: undefined },
      ],
      [
        "the subject is a SAML answer",
        "invalid_request",
        '"subject_token_type"',
        { subject_token_type: "urn:ietf:params:oauth:token-type:saml2" },
      ],
      ["the subject is missing", "invalid_request", "subject_token is missing.", { subject_token: undefined }],
      ["the scope is missing", "invalid_request", "scope is missing.", { scope: " " }],
      ["the options are no JSON", "invalid_request", '"options"', { options: "userProject=1" }],
      ["a project is to pay, as for workforces", "invalid_request", "workforce", { options: '{"userProject":"1"}' }],
      ["the subject is no token", "invalid_grant", "Unable to parse the ID Token.", { subject_token: "abc" }],
      ["the subject is not signed", "invalid_grant", "Unable to parse", { subject_token: "eyJhbGciOiJub25lIn0.e30." }],
    ];
    for (const [when, error, text, fields] of requests) {
      QUnit.test(`refuses when ${when}`, async (assert) => {
        const { status, body } = await gcp.exchange(gcp.makeGcp(), fields);
        assert.deepEqual([status, body.error], [400, error]);
        assert.ok(String(body.error_description).includes(text), String(body.error_description));
        assert.deepEqual(Object.keys(body), ["error", "error_description"]);
      });
    }

    QUnit.test(
      "refuses a JSON body that is none, and everybody where no Google Cloud or a disabled provider is played",
      async (assert) => {
        const broken = await world.ask(gcp.makeGcp(), "https://sts.googleapis.com/v1/token", {
          method: "POST",
          body: "[]",
          headers: { "content-type": "application/json" },
        });
        assert.deepEqual([broken.status, broken.body.error], [400, "invalid_request"]);
        const { status, body } = await gcp.exchange(gcp.makeGcp(gcp.gcpConfig({}, {}, { gcp: undefined })));
        assert.deepEqual([status, body.error_description], [400, target]);
        const disabled = await gcp.exchange(gcp.makeGcp(gcp.gcpConfig({ disabled: true })));
        assert.deepEqual([disabled.status, disabled.body.error_description], [400, target]);
      },
    );

    const tokens: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
      [
        "audience",
        `The audience in ID Token [api://other] does not match the expected audience https:${gcpProvider}.`,
        { audience: "api://other" },
      ],
      ["audience of another provider", "does not match the expected audience", { audience: `${gcpProvider}x` }],
    ];
    for (const [what, text, changes] of tokens) {
      QUnit.test(`refuses a token for its ${what}`, async (assert) => {
        const emulator = gcp.makeGcp();
        const { status, body } = await gcp.exchange(emulator, {
          subject_token: await gcp.subjectToken(emulator, changes),
        });
        assert.deepEqual([status, body.error], [400, "invalid_grant"]);
        assert.ok(String(body.error_description).includes(text), String(body.error_description));
      });
    }

    QUnit.test(
      "takes the resource name with and without https:, one of several audiences, and an allowed one",
      async (assert) => {
        const emulator = gcp.makeGcp();
        for (const audience of [gcpProvider, `https:${gcpProvider}`, ["api://other", gcpProvider]]) {
          const { status } = await gcp.exchange(emulator, {
            subject_token: await gcp.subjectToken(emulator, { audience }),
          });
          assert.strictEqual(status, 200, String(audience));
        }
        const listed = gcp.makeGcp(gcp.gcpConfig({ allowedAudiences: ["api://one", "api://two"] }));
        const outcomes = ["api://two", gcpProvider].map(
          async (audience) =>
            (await gcp.exchange(listed, { subject_token: await gcp.subjectToken(listed, { audience }) })).body
              .error_description,
        );
        assert.deepEqual(await Promise.all(outcomes), [
          undefined,
          `The audience in ID Token [${gcpProvider}] does not match the expected audience api://one.`,
        ]);
      },
    );

    QUnit.test("refuses a token that ended, one that is a day old, and one from the future", async (assert) => {
      const emulator = gcp.makeGcp();
      const ended = await gcp.subjectToken(emulator);
      const aged = await gcp.subjectToken(emulator, { lifetimeMs: 30 * 3_600_000 });
      const outcome = async (subject_token: string) =>
        (await gcp.exchange(emulator, { subject_token })).body.error_description;
      emulator.advanceClock(299_000);
      assert.strictEqual(await outcome(ended), undefined);
      emulator.advanceClock(1000);
      assert.strictEqual(await outcome(ended), `ID Token issued at ${now} is stale to sign-in.`);
      emulator.setClock(world.startAt + 24 * 3_600_000);
      assert.strictEqual(await outcome(aged), undefined);
      emulator.advanceClock(1000);
      assert.strictEqual(await outcome(aged), `ID Token issued at ${now} is stale to sign-in.`);
      emulator.setClock(world.startAt - 1000);
      assert.strictEqual(await outcome(aged), "The ID Token was issued in the future.");
    });

    QUnit.test("asks the issuer for its keys, and says when it cannot", async (assert) => {
      const emulator = gcp.makeGcp();
      const token = await gcp.subjectToken(emulator);
      emulator.setFault({ route: "oidc-discovery", kind: "respond", status: 503 });
      const down = await gcp.exchange(emulator, { subject_token: token });
      assert.deepEqual(down.body, {
        error: "invalid_grant",
        error_description: "Error connecting to the given credential's issuer.",
      });
      assert.strictEqual((await gcp.exchange(emulator, { subject_token: token })).status, 200);
      await emulator.rotateKeys(demoIds.oidcProvider, { retire: true });
      emulator.advanceClock(31_000);
      const rotated = await gcp.subjectToken(emulator);
      assert.strictEqual((await gcp.exchange(emulator, { subject_token: rotated })).status, 200);
      const old = await gcp.exchange(emulator, { subject_token: token });
      assert.deepEqual([old.status, old.body.error], [400, "invalid_grant"]);
    });

    QUnit.test("keeps tokens out of answers that refuse, and out of the log", async (assert) => {
      const emulator = gcp.makeGcp();
      const token = canary(await gcp.subjectToken(emulator));
      const issued = canary(await gcp.federated(emulator, { subject_token: token }));
      await gcp.exchange(emulator, { subject_token: token, audience: token });
      await gcp.exchange(emulator, { subject_token: issued, scope: token });
      await gcp.impersonate(emulator, token, { scope: [issued] }, { account: issued });
      record("log", emulator.log);
      assert.strictEqual(emulator.log.filter(({ route }) => route.startsWith("gcp-")).length, 4);
    });
  });
};

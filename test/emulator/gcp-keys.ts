/** Which keys and algorithms Google's token service takes, and whose tokens. */
import { demoIds } from "@tokenhop/emulator";
import { exportJWK, generateKeyPair } from "jose";
import type { Suite } from "../harness.ts";
import * as gcp from "./gcp-support.ts";
import * as world from "./support.ts";

const now = world.startAt / 1000;
const { oidcIssuer, oidcSubject, gcpProvider } = demoIds;

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: keys and algorithms at Google's token service", () => {
    for (const alg of ["RS256", "ES256"] as const) {
      QUnit.test(`takes ${alg} by an uploaded key set, without a word to the issuer`, async (assert) => {
        const { privateKey, publicKey } = await generateKeyPair(alg);
        const jwk = { ...(await exportJWK(publicKey)), kid: "mine", alg, use: "sig" };
        const emulator = gcp.makeGcp(gcp.gcpConfig({ issuer: gcp.outsideIssuer, jwks: { keys: [jwk] } }));
        const outcome = async (header: { readonly alg: string; readonly kid?: string }, claims = {}) => {
          const subject_token = await gcp.signOwn(privateKey, header, claims);
          return (await gcp.exchange(emulator, { subject_token })).body.error_description;
        };
        const good = { alg, kid: "mine" };
        assert.strictEqual(await outcome(good), undefined);
        assert.strictEqual(await outcome({ alg }), "The ID Token has no kid in its header.");
        assert.strictEqual(await outcome({ alg, kid: "other" }), "No key of the issuer has the kid of the ID Token.");
        assert.strictEqual(await outcome(good, { sub: undefined }), "The ID Token must have the claims iss and sub.");
        assert.strictEqual(
          await outcome(good, { iss: `${gcp.outsideIssuer}/` }),
          `The issuer in ID Token ${gcp.outsideIssuer}/ does not match the expected ones: ${gcp.outsideIssuer}.`,
        );
        assert.strictEqual(
          await outcome(good, { iat: undefined }),
          "The ID Token must have iat and exp as whole numbers.",
        );
        assert.strictEqual(
          await outcome(good, { exp: now + 0.5 }),
          "The ID Token must have iat and exp as whole numbers.",
        );
        assert.strictEqual(await outcome(good, { nbf: now + 5 }), "The ID Token is not valid yet.");
      });
    }

    QUnit.test("refuses another key's signature, and algorithms that Google does not take", async (assert) => {
      const [one, other, p384] = await Promise.all([
        generateKeyPair("ES256"),
        generateKeyPair("ES256"),
        generateKeyPair("ES384"),
      ]);
      const keys = [
        { ...(await exportJWK(one.publicKey)), kid: "one" },
        { ...(await exportJWK(p384.publicKey)), kid: "p384" },
        { kty: "oct", k: "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0", kid: "oct" },
      ];
      const emulator = gcp.makeGcp(gcp.gcpConfig({ issuer: gcp.outsideIssuer, jwks: { keys } }));
      const outcome = async (token: Promise<string>) =>
        (await gcp.exchange(emulator, { subject_token: await token })).body.error_description;
      assert.strictEqual(
        await outcome(gcp.signOwn(other.privateKey, { alg: "ES256", kid: "one" }, {})),
        "The signature of the ID Token is invalid.",
      );
      assert.strictEqual(
        await outcome(gcp.signOwn(p384.privateKey, { alg: "ES384", kid: "p384" }, {})),
        "The ID Token must be signed with RS256 or ES256.",
      );
      for (const kid of ["oct", "p384"]) {
        assert.strictEqual(
          await outcome(gcp.signOwn(one.privateKey, { alg: "ES256", kid }, {})),
          "The issuer's key does not fit the ID Token's alg.",
          kid,
        );
      }
      const token = await gcp.signOwn(one.privateKey, { alg: "ES256", kid: "one" }, {});
      const [head, , signature] = token.split(".");
      const forged = btoa(
        JSON.stringify({ iss: gcp.outsideIssuer, sub: "root", aud: gcpProvider, iat: now, exp: now + 60 }),
      );
      assert.strictEqual(
        await outcome(Promise.resolve([head, forged.replaceAll("=", ""), signature].join("."))),
        "The signature of the ID Token is invalid.",
      );
    });

    QUnit.test("trusts no token of another issuer's, whoever hosts it", async (assert) => {
      const emulator = gcp.makeGcp(gcp.gcpConfig({ issuer: gcp.outsideIssuer }));
      const { body } = await gcp.exchange(emulator);
      assert.strictEqual(
        body.error_description,
        `The issuer in ID Token ${oidcIssuer} does not match the expected ones: ${gcp.outsideIssuer}.`,
      );
      assert.strictEqual(emulator.log.at(-1)?.subject, oidcSubject);
    });
  });
};

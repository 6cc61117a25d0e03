/** Issuers on plain http: on loopback and with the option only, and never a way to anywhere else. */
import type { Suite } from "../harness.ts";
import { makeOutside, type OutsideStage, sign } from "./outside.ts";
import * as world from "./support.ts";

const local = "http://127.0.0.1:8080";
const option = "allowHttpLoopbackIssuers";
const withOption = { [option]: true };
const discoveryOf = (issuer: string): string => `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;

const loopback: readonly string[] = [
  local,
  `${local}/`,
  "http://127.255.255.254/realms/one",
  "http://localhost:8080",
  "http://LOCALHOST:8080/",
  "http://[::1]:8080",
];

/** Some only look like this machine, some are near it. */
const elsewhere: readonly string[] = [
  "http://outside.example",
  "http://127.0.0.1.outside.example",
  "http://localhost.outside.example",
  "http://127.0.0.1@outside.example",
  "http://127.0.0.1:80@outside.example:8080",
  "http://outside.example/127.0.0.1",
  "http://0.0.0.0:8080",
  "http://10.0.0.1",
  "http://128.0.0.1",
  "http://169.254.169.254",
  "http://[::]:8080",
  "http://[::ffff:127.0.0.1]:8080",
  "http://notlocalhost",
  "ftp://127.0.0.1",
  "ws://127.0.0.1",
  "data:,127.0.0.1",
  "127.0.0.1:8080",
  "localhost:8080",
];

/** How the last token request went, and why. */
async function outcome({ emulator, outside, post }: OutsideStage, issuer: string) {
  const code = await post(await sign(0, issuer));
  return { code, asked: outside.asked, reason: emulator.log.at(-1)?.reason ?? "" };
}

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: an issuer on plain http", () => {
    QUnit.test("on loopback is asked with the option", async (assert) => {
      for (const issuer of loopback) {
        const stage = await makeOutside({}, issuer, withOption);
        assert.strictEqual(await stage.post(await sign(0, issuer)), "granted", issuer);
        assert.deepEqual(stage.outside.asked, [discoveryOf(issuer), `${issuer}/keys`], issuer);
        assert.deepEqual([...stage.outside.redirects], ["manual"], issuer);
      }
    });

    QUnit.test("on loopback is refused without it, unasked, and the log names it", async (assert) => {
      for (const options of [{}, { [option]: false }, { [option]: undefined }]) {
        const { code, asked, reason } = await outcome(await makeOutside({}, local, options), local);
        assert.deepEqual([code, asked], [501661, []]);
        assert.ok(reason.includes(option), reason);
      }
    });

    QUnit.test("anywhere else is refused with the option too, unasked", async (assert) => {
      for (const issuer of elsewhere) {
        const { code, asked, reason } = await outcome(await makeOutside({}, issuer, withOption), issuer);
        assert.deepEqual([code, asked], [501661, []], issuer);
        assert.ok(reason.includes(option), `${issuer}: ${reason}`);
      }
    });

    QUnit.test("is not asked when the client does not trust it", async (assert) => {
      const { outside, post } = await makeOutside({}, local, withOption);
      assert.strictEqual(await post(await sign(0, "http://127.0.0.1:8081")), 700211);
      assert.strictEqual(await post(await sign(0, `${local}/`)), 700211);
      assert.deepEqual(outside.asked, []);
    });

    QUnit.test("may keep its keys elsewhere on loopback", async (assert) => {
      for (const jwks_uri of ["http://localhost:9090/k", "http://[::1]/k", "https://127.0.0.1:9443/k"]) {
        const stage = await makeOutside({ discovery: { issuer: local, jwks_uri } }, local, withOption);
        assert.strictEqual(await stage.post(await sign(0, local)), "granted", jwks_uri);
        assert.deepEqual(stage.outside.asked, [discoveryOf(local), jwks_uri]);
      }
    });

    QUnit.test("never sends the emulator off the machine for its keys", async (assert) => {
      for (const host of [...elsewhere, "https://outside.example", "https://127.0.0.1.outside.example"]) {
        const discovery = { issuer: local, jwks_uri: `${host}/keys` };
        const { code, asked } = await outcome(await makeOutside({ discovery }, local, withOption), local);
        assert.deepEqual([code, asked], [501661, [discoveryOf(local)]], host);
      }
    });

    QUnit.test("is not followed when it redirects", async (assert) => {
      const { code, asked } = await outcome(await makeOutside({ status: 307 }, local, withOption), local);
      assert.deepEqual([code, asked], [501661, [discoveryOf(local)]]);
    });
  });

  QUnit.module("emulator: an issuer on https", () => {
    QUnit.test("gains nothing by the option: its keys stay on https", async (assert) => {
      const issuer = world.outsideIssuer;
      for (const jwks_uri of [`${local}/keys`, "http://localhost/keys", "http://outside.example/keys"]) {
        const stage = await makeOutside({ discovery: { issuer, jwks_uri } }, issuer, withOption);
        const { code, asked } = await outcome(stage, issuer);
        assert.deepEqual([code, asked], [501661, [discoveryOf(issuer)]], jwks_uri);
      }
    });
  });
};

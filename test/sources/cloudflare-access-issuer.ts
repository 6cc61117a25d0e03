/** Whose tokens `cloudflare-access` hands on. */
import type { VerifiedUser } from "@tokenhop/core";
import { cloudflareAccess } from "@tokenhop/core/sources/cloudflare-access";
import { testUser } from "@tokenhop/core/testing";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";

/** Somebody whom this issuer let through. */
async function caller(iss: string): Promise<VerifiedUser> {
  const claims = { iss, aud: [AUDIENCE], type: "app" };
  const token = canaryToken({ ...claims, exp: NOW / 1000 + 300 });
  return testUser({ token, claims: claims as never, lifetimeMs: 300_000, platform: { now: () => NOW } });
}

const ask = (user: VerifiedUser, teamDomain: string | undefined) =>
  cloudflareAccess(() => user, { teamDomain }).getToken(
    { audience: AUDIENCE },
    contextFor(fakePlatform(), { request: new Request("https://app.example/") }),
  );

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("source cloudflare-access, the issuer", () => {
    for (const [iss, teamDomain, taken] of [
      ["https://acme.cloudflareaccess.com", undefined, true],
      ["https://acme.cloudflareaccess.com", "acme.cloudflareaccess.com", true],
      ["https://login.acme.example", "login.acme.example", true],
      ["https://other.cloudflareaccess.com", "acme.cloudflareaccess.com", false],
      ["https://acme.cloudflareaccess.com/", "acme.cloudflareaccess.com", false],
      ["https://login.acme.example", undefined, false],
      ["https://cloudflareaccess.com", undefined, false],
      ["https://a.b.cloudflareaccess.com", undefined, false],
      ["https://acme.cloudflareaccess.com.evil.example", undefined, false],
      ["https://evil.example/.cloudflareaccess.com", undefined, false],
      ["http://acme.cloudflareaccess.com", undefined, false],
      ["https://acme.cloudflareaccess.com\n", undefined, false],
      ["https://idp.example", undefined, false],
    ] as const) {
      const how = teamDomain ? `with teamDomain ${teamDomain}` : "without teamDomain";
      QUnit.test(`${taken ? "takes" : "refuses"} the issuer ${JSON.stringify(iss)} ${how}`, async (assert) => {
        const user = await caller(iss);
        const asked = ask(user, teamDomain);
        if (taken) return assert.ok((await asked).token.reveal() === user.token.reveal());
        const error = await failureOf(() => asked);
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(error.message.includes("by another issuer than accessIssuer of"), error.message);
      });
    }
  });
};

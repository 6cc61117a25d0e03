/** What a good token becomes: a user who cannot be made up, changed, or made to show the token. */
import { isVerifiedUser } from "@tokenhop/core/bearer-auth";
import { testUser } from "@tokenhop/core/testing";
import type { Suite } from "../harness.ts";
import { canary, record } from "../leak.ts";
import { forges } from "./bearer-auth-forge.ts";
import { API, authWorld, base64url, bearer } from "./bearer-auth-support.ts";

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth, the verified user", () => {
    QUnit.test("a good token gives its claims, its end and a hash of its text", async (assert) => {
      const world = await authWorld();
      const forge = forges(world);
      const token = await forge.v2();
      const user = await world.auth().verify(bearer(token));
      const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token));
      assert.strictEqual(user.partition, base64url(new Uint8Array(digest)));
      assert.strictEqual(user.expiresAt, (forge.now + 3_600) * 1000);
      assert.ok(user.token.reveal() === token, "the token itself");
      assert.strictEqual(user.claims.preferred_username, "ada@demo.example");
      assert.strictEqual(user.claims.aud, API);
      const again = await world.auth().verify(bearer(token));
      assert.strictEqual(again.partition, user.partition, "the same token, the same user");
      assert.notStrictEqual((await world.auth().verify(bearer(await forge.app()))).partition, user.partition);
    });

    QUnit.test("nothing that is done with a user shows its token, or changes it", async (assert) => {
      const world = await authWorld();
      const forge = forges(world);
      const token = canary(await forge.v2({ claims: { groups: ["a", "b"], nested: { list: [{ deep: 1 }] } } }));
      const user = await world.auth().verify(bearer(token));
      record("a user", user);
      record("a user as text", [
        `${user.token}`,
        JSON.stringify(user),
        JSON.stringify({ ...user }),
        Object.values(user),
      ]);
      const { groups, nested } = user.claims as { groups?: unknown; nested?: { list: unknown[] } };
      const parts = [user, user.claims, groups, nested, nested?.list, nested?.list[0]];
      assert.deepEqual(
        parts.map(Object.isFrozen),
        parts.map(() => true),
      );
      assert.notOk(parts.includes(undefined));
      assert.strictEqual(JSON.parse(JSON.stringify(user)).token, "[redacted]");
    });

    QUnit.test("only what was verified is a verified user", async (assert) => {
      const world = await authWorld();
      const forge = forges(world);
      const user = await world.auth().verify(bearer(await forge.v2()));
      const double = await testUser({ claims: { scp: "Files.Read" } });
      assert.ok(isVerifiedUser(user) && isVerifiedUser(double));
      const { token, partition, claims, expiresAt } = user;
      const others = [
        { ...user },
        { token, partition, claims, expiresAt },
        Object.create(user),
        Object.create(Object.getPrototypeOf(user), Object.getOwnPropertyDescriptors(user)),
        new Proxy(user, {}),
        new (user.constructor as new (...given: unknown[]) => object)(
          Symbol("verifiedUser"),
          token,
          partition,
          claims,
          1,
        ),
        JSON.parse(JSON.stringify(user)),
        claims,
        token.reveal(),
        undefined,
        null,
        1,
      ];
      assert.deepEqual(
        others.map(isVerifiedUser),
        others.map(() => false),
      );
    });

    QUnit.test("who has a user cannot change what passes for one", async (assert) => {
      const made = Object.getPrototypeOf(await testUser()).constructor;
      try {
        Object.defineProperty(made, "is", { value: () => true });
        Object.assign(made, { is: () => true });
      } catch {
        // All the better.
      }
      assert.notOk(isVerifiedUser({}));
      assert.ok(isVerifiedUser(await testUser()));
    });

    QUnit.test("a double of a user has the claims of one, and is the same for the same claims", async (assert) => {
      const [ann, same, bob] = await Promise.all([
        testUser({ claims: { oid: "ann" } }),
        testUser({ claims: { oid: "ann" }, lifetimeMs: 5_000 }),
        testUser({ claims: { oid: "bob" } }),
      ]);
      assert.strictEqual(ann.partition, same.partition);
      assert.notStrictEqual(ann.partition, bob.partition);
      assert.deepEqual([ann.claims.oid, ann.claims.ver, ann.claims.scp], ["ann", "2.0", "access_as_user"]);
      const abroad = await testUser({ claims: { tid: "00000000-0000-4000-8000-0000000000ee" } });
      const iss = "https://login.microsoftonline.com/00000000-0000-4000-8000-0000000000ee/v2.0";
      assert.strictEqual(abroad.claims.iss, iss, "the issuer is that of the tenant");
      const given = await testUser({ token: "a text", platform: { now: () => 0 }, lifetimeMs: 60_000 });
      assert.deepEqual([given.token.reveal(), given.expiresAt], ["a text", 60_000]);
    });
  });
};

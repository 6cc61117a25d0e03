/** A second opinion: nobody gets in whom jose keeps out. Ours may refuse more, and does. */
import fc from "fast-check";
import { importJWK, type JWK, jwtVerify } from "jose";
import type { Suite } from "../harness.ts";
import { type Forges, forges } from "./bearer-auth-forge.ts";
import { API, authWorld, bearer, entraV2, newKey, type SigningKey, TENANT } from "./bearer-auth-support.ts";

/** What is done to a good token. Most of it makes a bad one, and some leaves it good. */
interface Attack {
  readonly claim: string;
  readonly value: unknown;
  readonly header: string;
  readonly headerValue: unknown;
  readonly stranger: boolean;
  /** Which character of the text is replaced, if one is. */
  readonly flip: number | undefined;
}

const names = (...common: readonly string[]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...common) }, { weight: 1, arbitrary: fc.string({ maxLength: 8 }) });

const values: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    undefined,
    null,
    "",
    0,
    -1,
    1e300,
    [],
    [API],
    {},
    "RS256",
    "none",
    "HS256",
    "JWT",
    "at+jwt",
    API,
  ),
  fc.integer({ min: 1_767_220_000, max: 1_767_240_000 }),
  fc.jsonValue({ maxDepth: 2 }),
);

const attacks: fc.Arbitrary<Attack> = fc.record({
  claim: names("iss", "aud", "exp", "nbf", "iat", "tid", "ver", "azp", "sub", "nonce", "__proto__", "constructor"),
  value: values,
  header: names("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5u", "x5c", "enc", "cty"),
  headerValue: values,
  stranger: fc.boolean(),
  flip: fc.option(fc.nat({ max: 900 }), { nil: undefined, freq: 4 }),
});

async function forged({ v2 }: Forges, attack: Attack, stranger: SigningKey): Promise<string> {
  const { claim, value, header, headerValue, flip } = attack;
  const token = await v2({
    // One of both at a time, so that what the other one hides is seen as well.
    ...(flip === undefined && { claims: { [claim]: value } }),
    ...(flip !== undefined && flip % 3 === 0 && { header: { [header]: headerValue } }),
    ...(attack.stranger && flip !== undefined && flip % 3 === 1 && { key: stranger }),
  });
  if (flip === undefined || flip % 3 !== 2) return token;
  return `${token.slice(0, flip)}${token[flip] === "A" ? "B" : "A"}${token.slice(flip + 1)}`;
}

export const suite: Suite = (QUnit) => {
  QUnit.module("bearer auth beside jose", () => {
    QUnit.test("nobody gets in whom jose keeps out", async (assert) => {
      const world = await authWorld();
      const auth = world.auth();
      const all = forges(world);
      const { entra } = world.keys;
      const stranger = await newKey("entra-1", "RS256");
      const key = await importJWK(entra.jwk as JWK, "RS256");
      const seen = { both: 0, neither: 0, onlyJose: 0 };
      await fc.assert(
        fc.asyncProperty(attacks, async (attack) => {
          const token = await forged(all, attack, stranger);
          const ours = await auth.verify(bearer(token)).then(
            () => true,
            () => false,
          );
          const theirs = await jwtVerify(token, key, {
            algorithms: ["RS256"],
            issuer: entraV2(TENANT),
            audience: API,
            typ: "JWT",
            clockTolerance: 60,
            requiredClaims: ["exp"],
            currentDate: new Date(world.clock.now()),
          }).then(
            () => true,
            () => false,
          );
          if (ours && !theirs) return false;
          seen[ours ? "both" : theirs ? "onlyJose" : "neither"]++;
          return true;
        }),
        { numRuns: 400 },
      );
      // A comparison of nothing but refusals would say nothing.
      assert.ok(seen.both > 20 && seen.neither > 20 && seen.onlyJose > 5, JSON.stringify(seen));
    });
  });
};

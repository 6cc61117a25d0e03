/** What every identity source must do. Each has a file in `test/sources` that runs this, and tests what is its own there. */
import type { IdentitySource, Provenance, Recovery, SubjectToken } from "@tokenhop/core";
import type { QUnitLike } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";
import { assertHides, contextFor, type FakePlatform, failureOf, fakePlatform, NOW } from "./platform.ts";
import { AUDIENCE, freshToken, goodText, type WireContract, wireContract, wirePlatform } from "./wire.ts";

export interface SourceContract {
  readonly name: string;
  /** Tells apart the runs of one source. */
  readonly variant?: string;
  readonly provenance: Provenance;
  /** A source that works on `platform`; where the token is an argument, it is this one. */
  create(token: string): IdentitySource;
  /** Where it gives this token; needed without `wire`. */
  platform?(token: string): FakePlatform;
  /** What an expired token that was lying there means; absent where the engine finds out. */
  readonly expired?: Recovery;
  /** Whether a token may be no JWT. */
  readonly opaque?: boolean;
  /** Where it is absent, and what must be named. */
  readonly unavailable?: readonly {
    readonly where: string;
    readonly env?: Readonly<Record<string, string>>;
    readonly files?: Readonly<Record<string, string>>;
    readonly names: readonly string[];
  }[];
  /** Wrong options, and every problem that must be named. */
  readonly mistakes: readonly { readonly what: string; make(): unknown; readonly problems: readonly string[] }[];
  readonly wire?: WireContract;
}

/** Registers the contract for one source. */
export function sourceContract(QUnit: QUnitLike, contract: SourceContract): void {
  const { name, variant, provenance, create, wire, opaque = false, expired } = contract;
  const platformWith =
    contract.platform ??
    ((token: string) => {
      if (!wire) return fakePlatform();
      return wirePlatform(wire, () => new Response(goodText(wire, token), { headers: wire.headers ?? {} }));
    });
  const request = new Request("https://app.example/");
  const give = (token: string): Promise<SubjectToken> =>
    create(token).getToken({ audience: AUDIENCE }, contextFor(platformWith(token), { request }));

  QUnit.module(`source ${name}${variant ? ` (${variant})` : ""}`, () => {
    QUnit.test("says what it is", (assert) => {
      const source = create(freshToken());
      assert.strictEqual(source.name, name);
      assert.strictEqual(source.identity[0], name, "nothing else can have its identity");
      assert.strictEqual(source.provenance, provenance);
    });

    QUnit.test("detect() finds its platform without a request or a file", (assert) => {
      const token = freshToken();
      const platform = platformWith(token);
      assert.deepEqual(create(token).detect(platform), { found: true });
      assert.deepEqual([platform.requests.length, platform.reads.length], [0, 0]);
    });

    for (const { where, names, ...world } of contract.unavailable ?? []) {
      QUnit.test(`names what is missing ${where}`, async (assert) => {
        const platform = fakePlatform(world);
        const source = create(freshToken());
        assert.deepEqual(source.detect(platform), { found: false, missing: names });
        const error = await failureOf(() => source.getToken({ audience: AUDIENCE }, contextFor(platform, { request })));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_UNAVAILABLE", "stop", name]);
        for (const missing of names) assert.ok(error.message.includes(missing), missing);
        assert.strictEqual(platform.requests.length, 0);
      });
    }

    QUnit.test("gives the token and when it ends", async (assert) => {
      const token = freshToken();
      const subject = await give(token);
      assert.strictEqual(subject.token.reveal(), token);
      assert.strictEqual(subject.expiresAt, NOW + 300_000);
    });

    QUnit.test("takes no white space for a part of the token", async (assert) => {
      const token = freshToken();
      assert.strictEqual((await give(`\n${token} \n`)).token.reveal(), token);
    });

    QUnit.test("shows the token nowhere", async (assert) => {
      const token = freshToken();
      const source = create(token);
      const platform = platformWith(token);
      const subject = await source.getToken({ audience: AUDIENCE }, contextFor(platform, { request }));
      assertHides(assert, subject, [token]);
      assertHides(assert, { ...source, detected: source.detect(platform) }, [token]);
    });

    if (opaque) {
      QUnit.test("takes a token that is no JWT, for one use", async (assert) => {
        const token = canary("opaque-token-0123456789-abcdefghij");
        const subject = await give(token);
        assert.strictEqual(subject.token.reveal(), token);
        assert.strictEqual(subject.expiresAt, undefined);
      });
    }

    if (expired) {
      QUnit.test("calls an expired token expired", async (assert) => {
        const token = canaryToken({ aud: AUDIENCE, iat: NOW / 1000 - 600, exp: NOW / 1000 });
        const error = await failureOf(() => give(token));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_FAILED", expired, name]);
        assert.ok(error.message.includes("an expired token"), error.message);
        assertHides(assert, error, [token]);
      });
    }

    QUnit.test("does nothing for a caller who has gone", async (assert) => {
      const reason = new Error("gone");
      const token = freshToken();
      const platform = platformWith(token);
      const context = contextFor(platform, { request, signal: AbortSignal.abort(reason) });
      await assert.rejects(create(token).getToken({ audience: AUDIENCE }, context), (error) => error === reason);
      assert.deepEqual([platform.requests.length, platform.reads.length], [0, 0]);
    });

    for (const { what, make, problems } of contract.mistakes) {
      QUnit.test(`refuses ${what} at once`, async (assert) => {
        const error = await failureOf(make);
        assert.strictEqual(error.code, "ERR_CONFIG_INVALID");
        assert.deepEqual(error.problems, problems);
      });
    }

    if (wire) wireContract(QUnit, () => create(freshToken()), wire);
  });
}

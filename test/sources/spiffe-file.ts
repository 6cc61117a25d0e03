import { spiffeFile } from "@tokenhop/core/sources/spiffe-file";
import { contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";

const file = "/run/svids/azure.jwt";
const seconds = NOW / 1000;
const sub = "spiffe://acme.example/ns/shop/sa/orders";

const svid = (claims: Readonly<Record<string, unknown>>): string =>
  canaryToken({ sub, aud: [AUDIENCE], exp: seconds + 300, ...claims });
const give = (content: string, audience = AUDIENCE) =>
  spiffeFile({ file }).getToken({ audience }, contextFor(fakePlatform({ files: { [file]: content } })));

/** Whether it is a SPIFFE ID, and if not, what is told of it. */
const subjects: readonly (readonly [sub: unknown, told?: string])[] = [
  ["spiffe://acme.example"],
  ["spiffe://acme.example/a"],
  ["spiffe://1.2.3.4/A_b.c-d/E"],
  ["someone", "someone"],
  ["", "empty"],
  [undefined, "missing"],
  [null, "missing"],
  [5, "missing"],
  [["spiffe://acme.example/a"], "missing"],
  ["https://acme.example/a", "https://acme.example/a"],
  ["SPIFFE://acme.example/a", "SPIFFE://acme.example/a"],
  ["spiffe://Acme.example/a", "spiffe://Acme.example/a"],
  ["spiffe:///a", "spiffe:///a"],
  ["spiffe://acme.example/", "spiffe://acme.example/"],
  ["spiffe://acme.example//a", "spiffe://acme.example//a"],
  ["spiffe://acme.example/a?b", "spiffe://acme.example/a?b"],
  ["spiffe://acme.example:1/a", "spiffe://acme.example:1/a"],
  ["xspiffe://acme.example/a", "xspiffe://acme.example/a"],
  ["spiffe://acme.example/a\nb", "spiffe://acme.example/a b"],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "spiffe-file",
    provenance: "external",
    create: () => spiffeFile({ file }),
    platform: (token) => fakePlatform({ files: { [file]: token } }),
    expired: "retry",
    unavailable: [{ where: "without files", names: ["a runtime that can read files"] }],
    mistakes: [
      {
        what: "no file and an unknown option",
        make: () => spiffeFile({ audience: "x" } as never),
        problems: ["file: missing", "audience: unknown option"],
      },
      {
        what: "an empty path",
        make: () => spiffeFile({ file: "" }),
        problems: ["file: expected a text that is not empty"],
      },
    ],
  });

  QUnit.module("source spiffe-file, its own", () => {
    for (const [given, told] of subjects) {
      QUnit.test(`${told === undefined ? "takes" : "refuses"} the subject ${JSON.stringify(given)}`, async (assert) => {
        const asked = give(svid({ sub: given }));
        if (told === undefined) return assert.strictEqual((await asked).expiresAt, NOW + 300_000);
        const error = await failureOf(() => asked);
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(error.message.includes(`its sub is ${told}, expected a SPIFFE ID`), error.message);
      });
    }

    for (const [aud, told] of [
      [AUDIENCE],
      [[AUDIENCE]],
      [["https://other.example", AUDIENCE]],
      [["https://other.example", "b"], "https://other.example, b"],
      [[], "none"],
      [undefined, "none"],
    ] as const) {
      QUnit.test(`${told === undefined ? "takes" : "refuses"} aud ${JSON.stringify(aud)}`, async (assert) => {
        const asked = give(svid({ aud }));
        if (told === undefined) return assert.strictEqual((await asked).expiresAt, NOW + 300_000);
        const error = await failureOf(() => asked);
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
        assert.ok(error.message.includes(`has the audience ${told}, wanted is ${AUDIENCE};`), error.message);
      });
    }

    QUnit.test("reads the file anew at each ask", async (assert) => {
      const files: Record<string, string> = {};
      const platform = fakePlatform({ files });
      const source = spiffeFile({ file });
      for (const token of [svid({}), svid({})]) {
        files[file] = token;
        assert.ok((await source.getToken({ audience: AUDIENCE }, contextFor(platform))).token.reveal() === token);
      }
      assert.deepEqual(platform.reads, [file, file]);
    });

    for (const [iat, exp, after] of [
      [0, 300, 255_000],
      [-200, 100, 55_000],
      [-270, 30, 15_000],
    ] as const) {
      QUnit.test(`of ${exp - iat} s, ${-iat} old, reads the file again after ${after} ms`, async (assert) => {
        const { refreshAt } = await give(svid({ iat: seconds + iat, exp: seconds + exp }));
        assert.strictEqual(refreshAt, NOW + after);
      });
    }

    for (const [iat, exp] of [
      [0, 1e308],
      [1e300, 1e308],
      [-1e300, seconds + 300],
      [1e300, seconds + 300],
    ] as const) {
      QUnit.test(`issued at ${iat} until ${exp}, has times that a date can hold`, async (assert) => {
        const { expiresAt, refreshAt } = await give(svid({ iat, exp }));
        for (const at of [expiresAt, refreshAt ?? expiresAt]) {
          assert.ok(Number.isFinite(new Date(at ?? Number.NaN).getTime()), String(at));
        }
      });
    }

    QUnit.test("a token need not say when it was issued", async (assert) => {
      const { expiresAt, refreshAt } = await give(svid({}));
      assert.deepEqual([expiresAt, refreshAt], [NOW + 300_000, undefined]);
    });

    QUnit.test("says which file it cannot read, and who should have written it", async (assert) => {
      const context = contextFor(fakePlatform({ files: {} }));
      const error = await failureOf(() => spiffeFile({ file }).getToken({ audience: AUDIENCE }, context));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
      assert.ok(error.message.includes(`cannot read ${file} (ENOENT); does spiffe-helper write it?`), error.message);
    });

    for (const content of ["", "\n", "<!doctype html><p>no token</p>"]) {
      QUnit.test(`tries again when the file holds ${JSON.stringify(content)}`, async (assert) => {
        const error = await failureOf(() => give(content));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "retry"]);
        assert.ok(error.message.includes(`${file} holds no token`), error.message);
      });
    }

    QUnit.test("takes nothing but a JWT, whose audience and subject it can see", async (assert) => {
      const error = await failureOf(() => give(canary("an-opaque-token-0123456789")));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
    });

    QUnit.test("another file is another identity", (assert) => {
      assert.deepEqual(spiffeFile({ file }).identity, ["spiffe-file", file]);
    });
  });
};

import { TokenError } from "@tokenhop/core";
import { denoDeploy } from "@tokenhop/core/sources/deno-deploy";
import { assertHides, contextFor, failureOf, fakePlatform, NOW } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { AUDIENCE, freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canary, canaryToken } from "../leak.ts";

const platformSecret = canary("platform-secret-1234567890");
const env = { DENO_DEPLOY: "true" };
const here = () => contextFor(fakePlatform({ env }));
type Give = Parameters<typeof denoDeploy>[0];
const ask = (give: Give) => denoDeploy(give).getToken({ audience: AUDIENCE }, here());

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "deno-deploy",
    provenance: "external",
    create: (token) => denoDeploy(async () => token),
    platform: () => fakePlatform({ env }),
    expired: "retry",
    unavailable: [
      { where: "anywhere else", names: ["DENO_DEPLOY"] },
      { where: "with a variable of its kind", env: { DENO_DEPLOYMENT_ID: "x" }, names: ["DENO_DEPLOY"] },
    ],
    mistakes: [
      {
        what: "a token in the place of the function",
        make: () => denoDeploy(freshToken() as never),
        problems: ["getIdToken: expected a function"],
      },
      {
        what: "nothing",
        make: () => denoDeploy(undefined as never),
        problems: ["getIdToken: missing, expected a function"],
      },
    ],
  });

  QUnit.module("source deno-deploy, its own", () => {
    QUnit.test("asks for the audience, and for each token anew", async (assert) => {
      const asked: unknown[][] = [];
      const tokens = [freshToken(), freshToken()];
      const source = denoDeploy(async (...given) => {
        asked.push(given);
        return tokens[asked.length - 1] as string;
      });
      for (const token of tokens) {
        const given = await source.getToken({ audience: AUDIENCE }, here());
        assert.ok(given.token.reveal() === token);
        assert.strictEqual(given.expiresAt, NOW + 300_000);
      }
      assert.deepEqual(asked, [[AUDIENCE], [AUDIENCE]]);
    });

    for (const [what, given] of [
      ["nothing", undefined],
      ["null", null],
      ["a number", 5],
      ["an empty text", ""],
      ["two lines", "a.b.c\r\nx-evil: 1"],
      ["an object", { token: "a.b.c" }],
      ["a page", "<!doctype html><p>no"],
    ] as const) {
      QUnit.test(`takes ${what} for no token`, async (assert) => {
        const error = await failureOf(() => ask(async () => given as never));
        assert.deepEqual([error.code, error.recovery, error.step], ["ERR_SOURCE_FAILED", "retry", "deno-deploy"]);
      });
    }

    QUnit.test("refuses a token for another audience, naming both", async (assert) => {
      const error = await failureOf(() =>
        ask(async () => canaryToken({ aud: "sts.amazonaws.com", exp: NOW / 1000 + 60 })),
      );
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      assert.ok(error.message.includes(`has the audience sts.amazonaws.com, wanted is ${AUDIENCE};`), error.message);
    });

    QUnit.test("takes any algorithm: which one it is, Deno's documentation does not say", async (assert) => {
      const payload = freshToken().split(".")[1];
      for (const alg of ["ES256", "RS256"]) {
        const token = canary(`${btoa(JSON.stringify({ alg })).replaceAll("=", "")}.${payload}.c2lnbmF0dXJl`);
        assert.ok((await ask(async () => token)).token.reveal() === token);
      }
    });

    for (const [what, throwing] of [
      ["rejects", () => Promise.reject(new RangeError(`no: ${platformSecret}`))],
      [
        "throws at once",
        () => {
          throw new RangeError("no");
        },
      ],
    ] as const) {
      QUnit.test(`a function that ${what} is tried again, and what it says is not told`, async (assert) => {
        const error = await failureOf(() => ask(throwing));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "retry"]);
        assert.ok(error.message.includes("getIdToken threw RangeError"), error.message);
        assertHides(assert, error, [platformSecret]);
      });
    }

    QUnit.test("an error of this project goes through as it is", async (assert) => {
      const failure = new TokenError("Cannot", { code: "ERR_SOURCE_FAILED", recovery: "propagation" });
      assert.strictEqual(await failureOf(() => ask(() => Promise.reject(failure))), failure);
    });

    QUnit.test("waits no longer than its caller", async (assert) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = denoDeploy(() => new Promise(() => undefined));
      const asked = source.getToken({ audience: AUDIENCE }, { ...here(), signal: controller.signal });
      controller.abort(reason);
      await assert.rejects(asked, (error) => error === reason);
    });

    QUnit.test("another function is another identity", (assert) => {
      const [one, other]: Give[] = [async () => "", async () => ""];
      assert.strictEqual(denoDeploy(one as Give).identity[1], one);
      assert.notStrictEqual(denoDeploy(one as Give).identity[1], denoDeploy(other as Give).identity[1]);
    });
  });
};

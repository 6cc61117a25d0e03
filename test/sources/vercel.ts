import { vercel } from "@tokenhop/core/sources/vercel";
import { failureOf, fakePlatform } from "../contract/platform.ts";
import { sourceContract } from "../contract/source.ts";
import { freshToken } from "../contract/wire.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { ask, bare, requestWith, seconds, teamToken } from "./vercel-support.ts";

const path = "/tmp/oidc-token";
const missing = ["VERCEL, VERCEL_OIDC_TOKEN or VERCEL_OIDC_TOKEN_FILE"];

export const suite: Suite = (QUnit: QUnitLike) => {
  sourceContract(QUnit, {
    name: "vercel",
    variant: "the variable",
    provenance: "external",
    create: () => vercel(),
    platform: (token) => fakePlatform({ env: { VERCEL_OIDC_TOKEN: token } }),
    expired: "stop",
    unavailable: [
      { where: "anywhere else", names: missing },
      { where: "with a file and no way to read it", env: { VERCEL_OIDC_TOKEN_FILE: path }, names: missing },
      { where: "with empty variables", env: { VERCEL: "", VERCEL_OIDC_TOKEN: "" }, files: {}, names: missing },
    ],
    mistakes: [
      {
        what: "everything wrong",
        make: () =>
          vercel({
            exchangeUrl: "http://127.0.0.1:1/",
            allowHttpLoopback: 1,
            audience: "x",
          } as never),
        problems: [
          "exchangeUrl: expected an https URL (http: loopback only, with allowHttpLoopback)",
          "allowHttpLoopback: expected true or false",
          "audience: unknown option",
        ],
      },
    ],
  });

  sourceContract(QUnit, {
    name: "vercel",
    variant: "the file",
    provenance: "external",
    create: () => vercel(),
    platform: (token) => fakePlatform({ env: { VERCEL_OIDC_TOKEN_FILE: path }, files: { [path]: token } }),
    expired: "retry",
    mistakes: [],
  });

  QUnit.module("source vercel, its own", () => {
    const everywhere = (tokens: Readonly<Record<"header" | "file" | "variable", string>>, vercelSays = "1") => ({
      platform: fakePlatform({
        env: { VERCEL: vercelSays, VERCEL_OIDC_TOKEN_FILE: path, VERCEL_OIDC_TOKEN: tokens.variable },
        files: { [path]: tokens.file },
      }),
      request: requestWith(tokens.header),
    });
    const three = () => ({ header: freshToken(), file: freshToken(), variable: freshToken() });

    QUnit.test("takes the header before the file, and the file before the variable", async (assert) => {
      const tokens = three();
      const { platform, request } = everywhere(tokens);
      assert.ok((await ask(platform, { request })).token.reveal() === tokens.header);
      assert.deepEqual(platform.reads, []);
      for (const without of [bare, undefined]) {
        assert.ok((await ask(platform, { request: without })).token.reveal() === tokens.file);
      }
      const { VERCEL_OIDC_TOKEN } = platform.env;
      assert.ok((await ask(fakePlatform({ env: { VERCEL_OIDC_TOKEN } }))).token.reveal() === tokens.variable);
      assert.strictEqual(platform.requests.length, 0);
    });

    QUnit.test("elsewhere a header is what a client likes, and is not taken", async (assert) => {
      const tokens = three();
      const { platform, request } = everywhere(tokens, "");
      assert.ok((await ask(platform, { request })).token.reveal() === tokens.file);
    });

    QUnit.test("takes the headers that a framework gives, as a request of them", async (assert) => {
      const token = freshToken();
      const platform = fakePlatform({ env: { VERCEL: "1", VERCEL_OIDC_TOKEN: freshToken() } });
      const headers = async (): Promise<Headers> => new Headers({ "x-vercel-oidc-token": token, host: "app.example" });
      const request = new Request("https://app.example/", { headers: await headers() });
      assert.ok((await ask(platform, { request })).token.reveal() === token);
    });

    QUnit.test("what cannot be read is a failure, and no other identity", async (assert) => {
      const platform = fakePlatform({ env: { VERCEL: "1", VERCEL_OIDC_TOKEN: freshToken() } });
      const reason = new Error("no headers here");
      const request = {
        get headers(): never {
          throw reason;
        },
      } as unknown as Request;
      await assert.rejects(ask(platform, { request }), (error) => error === reason);
    });

    for (const [what, request, says] of [
      [
        "without a request",
        undefined,
        "no token in a request (give it to get), VERCEL_OIDC_TOKEN_FILE or VERCEL_OIDC_TOKEN;",
      ],
      ["with a request without a token", bare, "no token in the request, VERCEL_OIDC_TOKEN_FILE or VERCEL_OIDC_TOKEN;"],
    ] as const) {
      QUnit.test(`says where it looked, ${what}`, async (assert) => {
        const error = await failureOf(() => ask(fakePlatform({ env: { VERCEL: "1" } }), { request }));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_UNAVAILABLE", "stop"]);
        assert.ok(error.message.includes(`${says} is OIDC on in the project's settings?`), error.message);
      });
    }

    QUnit.test("an expired header is not made good by the variable", async (assert) => {
      const platform = fakePlatform({ env: { VERCEL: "1", VERCEL_OIDC_TOKEN: freshToken() } });
      const error = await failureOf(() => ask(platform, { request: requestWith(teamToken(seconds)) }));
      assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", "stop"]);
      assert.ok(error.message.includes("the header x-vercel-oidc-token holds an expired token"), error.message);
    });

    QUnit.test("says which file it cannot read, and falls back on nothing", async (assert) => {
      const env = { VERCEL_OIDC_TOKEN_FILE: path, VERCEL_OIDC_TOKEN: freshToken() };
      const error = await failureOf(() => ask(fakePlatform({ env, files: {} })));
      assert.strictEqual(error.code, "ERR_SOURCE_UNAVAILABLE");
      assert.ok(
        error.message.includes(`cannot read ${path} (ENOENT); is VERCEL_OIDC_TOKEN_FILE right?`),
        error.message,
      );
    });

    QUnit.test("keeps requests with different tokens apart, and no others", (assert) => {
      const { partition, perRequest } = vercel();
      const [one, other] = [freshToken(), freshToken()];
      const partOf = (request: Request | undefined): string => JSON.stringify(partition?.(request));
      assert.strictEqual(perRequest, true);
      assert.ok(partOf(requestWith(one)) !== partOf(requestWith(other)));
      assert.ok(partOf(requestWith(one)) === partOf(new Request("https://b.example/", requestWith(one))));
      assert.ok(partOf(requestWith(one)) !== partOf(bare));
      assert.strictEqual(partOf(bare), partOf(undefined));
    });

    QUnit.test("another exchange is another identity", (assert) => {
      assert.deepEqual(vercel().identity, ["vercel", "https://oidc.vercel.com/~token"]);
      assert.strictEqual(vercel({ exchangeUrl: "https://x.example/" }).identity[1], "https://x.example/");
    });
  });
};

/** How the source for OpenID Connect clients proves who it is by a secret that a function gets. */
import { secret, TokenError } from "@tokenhop/core";
import { oidcClient } from "@tokenhop/core/sources/oidc-client";
import { assertHides, contextFor, failureOf, fakePlatform, type Sent } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import type { Suite } from "../harness.ts";
import { canary } from "../leak.ts";
import { answering, ask, byAssertion, formOf, granted, options, password } from "./oidc-client-support.ts";

const encoded = encodeURIComponent(password).replaceAll("%20", "+");
const basic = btoa(`a+client:${encoded}`);

export const suite: Suite = (QUnit) => {
  QUnit.module("source oidc-client, its secret", () => {
    QUnit.test("goes into the header, as RFC 6749 writes it", async (assert) => {
      const platform = answering(granted());
      await ask(platform);
      const [sent] = platform.requests as readonly [Sent];
      assert.ok(sent.headers.get("authorization") === `Basic ${basic}`);
      assert.notOk("client_id" in formOf(sent) || "client_secret" in formOf(sent));
    });

    QUnit.test("goes into the form, where the option says so", async (assert) => {
      const platform = answering(granted());
      await ask(platform, { clientSecretMethod: "client_secret_post" });
      const [sent] = platform.requests as readonly [Sent];
      const { client_id, client_secret } = formOf(sent);
      assert.ok(client_secret === password);
      assert.strictEqual(client_id, "a client");
      assert.notOk(sent.headers.has("authorization"));
    });

    QUnit.test("is got anew for each token, with the platform and the signal and nothing else", async (assert) => {
      const asked: unknown[][] = [];
      const source = oidcClient({
        ...options,
        clientSecret: async (...given) => {
          asked.push(given);
          return password;
        },
      });
      const context = contextFor(answering(granted()), { request: new Request("https://app.example/") });
      for (let times = 0; times < 2; times++) await source.getToken({ audience: AUDIENCE }, context);
      assert.ok(
        asked.length === 2 &&
          asked.every(([one, ...more]) => {
            const { platform, signal, ...rest } = one as typeof context;
            return (
              more.length + Object.keys(rest).length === 0 && platform === context.platform && signal === context.signal
            );
          }),
      );
    });

    QUnit.test("is in no error, in whatever form a server echoes it", async (assert) => {
      for (const clientSecretMethod of ["client_secret_basic", "client_secret_post"] as const) {
        for (const echo of [password, encoded, basic, `Basic ${basic}`, `client_secret=${encoded}&x=1`]) {
          for (const body of [{ error: echo }, { error: "invalid_client", error_description: `got ${echo}.` }]) {
            const error = await failureOf(() => ask(answering(body, { status: 401 }), { clientSecretMethod }));
            assert.deepEqual([error.code, error.status, error.recovery], ["ERR_SOURCE_FAILED", 401, "stop"]);
            assertHides(assert, error, [password, encoded, basic]);
            const texts = [error.message, JSON.stringify(error)];
            const parts = [password, encoded, basic].flatMap((one) => [one.slice(0, 10), one.slice(-10)]);
            assert.notOk(parts.some((part) => texts.some((text) => text.includes(part))));
          }
        }
      }
    });

    QUnit.test("is in no error where a server escapes what it echoes", async (assert) => {
      for (const echo of [password, encoded, basic]) {
        const escaped = [...echo].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
        const text = `{"error":"invalid_client","error_description":"got ${escaped}."}`;
        const platform = fakePlatform({ respond: () => new Response(text, { status: 401 }) });
        const error = await failureOf(() => ask(platform));
        assert.ok(error.message.includes("HTTP 401 invalid_client got [redacted]. ("), error.message);
      }
    });

    QUnit.test("is in no error even where it is too short to look like a secret", async (assert) => {
      const short = canary("p w+0123456789");
      for (const echo of ["p+w%2B0123456789", btoa("a+client:p+w%2B0123456789")]) {
        const error = await failureOf(() =>
          ask(answering({ error: "invalid_client", error_description: `got ${echo}.` }, { status: 401 }), {
            clientSecret: () => short,
          }),
        );
        assert.ok(error.message.includes("HTTP 401 invalid_client got [redacted]. ("), error.message);
      }
    });

    for (const [what, clientSecret, recovery, says] of [
      ["gives nothing", () => undefined, "stop", "clientSecret gave no text"],
      ["gives an empty text", () => "", "stop", "clientSecret gave no text"],
      ["gives a secret of ours", () => secret("x"), "stop", "clientSecret gave no text"],
      ["rejects", () => Promise.reject(new RangeError(password)), "retry", "clientSecret threw RangeError"],
      [
        "throws at once",
        () => {
          throw password;
        },
        "retry",
        "clientSecret threw string",
      ],
    ] as const) {
      QUnit.test(`a function that ${what} is named, and nobody is asked`, async (assert) => {
        const platform = answering(granted());
        const error = await failureOf(() => ask(platform, { clientSecret: clientSecret as never }));
        assert.deepEqual([error.code, error.recovery], ["ERR_SOURCE_FAILED", recovery]);
        assert.ok(error.message.includes(says), error.message);
        assertHides(assert, error, [password]);
        assert.strictEqual(platform.requests.length, 0);
      });
    }

    QUnit.test("an error of this project goes through as it is", async (assert) => {
      const failure = new TokenError("Cannot", { code: "ERR_EXCHANGE_REFUSED", recovery: "propagation" });
      for (const more of [
        { clientSecret: () => Promise.reject(failure) },
        byAssertion(() => Promise.reject(failure)),
      ]) {
        assert.strictEqual(await failureOf(() => ask(answering(granted()), more)), failure);
      }
    });

    QUnit.test("is waited for no longer than its caller waits", async (assert) => {
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = oidcClient({ ...options, clientSecret: () => new Promise(() => undefined) });
      const asked = source.getToken({ audience: AUDIENCE }, contextFor(fakePlatform(), { signal: controller.signal }));
      controller.abort(reason);
      await assert.rejects(asked, (error) => error === reason);
    });
  });
};

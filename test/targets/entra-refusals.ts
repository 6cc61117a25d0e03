import { federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entra } from "@tokenhop/core/targets/entra";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { failureOf, json } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { type ErrorRow, errorRows } from "./entra-errors.ts";
import { FORM, replied } from "./entra-support.ts";

const TRACE = "aaaaaaaa-0000-4000-8000-000000000001";
const CORRELATION = "bbbbbbbb-0000-4000-8000-000000000002";
const TIME = "2026-01-01 00:00:00Z";

/** Both forms of what stands behind the text proper. */
const trailers: Readonly<Record<string, string>> = {
  "the trailer of old": `\r\nTrace ID: ${TRACE}\r\nCorrelation ID: ${CORRELATION}\r\nTimestamp: ${TIME}`,
  "the trailer of today": ` Trace ID: ${TRACE} Correlation ID: ${CORRELATION} Timestamp: ${TIME}`,
};

const bodyOf = ({ aadsts, error, text, suberror, claims }: ErrorRow, trailer: string): object => ({
  error,
  error_description: `AADSTS${aadsts}: ${text}${trailer}`,
  error_codes: [aadsts],
  timestamp: TIME,
  trace_id: TRACE,
  correlation_id: CORRELATION,
  error_uri: `https://login.microsoftonline.com/error?code=${aadsts}`,
  suberror,
  claims,
});

const CHAIN =
  "Entra refuses a token that itself came through a federated credential (AADSTS700231): put the federated credential on the app itself, or stop at the managed identity";

const row = (aadsts: number): ErrorRow => errorRows.find((one) => one.aadsts === aadsts) as ErrorRow;
const refused = (body: unknown, init: ResponseInit) => failureOf(() => replied(json(body, init)));

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("table: AADSTS refusals", () => {
    for (const one of errorRows) {
      for (const [form, trailer] of Object.entries(trailers)) {
        QUnit.test(`AADSTS${one.aadsts} with ${form}`, async (assert) => {
          const { aadsts, status, error: oauthError, recovery, text, claims, retryAfterMs } = one;
          const error = await refused(bodyOf(one, trailer), { status });
          const chained = aadsts === 700231;
          assert.deepEqual({ ...error, message: error.message.split(" (ERR_", 1)[0] }, {
            name: "TokenError",
            message: `Cannot exchange token at entra: ${chained ? CHAIN : `AADSTS${aadsts}: ${text}`}`,
            code: chained ? "ERR_EXCHANGE_CHAIN" : "ERR_EXCHANGE_REFUSED",
            recovery,
            step: "entra",
            status,
            error: oauthError,
            errorCodes: [aadsts],
            correlationId: CORRELATION,
            traceId: TRACE,
            timestamp: TIME,
            ...(claims && { claims }),
            ...(retryAfterMs && { retryAfterMs }),
          } as never);
        });
      }
    }
  });

  QUnit.module("target entra, its refusals", () => {
    QUnit.test("keeps the codes of a reply with WWW-Authenticate", async (assert) => {
      const headers = { "www-authenticate": 'Bearer realm="", error="invalid_client"' };
      const error = await refused(bodyOf(row(700213), ""), { status: 401, headers });
      assert.deepEqual([error.code, error.errorCodes], ["ERR_EXCHANGE_REFUSED", [700213]]);
    });

    QUnit.test("keeps the codes of a 5xx, whose own meaning goes first", async (assert) => {
      for (const status of [500, 502, 503, 504]) {
        const error = await refused(bodyOf(row(700024), ""), { status });
        assert.deepEqual([error.status, error.recovery, error.errorCodes], [status, "subject", [700024]]);
      }
    });

    QUnit.test("takes a code that it does not know by the status", async (assert) => {
      const unknown: ErrorRow = { aadsts: 99999, status: 0, error: "invalid_client", recovery: "stop", text: "New." };
      for (const [status, recovery] of [
        [400, "stop"],
        [401, "stop"],
        [403, "stop"],
        [408, "retry"],
        [429, "retry"],
        [503, "retry"],
      ] as const) {
        const error = await refused(bodyOf(unknown, ""), { status });
        assert.deepEqual([error.code, error.recovery], ["ERR_EXCHANGE_REFUSED", recovery]);
      }
    });

    QUnit.test("retries what says that it is temporary, whatever its status", async (assert) => {
      const error = await refused({ error: "temporarily_unavailable" }, { status: 400 });
      assert.deepEqual([error.code, error.recovery], ["ERR_EXCHANGE_REFUSED", "retry"]);
    });

    QUnit.test("finds the code in the description where the list is missing", async (assert) => {
      for (const error_codes of [undefined, [], null, "x", [Number.NaN]]) {
        const error = await refused({ ...bodyOf(row(700213), ""), error_codes }, { status: 401 });
        assert.deepEqual([error.errorCodes, error.recovery], [[700213], "propagation"]);
      }
      const bare = await refused({ error_description: "AADSTS700231: no." }, { status: 500 });
      assert.deepEqual([bare.code, bare.errorCodes, bare.error], ["ERR_EXCHANGE_CHAIN", [700231], undefined]);
      assert.strictEqual(bare.recovery, "stop", "whatever the status");
    });

    QUnit.test("takes codes that are texts for numbers", async (assert) => {
      const error = await refused({ ...bodyOf(row(70021), ""), error_codes: ["70021", 700213] }, { status: 400 });
      assert.deepEqual(error.errorCodes, [70021, 700213]);
    });

    QUnit.test("honours Retry-After", async (assert) => {
      const error = await refused(bodyOf(row(50196), ""), { status: 400, headers: { "retry-after": "300" } });
      assert.strictEqual(error.retryAfterMs, 300_000);
    });

    QUnit.test("says the status where the body says nothing", async (assert) => {
      for (const body of ["", "<html>", "null", "[1]", '"error"', "{}", '{"error":5,"error_description":null}']) {
        const error = await failureOf(() => replied(new Response(body, { status: 403 })));
        assert.deepEqual([error.code, error.error, error.errorCodes], ["ERR_EXCHANGE_FAILED", undefined, undefined]);
        assert.ok(error.message.startsWith("Cannot exchange token at entra: it answered 403 ("), error.message);
      }
    });

    QUnit.test("passes claims on only as they came, and not without bound", async (assert) => {
      const claims = (length: number): string =>
        `${`{"access_token":{"a":"${"b ".repeat(length)}`.slice(0, length - 1)}}`;
      const given: readonly [unknown, boolean][] = [
        [row(50076).claims, true],
        [claims(4_096), true],
        [claims(4_097), false],
        ["a\u0000b", false],
        [`{"access_token":"${canaryToken()}"}`, false],
        [{ access_token: {} }, false],
        [5, false],
      ];
      for (const [sent, passed] of given) {
        const error = await refused({ ...bodyOf(row(50076), ""), claims: sent }, { status: 400 });
        assert.strictEqual(error.claims, passed ? (sent as string) : undefined);
      }
    });

    QUnit.test("cuts a text that has no end", async (assert) => {
      const error = await refused(
        { error: "x ".repeat(50_000), error_description: "AADSTS1: y ".repeat(9_000) },
        { status: 400 },
      );
      assert.ok(error.message.length < 700 && (error.error?.length ?? 0) < 700, String(error.message.length));
    });
  });

  QUnit.module("target entra, the chain", () => {
    const first = () =>
      federate({ from: fromFunction(() => canaryToken()), to: entra(FORM), platform: testPlatform({}) });

    QUnit.test("is refused at construction, where it can be seen", async (assert) => {
      for (const from of [first(), first().with({ scope: "api://AzureADTokenExchange/.default" })]) {
        const error = await failureOf(() => federate({ from, to: entra(FORM) }));
        assert.deepEqual([error.code, error.problems], ["ERR_CONFIG_CHAIN", [CHAIN]]);
      }
      const source = fromFunction(() => "x", { provenance: "entra-federated" });
      assert.strictEqual((await failureOf(() => federate({ from: source, to: entra(FORM) }))).code, "ERR_CONFIG_CHAIN");
    });

    QUnit.test("hidden in a function, it gets the same explanation from the server's refusal", async (assert) => {
      const fetch = scriptedFetch([
        json({ token_type: "Bearer", expires_in: 3600, access_token: canaryToken() }),
        json(bodyOf(row(700231), ""), { status: 401 }),
      ]);
      const platform = testPlatform({ fetch });
      const uami = federate({ from: fromFunction(() => canaryToken()), to: entra(FORM), platform });
      const hidden = fromFunction(async () => (await uami.get()).token.reveal());
      const app = federate({ from: hidden, to: entra(FORM), platform });
      const error = await failureOf(() => app.get());
      assert.deepEqual([error.code, error.recovery, error.errorCodes], ["ERR_EXCHANGE_CHAIN", "stop", [700231]]);
      assert.ok(error.message.includes(CHAIN), error.message);
      assert.strictEqual(fetch.requests.length, 2, "nothing is tried again");
    });
  });
};

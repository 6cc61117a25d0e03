import { secret } from "@tokenhop/core";
import { entra } from "@tokenhop/core/targets/entra";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { contextFor, failureOf } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchange, FORM, good } from "./entra-support.ts";

const CP1 = '"xms_cc":{"values":["cp1"]}';
const NBF = '"nbf":{"essential":true,"value":"1767225600"}';

/** Hand-written: challenge, whether cp1 is declared, what is sent. */
const sent: readonly [string | undefined, boolean, string | null][] = [
  [undefined, false, null],
  ["", false, null],
  [undefined, true, `{"access_token":{${CP1}}}`],
  [`{"access_token":{${NBF}}}`, false, `{"access_token":{${NBF}}}`],
  [`{"access_token":{${NBF}}}`, true, `{"access_token":{${NBF},${CP1}}}`],
  [`{"id_token":{"a":null},"access_token":{${NBF}}}`, true, `{"id_token":{"a":null},"access_token":{${NBF},${CP1}}}`],
  ['{"access_token":{"xms_cc":{"values":["other"]}}}', true, `{"access_token":{${CP1}}}`],
  [
    '{"__proto__":{"x":1},"access_token":{"__proto__":{"y":1}}}',
    true,
    `{"__proto__":{"x":1},"access_token":{"__proto__":{"y":1},${CP1}}}`,
  ],
];

const wrong: Readonly<Record<string, string>> = {
  "no JSON": "{",
  "a JSON text": '"access_token"',
  "a JSON null": "null",
  "a list": "[]",
  "an access_token that is a text": '{"access_token":"x"}',
  "no access_token": '{"id_token":{}}',
  "an access_token that is null": '{"access_token":null}',
  "more than 4 kB": `{"access_token":{"a":"${"x".repeat(4_096)}"}}`,
};

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target entra, claims", () => {
    for (const [claims, enableCae, expected] of sent) {
      QUnit.test(`sends ${expected ?? "nothing"} for ${claims}${enableCae ? " with cp1" : ""}`, async (assert) => {
        const { form } = await exchange({ ...FORM, enableCae }, {}, { claims });
        assert.strictEqual(form.get("claims"), expected);
        assert.strictEqual(({} as { x?: unknown; y?: unknown }).x, undefined, "no prototype was written to");
      });
    }

    for (const [what, claims] of Object.entries(wrong)) {
      QUnit.test(`refuses ${what} without asking`, async (assert) => {
        const fetch = scriptedFetch([good()]);
        const context = contextFor(testPlatform({ fetch }), { claims });
        const error = await failureOf(() => entra(FORM).exchange({ token: secret(canaryToken()) }, {}, context));
        assert.deepEqual([error.code, error.recovery], ["ERR_CALL_CLAIMS", "stop"]);
        assert.strictEqual(fetch.requests.length, 0);
      });
    }
  });
};

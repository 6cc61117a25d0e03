import { federate } from "@tokenhop/core";
import { fromFunction } from "@tokenhop/core/sources/from-function";
import { entra } from "@tokenhop/core/targets/entra";
import { scriptedFetch, testPlatform } from "@tokenhop/core/testing";
import { failureOf, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { FORM, good, replied } from "./entra-support.ts";

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target entra, its replies", () => {
    /** Hand-written: fields of the reply → lifetime and advice in seconds, or what is wrong with it. */
    const times: readonly [object, number | string, number?][] = [
      [{ expires_in: 3599 }, 3599],
      [{ expires_in: "3599" }, 3599],
      [{ expires_in: 86399, refresh_in: 43199 }, 86399, 43199],
      [{ expires_in: "86399", refresh_in: "43199" }, 86399, 43199],
      [{ refresh_in: 0 }, 3600],
      [{ refresh_in: -5 }, 3600],
      [{ ext_expires_in: 9, scope: "x", foo: {} }, 3600],
      [{ expires_in: undefined }, "expires_in: missing"],
      [{ expires_in: null }, "expires_in: expected a number of seconds"],
      [{ expires_in: "" }, "expires_in: expected a number of seconds"],
      [{ expires_in: "soon" }, "expires_in: expected a number of seconds"],
      [{ expires_in: true }, "expires_in: expected a number of seconds"],
      [{ refresh_in: "soon" }, "refresh_in: expected a number of seconds"],
      [{ token_type: undefined }, 3600],
      [{ token_type: "bearer" }, 3600],
      [{ token_type: "BEARER" }, 3600],
      [{ token_type: "pop" }, "token_type: expected Bearer"],
      [{ token_type: 5 }, "token_type: expected Bearer"],
      [
        { access_token: "", expires_in: "x" },
        "access_token: expected a token; expires_in: expected a number of seconds",
      ],
    ];
    for (const [fields, expected, advice] of times) {
      QUnit.test(
        `reads ${JSON.stringify(fields, (_, value) => (value === undefined ? "absent" : value))}`,
        async (assert) => {
          const reply = replied(good(fields));
          if (typeof expected === "string") {
            const error = await failureOf(() => reply);
            assert.strictEqual(error.code, "ERR_EXCHANGE_REPLY");
            assert.ok(error.message.startsWith(`Cannot read the reply at entra: ${expected} (`), error.message);
            return;
          }
          const { expiresAt, refreshAt } = await reply;
          assert.deepEqual([expiresAt, refreshAt], [NOW + expected * 1000, advice && NOW + advice * 1000]);
        },
      );
    }

    for (const expires_in of [0, "0", -60]) {
      QUnit.test(`a token that lasts ${JSON.stringify(expires_in)} seconds is never handed out`, async (assert) => {
        const fetch = scriptedFetch([() => good({ expires_in })]);
        const provider = federate({
          from: fromFunction(() => canaryToken()),
          to: entra(FORM),
          platform: testPlatform({ fetch }),
          limits: { attempts: 1 },
        });
        const error = await failureOf(() => provider.get());
        assert.strictEqual(error.code, "ERR_CREDENTIAL_EXPIRED");
      });
    }
  });
};

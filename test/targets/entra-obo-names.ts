/** What is left of a user in Entra's refusals, what is left of the refusals, and how long that takes. */
import { problemResponse } from "@tokenhop/core";
import { json } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { refusedWith, userWith } from "./entra-obo-support.ts";
import { TENANT } from "./entra-support.ts";

const CLAIMS = '{"access_token":{"acrs":{"essential":true,"value":"c1"}}}';
const DEMANDED = `Bearer authorization_uri="https://login.microsoftonline.com/${TENANT}/oauth2/authorize", error="insufficient_claims", claims="${btoa(CLAIMS)}"`;
const refusal = (said: unknown, more: object = {}): Response =>
  json({ error: "interaction_required", error_description: said, error_codes: [50076], ...more }, { status: 400 });

const saidIn = ({ message }: Error): string => message.split(" (ERR_", 1)[0] as string;

/** What the token calls its user, what Entra says, and what is left of it. */
const rows: readonly (readonly [claims: object, said: string, left: string])[] = [
  [
    { given_name: "Al" },
    "User Al, AL and al met formal Albert.",
    "User [redacted], [redacted] and [redacted] met formal Albert.",
  ],
  [{ name: "Ann Onymous" }, "User 'ANN ONYMOUS' or ann onymous_1.", "User '[redacted]' or [redacted]_1."],
  [
    { oid: "4444aaaa-4444-4444-8444-44444444aaaa" },
    "Object 4444AAAA-4444-4444-8444-44444444AAAA.",
    "Object [redacted].",
  ],
  [{ upn: "ann", name: "Ann Lee" }, "It is Ann Lee. Ann!", "It is [redacted]. [redacted]!"],
  [{ name: "A. (B) [c]* $1" }, "It is a. (b) [C]* $1.", "It is [redacted]."],
  [{ family_name: "Žižek" }, "It is žiŽek, not Žižekov.", "It is [redacted], not Žižekov."],
  [{ name: " ", given_name: "" }, "Nobody is called that.", "Nobody is called that."],
  [{}, "It is #EXT#ann_x.com@y.z, not x @ y.", "It is [redacted], not x [redacted] y."],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target entra-obo, whom its refusals name", () => {
    for (const [claims, said, left] of rows) {
      QUnit.test(`${JSON.stringify(claims)}: ${left}`, async (assert) => {
        const error = await refusedWith(refusal(`AADSTS50076: ${said}`), await userWith(claims as never));
        assert.strictEqual(saidIn(error), `Cannot exchange token at entra-obo: AADSTS50076: ${left}`);
      });
    }

    for (const name of ["tia", "val", "true", "interaction", "required", "access_token", "acrs", "error", "c1", "_"]) {
      QUnit.test(`a user called ${name} is asked to act as any other`, async (assert) => {
        const user = await userWith({ name, given_name: name, preferred_username: name });
        const error = await refusedWith(
          refusal("AADSTS50076: No.", { claims: CLAIMS, suberror: "basic_action" }),
          user,
        );
        assert.deepEqual(
          [error.code, error.error, error.claims, error.challenge],
          ["ERR_EXCHANGE_INTERACTION", "interaction_required", CLAIMS, DEMANDED],
        );
      });
    }

    QUnit.test("a description that is no text is none", async (assert) => {
      const user = await userWith({ name: "Ann Onymous", upn: "ann@contoso.com" });
      for (const said of [["Ann Onymous", "ann@contoso.com"], { Ann: "ann@contoso.com" }, 1, true]) {
        const error = await refusedWith(refusal(said), user);
        assert.strictEqual(saidIn(error), "Cannot exchange token at entra-obo: interaction_required");
        assert.notOk(/contoso|onymous/i.test(JSON.stringify(error)));
      }
    });

    QUnit.test("claims that are no JSON object are not passed on", async (assert) => {
      for (const claims of ["x", '"x"', "1", "null", `${CLAIMS}}`]) {
        const error = await refusedWith(refusal("AADSTS50076: No.", { claims }), await userWith());
        assert.deepEqual([error.code, error.claims], ["ERR_EXCHANGE_INTERACTION", undefined], claims);
        assert.ok(error.challenge?.includes('error="invalid_token"'), claims);
      }
    });

    QUnit.test("a piece of the user's token shows in no field", async (assert) => {
      const user = await userWith();
      const piece = user.token.reveal().slice(-40, -20);
      const echoed = {
        error: piece,
        correlation_id: piece,
        trace_id: piece,
        timestamp: piece,
        claims: `{"a":"${piece}"}`,
      };
      const error = await refusedWith(refusal(`AADSTS50076: ${piece}`, echoed), user);
      assert.deepEqual([error.correlationId, error.claims], ["[redacted]", undefined]);
      assert.notOk(JSON.stringify(error).includes(piece) || error.message.includes(piece));
    });

    QUnit.test("of a text without end the beginning is looked at", async (assert) => {
      const said = (fill: number): string => `AADSTS50076: ${"\u0001".repeat(fill)}the end`;
      const [short, long] = [
        await refusedWith(refusal(said(4_000)), await userWith()),
        await refusedWith(refusal(said(4_096)), await userWith()),
      ];
      assert.ok(short.message.includes("the end"));
      assert.notOk(long.message.includes("the end"));
    });

    QUnit.test("what is made to be slow to clean takes no longer than other replies", async (assert) => {
      const user = await userWith({ name: "a.a.a.a.a.a.a", token: undefined });
      const long = 60_000;
      const texts = [".", "!", "\u00e9", "a.", "@", "eyJ", "\u0001", "abcdefghijkl "].map((text) =>
        text.repeat(long / text.length),
      );
      for (const text of texts) {
        for (const more of [{}, { claims: text, error: text, trace_id: text, correlation_id: text }]) {
          const started = performance.now();
          const error = await refusedWith(refusal(text, Object.keys(more).length > 0 ? more : {}), user);
          const took = performance.now() - started;
          assert.ok(error.message.length < 600, error.message);
          // 60,000 dots took ten seconds. Not every runtime lets time pass here.
          assert.ok(took < 500, `${text.slice(0, 12)}: ${took} ms`);
        }
      }
    });
  });

  QUnit.module("target entra-obo, its authority in a challenge", () => {
    QUnit.test("it is written as a header can have it", async (assert) => {
      for (const [authority, written] of [
        ["https://anmeldung.b\u00fccher.example/", "https://anmeldung.xn--bcher-kva.example"],
        ["https://LOGIN.example:443/caf\u00e9", "https://login.example/caf%C3%A9"],
      ] as const) {
        const error = await refusedWith(refusal("AADSTS50076: No."), await userWith(), { authority });
        const challenge = problemResponse(error)?.headers.get("www-authenticate");
        assert.ok(
          challenge?.startsWith(`Bearer authorization_uri="${written}/${TENANT}/oauth2/authorize", `),
          challenge ?? "",
        );
      }
    });
  });
};

/** What the target token-exchange takes for an answer. Hand-written. */
import type { Recovery } from "@tokenhop/core";
import { type TokenExchangeOptions, tokenExchange } from "@tokenhop/core/targets/token-exchange";
import { assertHides, json, NOW } from "../contract/platform.ts";
import type { QUnitLike, Suite } from "../harness.ts";
import { canaryToken } from "../leak.ts";
import { exchanged, refusedBy, saidIn } from "./exchange-support.ts";
import { answer, EXCHANGE, good, TYPE } from "./token-exchange-support.ts";

type Options = Partial<TokenExchangeOptions>;

const lax: Options = { anyIssuedTokenType: true };
const answered = async (options: Options, body: unknown, headers: Record<string, string> = {}) =>
  (await exchanged(tokenExchange({ ...EXCHANGE, ...options }), [json(body, { headers })])).out;
const refused = (options: Options, body: unknown) =>
  refusedBy(tokenExchange({ ...EXCHANGE, ...options }), [json(body)]);

const jwt = (seconds: number): string => canaryToken({ exp: NOW / 1_000 + seconds });

/** Options, reply, and how many ms later its token ends. */
const ends: readonly (readonly [string, Options, (token: string) => unknown, number])[] = [
  ["expires_in", {}, () => good({ expires_in: 900 }), 900_000],
  ["expires_in as a text", {}, () => good({ expires_in: "900" }), 900_000],
  ["a JWT's own, where expires_in is later", lax, () => ({ access_token: jwt(60), expires_in: 900 }), 60_000],
  ["expires_in, where a JWT's own is later", lax, () => ({ access_token: jwt(900), expires_in: 60 }), 60_000],
  [
    "a JWT's own, where a date is later",
    { ...lax, reply: { expiresAt: "expiry" } },
    () => ({ access_token: jwt(60), expiry: "2026-01-01T00:15:00Z" }),
    60_000,
  ],
  [
    "a date of another zone",
    { ...lax, reply: { expiresAt: "expiry" } },
    (token) => ({ access_token: token, expiry: "2026-01-01T01:30:40.250+01:30" }),
    40_250,
  ],
  ["a null for nothing", lax, () => ({ access_token: jwt(60), expires_in: null }), 60_000],
  ["a JWT's own", lax, () => ({ access_token: jwt(60) }), 60_000],
  ["a JWT's own before an assumption", { ...lax, assumedLifetimeMs: 5_000 }, () => ({ access_token: jwt(60) }), 60_000],
  ["an assumption", { ...lax, assumedLifetimeMs: 5_000 }, (token) => ({ access_token: token }), 5_000],
  ["another name", { ...lax, reply: { expiresIn: "ttl" } }, (token) => ({ access_token: token, ttl: 30 }), 30_000],
  [
    "seconds since 1970",
    { ...lax, reply: { expiresAt: "expiry" } },
    (token) => ({ access_token: token, expiry: NOW / 1_000 + 40 }),
    40_000,
  ],
  [
    "the same as a text",
    { ...lax, reply: { expiresAt: "expiry" } },
    (token) => ({ access_token: token, expiry: `${NOW / 1_000 + 40}` }),
    40_000,
  ],
  [
    "milliseconds since 1970",
    { ...lax, reply: { expiresAt: "expiry" } },
    (token) => ({ access_token: token, expiry: NOW + 40_500 }),
    40_500,
  ],
  [
    "a date",
    { ...lax, reply: { expiresAt: "expiry" } },
    (token) => ({ access_token: token, expiry: "2026-01-01T00:00:40Z" }),
    40_000,
  ],
  ["a date of old", lax, () => good({ expires_in: -1 }), -1_000],
];

/** Fixed, as a table is made before a Worker has random values. */
const shown = (more?: object): object => answer("opaque", more);
const unusable = "Cannot exchange token at token-exchange: its reply cannot be used: ";
const unread = { recovery: "retry" } as const;
const meant = { recovery: "stop" } as const;

/** Options, reply, what is said of it. */
const useless: readonly (readonly [Options, unknown, string, { recovery: Recovery }])[] = [
  [{}, { ...shown(), access_token: undefined, token: "x" }, "access_token: expected a token", unread],
  [{}, shown({ access_token: ["x"] }), "access_token: expected a token", unread],
  [{ reply: { token: "data.token" } }, shown(), "data.token: expected a token", unread],
  [{ reply: { token: "data.token" } }, shown({ data: null }), "data.token: expected a token", unread],
  [{ reply: { token: "constructor.name" } }, shown(), "constructor.name: expected a token", unread],
  [{}, shown({ token_type: "DPoP" }), "token_type: expected Bearer", meant],
  [{}, shown({ token_type: 5 }), "token_type: expected Bearer", meant],
  [{}, shown({ token_type: { toString: 1 } }), "token_type: expected Bearer", meant],
  [{}, shown({ token_type: "" }), "token_type: expected Bearer", meant],
  [
    { hosts: ["api.example.com"] },
    shown({ token_type: "N_A" }),
    "token_type: N_A, so no request can carry it as a bearer token; leave out the option hosts",
    meant,
  ],
  [
    {},
    shown({ issued_token_type: undefined }),
    "issued_token_type: missing (RFC 8693, 2.2.1); see the option anyIssuedTokenType",
    meant,
  ],
  [
    {},
    shown({ issued_token_type: null }),
    "issued_token_type: missing (RFC 8693, 2.2.1); see the option anyIssuedTokenType",
    meant,
  ],
  [
    { requestedTokenType: "jwt" },
    shown(),
    `issued_token_type: expected ${TYPE}jwt; see the option anyIssuedTokenType`,
    meant,
  ],
  [{}, shown({ issued_token_type: `${TYPE}refresh_token` }), "issued_token_type: expected no refresh token", meant],
  [lax, shown({ issued_token_type: `${TYPE}refresh_token` }), "issued_token_type: expected no refresh token", meant],
  [lax, { access_token: "opaque" }, "nothing says when the token ends; see the option assumedLifetimeMs", meant],
  [{}, shown({ expires_in: "soon" }), "expires_in: expected a number of seconds", unread],
  [{}, shown({ expires_in: [900] }), "expires_in: expected a number of seconds", unread],
  [{}, shown({ expires_in: "9".repeat(11) }), "expires_in: expected a number of seconds", unread],
  [{}, shown({ expires_in: 1e21 }), "expires_in: expected a number of seconds", unread],
  [
    { ...lax, reply: { expiresAt: "expiry" } },
    { access_token: "x", expiry: "tomorrow" },
    "expiry: expected an instant",
    unread,
  ],
  [
    { ...lax, reply: { expiresAt: "expiry" } },
    { access_token: "x", expiry: "2026-99-99T00:00:00Z" },
    "expiry: expected an instant",
    unread,
  ],
  ...["2026-01-01T00:00:40", "2026-02-30T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01", "9".repeat(16)].map(
    (expiry): (typeof useless)[number] => [
      { ...lax, reply: { expiresAt: "expiry" } },
      { access_token: "x", expiry },
      "expiry: expected an instant",
      unread,
    ],
  ),
  [
    { ...lax, reply: { expiresAt: "expiry" } },
    { access_token: "x", expiry: {} },
    "expiry: expected an instant",
    unread,
  ],
];

export const suite: Suite = (QUnit: QUnitLike) => {
  QUnit.module("target token-exchange, its replies", () => {
    for (const [what, options, body, ms] of ends) {
      QUnit.test(`goes by ${what}`, async (assert) => {
        const { expiresAt } = await answered(options, body(`opaque-${canaryToken().slice(-40)}`));
        assert.strictEqual(expiresAt, NOW + ms);
      });
    }

    QUnit.test("an instant of the server's is corrected by its clock, a lifetime is not", async (assert) => {
      const headers = { date: new Date(NOW - 60_000).toUTCString() };
      assert.strictEqual((await answered(lax, { access_token: jwt(60) }, headers)).expiresAt, NOW + 120_000);
      const expiry = { ...lax, reply: { expiresAt: "at.end" } };
      const body = { access_token: "x", at: { end: NOW / 1_000 + 60 } };
      assert.strictEqual((await answered(expiry, body, headers)).expiresAt, NOW + 120_000);
      assert.strictEqual((await answered({}, good({ expires_in: 60 }), headers)).expiresAt, NOW + 60_000);
    });

    QUnit.test("is as good with 201", async (assert) => {
      const token = canaryToken();
      const { out } = await exchanged(tokenExchange(EXCHANGE), [json(answer(token), { status: 201 })]);
      assert.ok(out.token.reveal() === token && out.expiresAt === NOW + 3_600_000);
    });

    QUnit.test("finds the token where it is told to", async (assert) => {
      const token = canaryToken();
      for (const [path, body] of [
        ["token", { token }],
        ["value", { value: token, access_token: "other" }],
        ["data.0.auth.token", { data: [{ auth: { token } }] }],
      ] as const) {
        const out = await answered({ ...lax, reply: { token: path }, assumedLifetimeMs: 60_000 }, body);
        assert.ok(out.token.reveal() === token, path);
        assertHides(assert, out, [token]);
      }
    });

    QUnit.test("takes the type that was asked for, or any where none was", async (assert) => {
      await answered({ requestedTokenType: "access_token" }, good());
      await answered({}, good({ issued_token_type: "urn:example:x", token_type: "bearer" }));
      await answered({ ...lax, requestedTokenType: "jwt" }, good());
      await answered(lax, { ...good(), issued_token_type: undefined, token_type: undefined });
      assert.ok(true);
    });

    QUnit.test("gives a token that is none for requests where nothing attaches it", async (assert) => {
      const token = canaryToken();
      const out = await answered(
        {},
        good({ access_token: token, token_type: "N_A", issued_token_type: `${TYPE}id_token` }),
      );
      assert.ok(out.token.reveal() === token);
    });

    for (const [options, body, why, { recovery }] of useless) {
      QUnit.test(
        `cannot use ${JSON.stringify(body).replace(/eyJ[^"]*/, "...")} with ${JSON.stringify(options)}`,
        async (assert) => {
          const error = await refused(options, body);
          assert.deepEqual(
            [error.code, error.recovery, error.step],
            ["ERR_EXCHANGE_REPLY", recovery, "token-exchange"],
          );
          assert.strictEqual(saidIn(error), unusable + why);
        },
      );
    }
  });
};

/** Tokens and texts that no platform should give, and some that are good among them: what identity sources are fuzzed with. */
import fc from "fast-check";
import { NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";

const seconds = NOW / 1000;
const encode = (text: string): string =>
  btoa(String.fromCharCode(...new TextEncoder().encode(text)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
/** In every token: as long as that of an RSA key, and nowhere the same. */
const SIGNATURE = encode(Array.from({ length: 256 }, (_, at) => String.fromCharCode(33 + ((at * 37) % 89))).join(""));
/** Stretches of it, one of which is in whatever is left of it. */
export const STRETCHES: readonly string[] = Array.from({ length: 9 }, (_, at) =>
  SIGNATURE.slice(at * 32, at * 32 + 64),
);
/** A token that says this. */
export const tokenOf = (claims: unknown): string =>
  `${encode('{"alg":"RS256","typ":"JWT"}')}.${encode(JSON.stringify(claims))}.${SIGNATURE}`;
const sub = "spiffe://acme.example/a";
/** One that every source takes. */
export const good: string = tokenOf({ aud: AUDIENCE, exp: seconds + 300, sub });

/** A value that may stand in the place of any other. */
export const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(AUDIENCE, [AUDIENCE], seconds + 300, seconds - 1, String(seconds), -1, 1e308, null, sub),
  fc.constantFrom<unknown>({ toString: 1, valueOf: 1 }, { __proto__: null, constructor: 1 }, [[[]]], "\u0000\u202e"),
  fc.constantFrom<unknown>("2026-01-01T00:05:00Z", "1970-01-01"),
  fc.jsonValue({ maxDepth: 3 }),
);
/** A JWT that says whatever it likes. */
const strangeTokens = fc.record({ aud: odd, exp: odd, iat: odd, sub: odd }, { requiredKeys: [] }).map(tokenOf);
/** Texts that are no tokens. */
export const texts: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc.constantFrom(
    "",
    " \n",
    ".",
    "..",
    "a..",
    "a.b.c",
    ".e30.",
    "<!doctype html>",
    `${good}\n${good}`,
    "x".repeat(5_000),
  ),
);

/** A text of which a stretch was cut out, and another put in. */
export const bent = (whole: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(whole, fc.nat(), fc.nat(40), fc.string({ maxLength: 8 })).map(([text, at, length, put]) => {
    const from = at % (text.length + 1);
    return text.slice(0, from) + put + text.slice(from + length);
  });
/** Good ones, strange ones, broken ones, and none. */
export const tokens: fc.Arbitrary<string> = fc.oneof(fc.constant(good), strangeTokens, texts, bent(strangeTokens));

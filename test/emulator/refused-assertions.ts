/** What the token endpoint refuses about an assertion: written by hand. */
import { demoIds } from "@tokenhop/emulator";
import type { Suite } from "../harness.ts";
import { external, forged, plain, type Row, raw, testRows } from "./refusal-rows.ts";
import * as world from "./support.ts";

const { appClientId } = demoIds;
const { ids } = world;
const { externalApp } = ids;

const encode = (value: unknown): string =>
  btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
const withHeader = (token: string, header: unknown): string => [encode(header), ...token.split(".").slice(1)].join(".");

const rows: readonly Row[] = [
  [50027, "400 invalid_request", "the assertion is no JWT", plain({ client_assertion: "not a jwt" })],
  [
    50027,
    "400 invalid_request",
    "the assertion has no signature",
    raw(externalApp, async (e) => (await world.externalToken(e)).replace(/\.[^.]*$/, ".")),
  ],
  [50027, "400 invalid_request", "the audience is an array of two", external({ audience: [world.exchange, "other"] })],
  [50027, "400 invalid_request", "the audience is an empty array", external({ audience: [] })],
  [
    50027,
    "400 invalid_request",
    "exp is missing",
    raw(ids.trustsApp, (e) => e.signEntraToken(forged({ exp: undefined }))),
  ],
  [
    50027,
    "400 invalid_request",
    "exp is a text",
    raw(ids.trustsApp, (e) => e.signEntraToken(forged({ exp: "9" } as never))),
  ],
  [
    50027,
    "400 invalid_request",
    "sub is missing",
    raw(ids.trustsApp, (e) => e.signEntraToken(forged({ sub: undefined }))),
  ],
  [
    5002730,
    "400 invalid_request",
    "the algorithm is none",
    raw(externalApp, async (e) => withHeader(await world.externalToken(e), { alg: "none" })),
  ],
  [
    5002730,
    "400 invalid_request",
    "the algorithm is HS256",
    raw(externalApp, async (e) => withHeader(await world.externalToken(e), { alg: "HS256", kid: "x" })),
  ],
  [
    700027,
    "401 invalid_client",
    "the assertion names the client itself as issuer",
    raw(externalApp, (e) => e.signEntraToken(forged({ iss: externalApp, sub: externalApp }))),
    { says: "The key was not found" },
  ],
  [
    50048,
    "401 invalid_client",
    "issuer and subject of a certificate assertion differ",
    raw(externalApp, (e) => e.signEntraToken(forged({ iss: externalApp }))),
  ],
  [
    70025,
    "401 invalid_client",
    "the client has no credential",
    plain({ client_id: ids.bareApp }),
    { says: `'${ids.bareApp}'(bare)` },
  ],
  [
    700211,
    "401 invalid_client",
    "no credential has the issuer",
    plain({ client_id: appClientId }),
    { says: demoIds.oidcIssuer },
  ],
  [
    700211,
    "401 invalid_client",
    "the issuer has a slash too many",
    raw(externalApp, (e) => e.signEntraToken(forged({ iss: `${demoIds.oidcIssuer}/` }))),
  ],
  [
    700211,
    "401 invalid_client",
    "the issuer differs in case",
    raw(externalApp, (e) => e.signEntraToken(forged({ iss: demoIds.oidcIssuer.toUpperCase() }))),
  ],
  [
    700212,
    "401 invalid_client",
    "no credential has the audience",
    external({ audience: "other" }),
    { says: "'other'" },
  ],
  [700212, "401 invalid_client", "the audience differs in case", external({ audience: world.exchange.toLowerCase() })],
  [
    700212,
    "401 invalid_client",
    "an external token has the audience's GUID",
    external({ audience: "fb60f99c-7a34-4190-8149-302f77469936" }),
  ],
  [
    700213,
    "401 invalid_client",
    "no credential has the subject",
    external({ subject: "repo:other" }),
    { says: "'repo:other'" },
  ],
  [
    7002138,
    "401 invalid_client",
    "the subject differs in case",
    external({ subject: demoIds.oidcSubject.toUpperCase() }),
    { says: "case-sensitive" },
  ],
  [
    7002137,
    "401 invalid_client",
    "the subject is another /eid1/ path",
    external({ subject: "/eid1/c/pub/t/x/a/y/other" }),
  ],
  [
    7000272,
    "401 invalid_client",
    "the key is not published",
    raw(externalApp, async (e) => withHeader(await world.externalToken(e), { alg: "RS256", kid: "gone" })),
    { says: "gone" },
  ],
  [
    700027,
    "401 invalid_client",
    "the signature is of another token",
    raw(externalApp, async (e) => {
      const [a = "", b = ""] = await Promise.all([
        world.externalToken(e),
        world.externalToken(e, { claims: { x: 1 } }),
      ]);
      return [...a.split(".").slice(0, 2), b.split(".")[2]].join(".");
    }),
    { says: "Key was found" },
  ],
  [
    7000272,
    "401 invalid_client",
    "Entra signed for the provider",
    raw(externalApp, (e) =>
      e.signEntraToken(forged({ iss: demoIds.oidcIssuer, sub: demoIds.oidcSubject, aud: world.exchange })),
    ),
  ],
  [
    700024,
    "401 invalid_client",
    "the assertion is expired",
    external({ lifetimeMs: -1000 }),
    { says: "expiry time of assertion 2026-01-15T11:59:59.0000000Z" },
  ],
  [
    700024,
    "401 invalid_client",
    "the assertion expires now",
    external({ lifetimeMs: 0 }),
    { says: "Current time: 2026-01-15T12:00:00.0000000Z" },
  ],
  [
    700024,
    "401 invalid_client",
    "nbf is absent from an expired assertion",
    raw(appClientId, (e) => e.signEntraToken(forged({ exp: 1 }))),
    { says: "valid from 1970-01-01T00:00:00.0000000Z" },
  ],
  [
    700024,
    "401 invalid_client",
    "the assertion is not valid yet",
    raw(appClientId, (e) => e.signEntraToken(forged({ nbf: world.startAt / 1000 + 60 }))),
  ],
];

export const suite: Suite = (QUnit) => {
  QUnit.module("emulator: the token endpoint refuses an assertion", () => testRows(QUnit, rows));
};

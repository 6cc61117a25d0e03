/** Hostile requests: those whose credentials are none, or more than one. */
import type { Forges, Row } from "./bearer-auth-forge.ts";

const authorization = (value: (token: string) => string) => async (f: Forges) =>
  new Headers({ authorization: value(await f.v2()) });
const assertion = (value: (token: string) => string) => async (f: Forges) =>
  new Headers({ "cf-access-jwt-assertion": value(await f.access()) });

// biome-ignore format: a table
export const requestRows: readonly Row[] = [
  ["no-token", "no header", () => new Headers()],
  ["no-token", "an empty header", () => new Headers({ authorization: "" })],
  ["no-token", "a user name and password", () => new Headers({ authorization: "Basic YWRhOnNlY3JldA==" })],
  ["no-token", "the token under another scheme", authorization((token) => `DPoP ${token}`)],
  ["no-token", "the token without a scheme", authorization((token) => token)],
  ["no-token", "the token in a cookie", async (f) => new Headers({ cookie: `CF_Authorization=${await f.access()}` })],
  ["no-token", "a scheme that begins with Bearer", authorization((token) => `BearerX ${token}`)],
  ["malformed-credentials", "the scheme alone", () => new Headers({ authorization: "Bearer" })],
  ["malformed-credentials", "two words behind the scheme", authorization((token) => `Bearer ${token} ${token}`)],
  ["malformed-credentials", "a tab behind the scheme", authorization((token) => `Bearer\t${token}`)],
  ["malformed-credentials", "the token in quotes", authorization((token) => `Bearer "${token}"`)],
  ["malformed-credentials", "the token as a parameter", authorization((token) => `Bearer token=${token}, x=1`)],
  ["malformed-credentials", "a letter that no token has", authorization((token) => `Bearer ${token}!`)],
  ["malformed-credentials", "the token twice in one header", authorization((token) => `Bearer ${token}, Bearer ${token}`)],
  ["malformed-credentials", "two headers", async (f) => { const headers = await authorization((token) => `Bearer ${token}`)(f); headers.append("authorization", `Bearer ${await f.app()}`); return headers; }],
  ["malformed-credentials", "a password and a token in two headers", async (f) => { const headers = new Headers({ authorization: "Basic YWRhOnNlY3JldA==" }); headers.append("authorization", `Bearer ${await f.v2()}`); return headers; }],
  ["malformed-credentials", "a token and a password in two headers", async (f) => { const headers = await authorization((token) => `bearer ${token}`)(f); headers.append("authorization", "Basic YWRhOnNlY3JldA=="); return headers; }],
  ["malformed-credentials", "Access's header twice", async (f) => { const headers = await assertion((token) => token)(f); headers.append("cf-access-jwt-assertion", await f.service()); return headers; }],
  ["malformed-credentials", "Access's header with a scheme", assertion((token) => `Bearer ${token}`)],
  ["several-tokens", "one token in each header", async (f) => { const headers = await authorization((token) => `Bearer ${token}`)(f); headers.set("cf-access-jwt-assertion", await f.access()); return headers; }],
  ["several-tokens", "one token in each header, one of them bad", async (f) => { const headers = await assertion((token) => token)(f); headers.set("authorization", "Bearer x"); return headers; }],
];

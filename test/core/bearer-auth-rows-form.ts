/** Hostile tokens: those that can be told by their form, their header or their issuer. */
import { type Forges, type Row, V2_HEADER } from "./bearer-auth-forge.ts";
import { base64url, entraV2, OIDC, STRANGER, TEAM, TENANT } from "./bearer-auth-support.ts";

const CLAIMS = `{"iss":"${entraV2(TENANT)}"}`;
const header = (members: object) => (f: Forges) => f.v2({ header: { ...members } });
const iss = (value: unknown) => (f: Forges) => f.v2({ claims: { iss: value } });
const parts = async (token: Promise<string>): Promise<[string, string, string]> =>
  (await token).split(".") as [string, string, string];
const bytes = (...values: number[]): Uint8Array => new Uint8Array(values);
/** The same bytes in another spelling: bits that no byte uses are set. */
const respelled = (part: string): string => {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return part.slice(0, -1) + alphabet[alphabet.indexOf(part.at(-1) as string) + 1];
};
/** Claims whose last byte leaves some bits of their last letter unused: 4 of them or 2. */
const withRest = (rest: 1 | 2): string => CLAIMS + " ".repeat((rest + 3 - (CLAIMS.length % 3)) % 3);

// biome-ignore format: a table
export const formRows: readonly Row[] = [
  ["malformed", "one part", () => "opaque-token"],
  ["malformed", "two parts", async (f) => (await parts(f.v2())).slice(0, 2).join(".")],
  ["malformed", "four parts", async (f) => `${await f.v2()}.AAAA`],
  ["malformed", "six parts", async (f) => `${await f.v2()}.AAAA.AAAA.AAAA`],
  ["encrypted", "five parts", async (f) => `${await f.v2()}.AAAA.AAAA`],
  ["encrypted", "an encrypted JWT", () => `${base64url('{"alg":"RSA-OAEP","enc":"A256GCM"}')}.AAAA.AAAA.AAAA.AAAA`],
  ["malformed", "a detached payload", async (f) => { const [head, , signature] = await parts(f.v2()); return `${head}..${signature}`; }],
  ["malformed", "no header", async (f) => { const [, claims, signature] = await parts(f.v2()); return `.${claims}.${signature}`; }],
  ["malformed", "claims that are no JSON", (f) => f.raw(V2_HEADER, "iss=https://login.microsoftonline.com")],
  ["malformed", "claims followed by more", (f) => f.raw(V2_HEADER, `${CLAIMS}{}`)],
  ["malformed", "claims followed by a NUL", (f) => f.raw(V2_HEADER, `${CLAIMS}\0`)],
  ["malformed", "claims behind a byte order mark", (f) => f.raw(V2_HEADER, `\ufeff${CLAIMS}`)],
  ["malformed", "claims that are not UTF-8", (f) => f.raw(V2_HEADER, bytes(0x7b, 0x22, 0xc3, 0x28, 0x22, 0x3a, 0x31, 0x7d))],
  ["malformed", "claims in UTF-8 of more bytes than needed", (f) => f.raw(V2_HEADER, bytes(0x7b, 0x22, 0xc0, 0xaf, 0x22, 0x3a, 0x31, 0x7d))],
  ["malformed", "claims in an array", (f) => f.raw(V2_HEADER, `[${CLAIMS}]`)],
  ["malformed", "claims that are null", (f) => f.raw(V2_HEADER, "null")],
  ["malformed", "claims that are a text", (f) => f.raw(V2_HEADER, '"iss"')],
  ["malformed", "a header in an array", (f) => f.raw(`[${V2_HEADER}]`, CLAIMS)],
  ["malformed", "a header that is no JSON", (f) => f.raw("alg=RS256", CLAIMS)],
  ["malformed", "padding", async (f) => `${await f.v2()}=`],
  ["malformed", "the alphabet of plain base64", async (f) => { const [head, claims, signature] = await parts(f.v2()); return `${head}.${claims}.+/${signature.slice(2)}`; }],
  ["malformed", "claims in another spelling by 4 bits", async (f) => { const [head, claims, signature] = await parts(f.raw(V2_HEADER, withRest(1))); return `${head}.${respelled(claims)}.${signature}`; }],
  ["malformed", "claims in another spelling by 2 bits", async (f) => { const [head, claims, signature] = await parts(f.raw(V2_HEADER, withRest(2))); return `${head}.${respelled(claims)}.${signature}`; }],
  ["malformed", "a signature in a second spelling", async (f) => { const [head, claims, signature] = await parts(f.v2()); return `${head}.${claims}.${respelled(signature)}`; }],
  ["malformed", "a part whose length no bytes have", async (f) => { const [head, claims, signature] = await parts(f.v2()); return `${head}.${claims}.${signature}AAA`; }],
  ["too-large", "16 kB and a little", (f) => f.v2({ claims: { groups: "x".repeat(12_000) } })],
  ["too-large", "a megabyte", () => `${"A".repeat(1_000_000)}.AAAA.AAAA`],
  ["too-deep", "claims 17 levels deep", (f) => f.v2({ claims: { deep: JSON.parse(`${"[".repeat(16)}${"]".repeat(16)}`) } })],
  ["too-deep", "claims 5,000 levels deep", (f) => f.raw(V2_HEADER, `{"deep":${"[".repeat(4_999)}${"]".repeat(4_999)}}`)],
  ["too-deep", "objects that never end", (f) => f.raw(V2_HEADER, '{"a":'.repeat(1_000))],
  ["too-deep", "a header 17 levels deep", (f) => f.v2({ header: { deep: JSON.parse(`${'{"a":'.repeat(16)}1${"}".repeat(16)}`) } })],
  ["duplicate-member", "two iss, the good one last", (f) => f.raw(V2_HEADER, `{"iss":"${entraV2(STRANGER)}",${CLAIMS.slice(1)}`)],
  ["duplicate-member", "two iss, the good one first", (f) => f.raw(V2_HEADER, `${CLAIMS.slice(0, -1)},"iss":"${entraV2(STRANGER)}"}`)],
  ["duplicate-member", "two iss, one of them escaped", (f) => f.raw(V2_HEADER, `{"\\u0069ss":"${entraV2(STRANGER)}",${CLAIMS.slice(1)}`)],
  ["duplicate-member", "two aud that are equal", (f) => f.raw(V2_HEADER, '{"aud":"a","aud":"a"}')],
  ["duplicate-member", "two aud with space before the colon", (f) => f.raw(V2_HEADER, '{"aud":"a","aud"\n\t :"b"}')],
  ["duplicate-member", "two names that end in a quote", (f) => f.raw(V2_HEADER, '{"a\\"":1,"b":{"c":"\\\\"},"a\\u0022":2}')],
  ["duplicate-member", "two members deep inside", (f) => f.raw(V2_HEADER, '{"a":[{"b":{"c":1,"d":2,"c":3}}]}')],
  ["duplicate-member", "two __proto__", (f) => f.raw(V2_HEADER, '{"__proto__":{},"__proto__":{}}')],
  ["duplicate-member", "two alg in the header", (f) => f.raw('{"alg":"none","typ":"JWT","alg":"RS256","kid":"entra-1"}', CLAIMS)],
  ["duplicate-member", "two kid in the header, one of them escaped", (f) => f.raw('{"alg":"RS256","typ":"JWT","kid":"x","k\\u0069d":"entra-1"}', CLAIMS)],

  ["critical-header", "an extension that must be understood", header({ crit: ["exp"], exp: 1 })],
  ["critical-header", "an extension known to many, b64", header({ crit: ["b64"], b64: false })],
  ["critical-header", "no extension that must be understood", header({ crit: [] })],
  ["critical-header", "crit that is null", header({ crit: null })],
  ["unencoded-payload", "b64 false without crit", header({ b64: false })],
  ["unencoded-payload", "b64 true", header({ b64: true })],
  ["embedded-key", "the key it is signed with", async (f) => f.v2({ header: { jwk: f.world.keys.partner.jwk }, key: f.world.keys.partner })],
  ["embedded-key", "where to read the key", header({ jku: "https://attacker.example/jwks" })],
  ["embedded-key", "where to read the certificate", header({ x5u: "https://attacker.example/chain.pem" })],
  ["embedded-key", "a certificate", header({ x5c: ["MIIB"] })],
  ["embedded-key", "jwk that is null", header({ jwk: null })],

  ["unknown-issuer", "no iss", iss(undefined)],
  ["unknown-issuer", "a tenant that is not listed", iss(entraV2(STRANGER))],
  ["unknown-issuer", "any tenant, as the documents write it", iss("https://login.microsoftonline.com/{tenantid}/v2.0")],
  ["unknown-issuer", "the tenant common", iss("https://login.microsoftonline.com/common/v2.0")],
  ["unknown-issuer", "the tenant in capitals", iss(entraV2(TENANT.toUpperCase()))],
  ["unknown-issuer", "a slash more", iss(`${entraV2(TENANT)}/`)],
  ["unknown-issuer", "a space more", iss(`${entraV2(TENANT)} `)],
  ["unknown-issuer", "a NUL more", iss(`${entraV2(TENANT)}\0`)],
  ["unknown-issuer", "a query more", iss(`${entraV2(TENANT)}?`)],
  ["unknown-issuer", "by plain http", iss(entraV2(TENANT).replace("https", "http"))],
  ["unknown-issuer", "the host in capitals", iss(entraV2(TENANT).replace("login", "LOGIN"))],
  ["unknown-issuer", "the host with a port", iss(entraV2(TENANT).replace(".com/", ".com:443/"))],
  ["unknown-issuer", "the host with a user name", iss(entraV2(TENANT).replace("//", "//login@"))],
  ["unknown-issuer", "Cyrillic letters that look the same", iss(entraV2(TENANT).replaceAll("o", "\u043e"))],
  ["unknown-issuer", "fullwidth letters that normalise to the same", iss(entraV2(TENANT).replace("login", "\uff4cogin"))],
  ["unknown-issuer", "a letter in its other normal form", (f) => f.oidc({ claims: { iss: OIDC.normalize("NFD") } })],
  ["unknown-issuer", "another cloud", iss(`https://login.microsoftonline.us/${TENANT}/v2.0`)],
  ["unknown-issuer", "a list with the right one", iss([entraV2(TENANT)])],
  ["unknown-issuer", "an object that says the right one", iss({ toString: entraV2(TENANT) })],
  ["unknown-issuer", "__proto__", iss("__proto__")],
  ["unknown-issuer", "constructor", iss("constructor")],
  ["unknown-issuer", "Access's token as a bearer token", (f) => f.access()],
  ["unknown-issuer", "Entra's token where Access's belongs", async (f) => new Headers({ "cf-access-jwt-assertion": await f.v2() })],
  ["unknown-issuer", "another team of Access", async (f) => new Headers({ "cf-access-jwt-assertion": await f.access({ claims: { iss: `https://x-${TEAM}` } }) })],
];

/**
 * Which URLs of an issuer are fetched. Entra demands https. Plain http, which Entra has nothing like, is for an issuer on
 * the machine of a test: only behind an option, and never a way to anywhere else. Pure.
 */
import { refused } from "./refusals.ts";

/** As a parsed URL writes them; a name that merely resolves to this machine is another one tomorrow. */
const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Where an issuer describes itself, or refuses with 501661. */
export function discoveryUrl(issuer: string, allowHttpLoopback: boolean): string {
  const text = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const url = parse(text);
  if (url?.protocol === "https:" || (allowHttpLoopback && isHttpLoopback(url))) return text;
  throw refused(
    501661,
    {},
    "The issuer is not an https URL; plain http is for loopback, with the option allowHttpLoopbackIssuers",
  );
}

/**
 * Refuses a `jwks_uri` with 501661 that its discovery document has no business to name: an https issuer must not reach
 * into the machine of the emulator, and what is read over plain http must not send the emulator off it.
 */
export function checkKeysUrl(keys: string, discovery: string): void {
  const url = parse(keys);
  if (parse(discovery)?.protocol === "https:") {
    if (url?.protocol === "https:") return;
    throw refused(501661, {}, "The jwks_uri of an https issuer is not an https URL");
  }
  if (isHttpLoopback(url) || (url?.protocol === "https:" && loopback.test(url.hostname))) return;
  throw refused(
    501661,
    {},
    "The jwks_uri of an issuer on plain http is not on loopback, which allowHttpLoopbackIssuers asks for",
  );
}

function isHttpLoopback(url: URL | undefined): boolean {
  return url?.protocol === "http:" && loopback.test(url.hostname);
}

function parse(text: string): URL | undefined {
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The library sets a header once, so of several `Set-Cookie` only the last would be sent. What it calls cookies is sent whole. */
import type { Cookie } from "@azure/functions";

const SAME_SITE = { strict: "Strict", lax: "Lax", none: "None" } as const;

/** It encodes the value itself. */
function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

/** A value of `Set-Cookie` (RFC 6265, 5.2) as the library takes one. */
export function cookieOf(text: string): Cookie {
  const parts = text.split(";").map((part): readonly [string, string] => {
    const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(part) ?? [];
    return [name.trim(), value.trim()];
  });
  const [[name, value] = ["", ""], ...rest] = parts;
  const said = new Map(rest.map(([attribute, text]) => [attribute.toLowerCase(), text]));
  const expires = Date.parse(said.get("expires") ?? "");
  const maxAge = Number.parseInt(said.get("max-age") ?? "", 10);
  const domain = said.get("domain");
  const path = said.get("path");
  const sameSite = SAME_SITE[said.get("samesite")?.toLowerCase() as keyof typeof SAME_SITE];
  return {
    name,
    value: decoded(value),
    ...(domain && { domain }),
    ...(path && { path }),
    ...(Number.isFinite(expires) && { expires }),
    ...(Number.isFinite(maxAge) && { maxAge }),
    ...(said.has("httponly") && { httpOnly: true }),
    ...(said.has("secure") && { secure: true }),
    ...(sameSite && { sameSite }),
  };
}

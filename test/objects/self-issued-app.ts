/**
 * A Worker that asks what it is bound to for its own identity, by the source `self-issued`, and entrypoints that answer in every way
 * there is. The path of a request names the binding; the reply says what the source gave, without the token.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { defaultPlatform, isTokenError } from "@tokenhop/core";
import { selfIssued, type TokenMinter } from "@tokenhop/core/sources/self-issued";

interface Wanted {
  readonly audience: string;
}

const WAIT_MS = 300;
const part = (value: object): string => btoa(JSON.stringify(value)).replaceAll("=", "");

/** Signed by nobody: what it says is all that the source looks at. */
function tokenFor(audience: string, endsAt: number): string {
  return `${part({ alg: "none" })}.${part({ sub: "me", aud: audience, exp: Math.floor(endsAt / 1000) })}.c2lnbmF0dXJl`;
}

export class Good extends WorkerEntrypoint {
  mint({ audience }: Wanted): unknown {
    const expiresAt = Date.now() + 600_000;
    return { ok: true, token: tokenFor(audience, expiresAt), expiresAt };
  }
}

export class Refusing extends WorkerEntrypoint {
  mint({ audience }: Wanted): unknown {
    const message = `Cannot mint a token: the audience "${audience}" is not allowed`;
    return { ok: false, error: { name: "TokenError", code: "ERR_ISSUER_REFUSED", recovery: "stop", message } };
  }
}

export class Failing extends WorkerEntrypoint {
  mint({ audience }: Wanted): unknown {
    // What RPC makes of it is an Error with these very fields.
    const fields = { code: "ERR_ISSUER_REFUSED", recovery: "stop", step: "issuer" };
    throw Object.assign(new Error(`no token ${tokenFor(audience, 1)}`), fields);
  }
}

export class Broken extends WorkerEntrypoint {
  mint(): unknown {
    return (undefined as unknown as { readonly keys: unknown }).keys;
  }
}

export class Uncloneable extends WorkerEntrypoint {
  mint(): unknown {
    return { ok: true, token: new (class Token {})() };
  }
}

export class Silent extends WorkerEntrypoint {
  mint(): Promise<unknown> {
    return new Promise((resolve) => setTimeout(resolve, 10 * WAIT_MS));
  }
}

/** As a sealed entrypoint has its methods: of its own, and out of reach. */
export class Sealed extends WorkerEntrypoint {
  readonly mint = (): unknown => ({ ok: true });
}

export class Empty extends WorkerEntrypoint {}

async function ask(minter: TokenMinter | undefined): Promise<unknown> {
  const source = selfIssued(minter);
  const platform = defaultPlatform();
  const found = source.detect(platform).found;
  try {
    const signal = AbortSignal.timeout(WAIT_MS);
    const given = await source.getToken({ audience: "api://things" }, { platform, signal });
    const endsInMs = (given.expiresAt ?? 0) - Date.now();
    return { found, parts: given.token.reveal().split(".").length, endsInMinutes: Math.round(endsInMs / 60_000) };
  } catch (error) {
    if (!isTokenError(error)) return { found, threw: (error as Error).name };
    return { found, ...error.toJSON() };
  }
}

// biome-ignore lint/style/noDefaultExport: a Worker is its default export
export default {
  async fetch(request: Request, env: Readonly<Record<string, TokenMinter | undefined>>): Promise<Response> {
    return Response.json(await ask(env[new URL(request.url).pathname.slice(1)]));
  },
};

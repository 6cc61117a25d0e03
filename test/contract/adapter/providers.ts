/** Providers of the contract's cases, and errors that their exchanges end with. */
import {
  type BearerToken,
  type CredentialProvider,
  defineSource,
  defineTarget,
  federate,
  type Platform,
  secret,
  TokenError,
} from "@tokenhop/core";
import { canaryToken } from "../../leak.ts";

/** How the exchanges of a provider go. */
export interface Exchanges {
  readonly platform: Platform;
  /** How long each takes. Default: it is there at once. */
  readonly ms?: number | undefined;
  /** What each fails with. */
  readonly error?: (() => Error | undefined) | undefined;
}

/** A provider, and what its exchanges came to. */
export interface Exchanged {
  readonly provider: CredentialProvider<BearerToken, { readonly scope?: string | undefined }>;
  /** The tokens so far, oldest first. */
  readonly tokens: readonly string[];
  /** How many exchanges were begun. */
  begun(): number;
}

/** Each exchange gives another token, for an hour and for one scope. */
export function exchanged({ platform, ms = 0, error }: Exchanges): Exchanged {
  const tokens: string[] = [];
  let begun = 0;
  const provider = federate({
    platform,
    limits: { attempts: 1 },
    from: defineSource({
      name: "contract-source",
      identity: ["contract-source", {}],
      provenance: "unknown",
      detect: () => ({ found: true }),
      getToken: async () => ({ token: secret(canaryToken()), expiresAt: platform.now() + 86_400_000 }),
    }),
    to: defineTarget({
      name: "contract-target",
      identity: ["contract-target", {}],
      audience: "test",
      produces: "unknown",
      partition: ({ scope }: { readonly scope?: string | undefined }) => [scope],
      hosts: () => ["api.example"],
      async exchange(_subject, _params, context): Promise<BearerToken> {
        begun++;
        if (ms > 0) await platform.sleep(ms, context.signal);
        const failure = error?.();
        if (failure) throw failure;
        const token = canaryToken();
        tokens.push(token);
        return { kind: "bearer", token: secret(token), expiresAt: platform.now() + 3_600_000 };
      },
    }),
  });
  return { provider, tokens, begun: () => begun };
}

/** A provider whose credential is the identity token of a request's user, which comes in this header. */
export const USER = "x-user";

/** Its tokens, by user; `asked` is who was looked up, in order. */
export interface ByUser {
  readonly provider: CredentialProvider<BearerToken>;
  readonly tokens: ReadonlyMap<string, string>;
  readonly asked: readonly string[];
}

/** Each user has a token of its own. */
export function byUser(platform: Platform): ByUser {
  const tokens = new Map<string, string>();
  const asked: string[] = [];
  const userOf = (request: Request | undefined): string => request?.headers.get(USER) ?? "nobody";
  const provider = federate({
    platform,
    from: defineSource({
      name: "by-user",
      identity: ["by-user", {}],
      provenance: "external",
      detect: () => ({ found: true }),
      partition: (request) => [userOf(request)],
      async getToken(_wanted, { request }) {
        const user = userOf(request);
        asked.push(user);
        const token = canaryToken();
        tokens.set(user, token);
        return { token: secret(token), expiresAt: platform.now() + 3_600_000 };
      },
    }),
    to: defineTarget({
      name: "pass-on",
      identity: ["pass-on", {}],
      audience: "test",
      produces: "external",
      hosts: () => ["api.example"],
      exchange: async ({ token }, _params: Readonly<Record<string, never>>): Promise<BearerToken> => ({
        kind: "bearer",
        token,
        expiresAt: platform.now() + 3_600_000,
      }),
    }),
  });
  return { provider, tokens, asked };
}

/** What may pass. Its message names what no answer may show. */
export const outage = (): TokenError =>
  new TokenError("Cannot: a detail", { code: "ERR_EXCHANGE_FAILED", recovery: "retry", retryAfterMs: 7_000 });

/** What stays. An answer that took its `status` for its own would be a 401. */
export const refusal = (): TokenError =>
  new TokenError("Cannot: a detail", { code: "ERR_EXCHANGE_REFUSED", status: 401, error: "a-detail" });

/** The issuer as a whole: options in, minting and public documents out. */
import { defaultPlatform, isTokenError } from "@tokenhop/core";
import { answered, classOf } from "@tokenhop/core/kit";
import type { MintReply } from "@tokenhop/core/sources/self-issued";
import { documentsOf } from "./documents.ts";
import { dropping } from "./drop.ts";
import { sharedDomainOf } from "./issuer-url.ts";
import { keyKeeper } from "./keeper.ts";
import { checkMinter, checkMinterQuestion, checkQuestion, signToken, type Wanted } from "./mint.ts";
import { checkIssuerOptions } from "./options.ts";
import { keysError } from "./ring.ts";
import { issuerRoutes } from "./routes.ts";
import type { Issuer, IssuerDocuments, IssuerOptions, MintedToken } from "./types.ts";

const warn = (message: string): void => console.warn(message);

/** What is allowed and unwise. */
function warningsOf({ issuer, keyStore }: IssuerOptions): string[] {
  const { hostname } = new URL(issuer);
  const shared = sharedDomainOf(hostname);
  return [
    ...(shared
      ? [`${hostname} is a name under ${shared}, where anybody can get one: use a host name of your own`]
      : []),
    ...(keyStore.warning ? [`key store ${keyStore.name}: ${keyStore.warning}`] : []),
  ];
}

/**
 * An OpenID Connect issuer of your own: for workloads whose platform gives them no identity. It signs short-lived tokens for the
 * subjects and audiences that it was given, and publishes what verifies them. A cloud that trusts it by a federated credential
 * takes them for a credential of its own.
 *
 * - Keys are made here, by Web Crypto, and rotate by themselves: see `rotation`. Nothing but the key store ever holds a private
 *   key, and what signs cannot be exported.
 * - Nothing happens before the first call: no key is made, no store is read. Then the ring is held and read again after a minute
 *   (so long another process may go on with a key that was dropped), and when something is due.
 * - When the store cannot be reached, what is held goes on signing, for `rotation.publishAheadMs` at most.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option. Its methods throw `ERR_ISSUER_REFUSED` (not allowed;
 * recovery `stop`) and `ERR_ISSUER_KEYS` (no key could be read, made or kept: `retry`; what is stored is no ring of this version:
 * `stop`, for an operator to look at, since a new ring would be a new identity).
 *
 * @example
 * ```ts
 * import { createIssuer } from "@tokenhop/issuer";
 * import { memoryKeyStore } from "@tokenhop/issuer/stores/memory";
 *
 * const issuer = createIssuer({
 *   issuer: "https://id.example.com",
 *   keyStore: memoryKeyStore(),
 *   subjects: ["worker:orders"],
 *   audiences: ["api://AzureADTokenExchange"],
 * });
 * const { expiresAt } = await issuer.mint({ subject: "worker:orders", audience: "api://AzureADTokenExchange" });
 * console.log(new Date(expiresAt).toISOString());
 * ```
 *
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 * @see https://learn.microsoft.com/entra/workload-id/workload-identity-federation
 */
export function createIssuer(options: IssuerOptions): Issuer {
  const runtime = defaultPlatform();
  const clock = options?.platform ?? runtime;
  const config = checkIssuerOptions(options, typeof clock.now === "function" ? clock.now() : 0);
  const { issuer, audiences, algorithm, maxTokenLifetimeMs, jwksMaxAgeMs, rotation } = config;
  const { keyStore, keysFrom, allowHttpLoopback, onWarning = warn } = options;
  const platform = {
    // Whole, as everything is that is kept.
    now: () => Math.floor(clock.now()),
    sleep: (ms: number, signal: AbortSignal) => clock.sleep?.(ms, signal) ?? runtime.sleep(ms, signal),
    requestBoundIo: clock.requestBoundIo ?? runtime.requestBoundIo,
  };
  for (const warning of warningsOf(options)) onWarning(`tokenhop issuer ${issuer}: ${warning}`);
  const keeper = keyKeeper(keyStore, { algorithm, maxTokenLifetimeMs, keysFrom, ...rotation }, platform);

  const signed = async (wanted: Wanted): Promise<MintedToken> => {
    const key = await keeper.signing();
    return signToken(issuer, wanted, key, platform.now());
  };
  const documents = async (): Promise<IssuerDocuments> => documentsOf(issuer, await keeper.keys(), jwksMaxAgeMs);
  let told: string | undefined;
  /** Whoever asks for them is not told why there are none. The operator is, once. */
  const toldOf = async (): Promise<IssuerDocuments> => {
    try {
      const found = await documents();
      told = undefined;
      return found;
    } catch (error) {
      const why = isTokenError(error) ? error.message : classOf(error);
      if (why !== told) onWarning(`tokenhop issuer ${issuer}: the public documents cannot be had: ${why}`);
      told = why;
      throw error;
    }
  };

  return {
    issuer,
    fetch: issuerRoutes({ issuer, jwksMaxAgeMs, allowHttpLoopback }, toldOf),
    mint: async (question) => signed(checkQuestion(question, config)),
    minter(subject, allowed = audiences) {
      checkMinter(subject, allowed, config);
      const narrowed = { ...config, audiences: [...allowed] };
      return {
        async mint(question): Promise<MintReply> {
          return answered(
            async () => {
              const { token, expiresAt } = await signed(checkMinterQuestion(question, subject, narrowed));
              return { ok: true, token: token.reveal(), expiresAt } as const;
            },
            (thrown) => keysError(`something unforeseen (${classOf(thrown)})`),
          );
        },
      };
    },
    documents,
    maintain: async () => ({ nextChangeAt: await keeper.update() }),
    async dropKeys(which) {
      await keeper.update(dropping(which));
    },
  };
}

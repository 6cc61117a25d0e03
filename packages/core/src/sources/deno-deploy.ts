/**
 * Deno Deploy: the deployment's OpenID Connect token.
 *
 * Import from `@tokenhop/core/sources/deno-deploy`.
 */
import * as v from "valibot";
import { isTokenError } from "../errors.ts";
import { checkOptions } from "../internal/schema.ts";
import { callable } from "../internal/shape.ts";
import { detected, foundToken, mustBeFor, mustBeFound, sourceError } from "../internal/source.ts";
import { waitFor } from "../internal/wait-for.ts";
import type { IdentitySource } from "../types.ts";

const NAME = "deno-deploy";
const VARIABLE = "DENO_DEPLOY";
const argumentsSchema = v.object({ getIdToken: callable });

/**
 * The OpenID Connect token of an app on Deno Deploy, by the platform's own function: give it `getIdToken` of `jsr:@deno/oidc`.
 * How that talks to the platform is documented nowhere, so nothing is done in its place. The variable `DENO_DEPLOY` tells that
 * this is Deno Deploy.
 *
 * - Audience: any, one per token. A token for another one than was asked for is refused here, naming both.
 * - Lifetime: 5 minutes; the token's own `exp`.
 * - Issuer: `https://oidc.deno.com`. Subject: `deployment:ORG/APP/CONTEXT`.
 * - Algorithm: RS256 in one place of Deno's documentation and ES256 in another. Entra takes RS256 only; others take both.
 * - Provenance: `external`.
 *
 * It reads nothing else and caches nothing; the provider that `federate` makes does.
 *
 * @param getIdToken Gives a token for an audience. It takes no signal: when the wait for it ends, its answer is dropped.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for something that is no function. `get` then fails with `ERR_SOURCE_UNAVAILABLE`
 * anywhere else, with `ERR_SOURCE_FAILED` when the function throws, gives no token or an expired one (all tried again), or
 * one for another audience.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { denoDeploy } from "@tokenhop/core/sources/deno-deploy";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * // import { getIdToken } from "jsr:@deno/oidc";
 * declare function getIdToken(audience: string): Promise<string>;
 *
 * export const arm = federate({
 *   from: denoDeploy(getIdToken),
 *   to: entra({
 *     tenantId: "contoso.onmicrosoft.com",
 *     clientId: "11111111-1111-4111-8111-111111111111",
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 *
 * @see https://docs.deno.com/deploy/reference/oidc/
 */
export function denoDeploy(getIdToken: (audience: string) => Promise<string>): IdentitySource {
  checkOptions(argumentsSchema, { getIdToken }, "denoDeploy()");
  const source: IdentitySource = {
    name: NAME,
    identity: [NAME, getIdToken],
    provenance: "external",
    detect: ({ env }) => detected(env[VARIABLE] ? [] : [VARIABLE]),
    async getToken({ audience }, { platform, signal }) {
      mustBeFound(NAME, source.detect(platform), signal);
      const given = await waitFor(async () => getIdToken(audience), signal).catch((thrown: unknown) => {
        signal.throwIfAborted();
        if (isTokenError(thrown)) throw thrown;
        const what = thrown instanceof Error ? thrown.name : typeof thrown;
        throw sourceError(NAME, `getIdToken threw ${what}`, { recovery: "retry" });
      });
      const place = "the answer of getIdToken";
      const found = foundToken(NAME, given, place, platform, { recovery: "retry" });
      mustBeFor(NAME, found, audience, place, "let it ask for the audience that it is given");
      return found;
    },
  };
  return source;
}

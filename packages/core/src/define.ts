/** Sources and targets of one's own: as good as those that come with this package. */
import * as v from "valibot";
import { kebabName } from "./internal/kebab-name.ts";
import { checkOptions, text } from "./internal/schema.ts";
import { callable, provenance } from "./internal/shape.ts";
import type { Credential, IdentitySource, NoParams, Target } from "./types.ts";

const identity = v.custom((value) => Array.isArray(value) && value.length > 0, "expected a list of at least one value");
const optional = v.optional(callable);
const sourceSchema = v.object({
  name: kebabName,
  identity,
  provenance,
  detect: callable,
  getToken: callable,
  partition: optional,
});
const targetSchema = v.object({
  name: kebabName,
  identity,
  audience: text,
  produces: provenance,
  exchange: callable,
  refuses: optional,
  validate: optional,
  partition: optional,
  hosts: optional,
});

/**
 * Checks an identity source of your own and gives it back, typed. The `identity` must begin with something that no other
 * source has (the name will do), must hold everything that makes another token, and no secret.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every part that is missing or wrong.
 *
 * @example
 * ```ts
 * import { defineSource, secret, TokenError } from "@tokenhop/core";
 *
 * export const sidecar = (port: number) =>
 *   defineSource({
 *     name: "sidecar",
 *     identity: ["sidecar", port],
 *     provenance: "external",
 *     detect: ({ env }) => (env.SIDECAR ? { found: true } : { found: false, missing: ["SIDECAR"] }),
 *     async getToken({ audience }, { platform, signal }) {
 *       const url = `http://127.0.0.1:${port}/token?audience=${encodeURIComponent(audience)}`;
 *       const response = await platform.fetch(url, { signal, redirect: "manual" });
 *       if (response.status === 200) return { token: secret(await response.text()) };
 *       throw new TokenError("Cannot get a token from sidecar", { code: "ERR_SOURCE_FAILED", recovery: "retry" });
 *     },
 *   });
 * ```
 */
export function defineSource<const S extends IdentitySource>(source: S): S {
  checkOptions(sourceSchema, source, "defineSource()");
  return source;
}

/**
 * Checks a target of your own and gives it back, typed. What `exchange` takes as its parameters is what `with()` of the
 * provider will take.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every part that is missing or wrong.
 *
 * @example
 * ```ts
 * import { type BearerToken, defineTarget } from "@tokenhop/core";
 *
 * export const passOn = (audience: string) =>
 *   defineTarget({
 *     name: "pass-on",
 *     identity: ["pass-on", audience],
 *     audience,
 *     produces: "external",
 *     async exchange({ token, expiresAt }, _params, { platform }): Promise<BearerToken> {
 *       return { kind: "bearer", token, expiresAt: expiresAt ?? platform.now() + 60_000 };
 *     },
 *   });
 * ```
 */
export function defineTarget<Out extends Credential, P extends object = NoParams>(
  target: Target<Out, P>,
): Target<Out, P> {
  checkOptions(targetSchema, target, "defineTarget()");
  return target;
}

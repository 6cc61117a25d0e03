/** `firstOf` takes the identity that the platform at hand has. */
import { ConfigError } from "./errors.ts";
import { unavailable } from "./internal/source.ts";
import type { Detection, IdentitySource, Platform } from "./types.ts";

const NAME = "first-of";

/**
 * The first of several sources that finds its platform, so that one program runs in CI, in Azure and on a cluster. The choice
 * is made by `detect` (environment only, no request) at the first need, once per platform object, and stays: when the chosen
 * source fails, its error is the answer. Falling through to another identity would hide the failure and act as somebody else.
 *
 * Sources that are always there (`fromFunction`, `fixedToken`, `fromRequest`) belong last. `managedIdentity` is found on
 * virtual machines only with `endpoint: "imds"`.
 *
 * A source that does not tell requests apart (it has no `partition`) is not shown them.
 *
 * Provenance: what all sources have in common, else `unknown`. Errors name the chosen source.
 *
 * @param sources In order of preference.
 * @throws {ConfigError} `ERR_CONFIG_INVALID` without sources, or for something that is none. `get` then fails with
 * `ERR_SOURCE_UNAVAILABLE` when no source finds its platform, saying for each what is missing.
 *
 * @example
 * ```ts
 * import { federate, firstOf } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { kubernetes } from "@tokenhop/core/sources/kubernetes";
 * import { managedIdentity } from "@tokenhop/core/sources/managed-identity";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: firstOf(githubActions(), kubernetes(), managedIdentity()),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 */
export function firstOf(...sources: readonly IdentitySource[]): IdentitySource {
  const problems = sources.flatMap((source: Partial<IdentitySource> | undefined, index) =>
    typeof source?.getToken === "function" && typeof source.detect === "function"
      ? []
      : [`argument ${index + 1}: expected an identity source`],
  );
  if (sources.length === 0) problems.push("expected at least one identity source");
  if (problems.length > 0) throw new ConfigError("firstOf()", problems);
  const [first, ...others] = sources.map((source) => source.provenance);
  const chosen = new WeakMap<Platform, IdentitySource>();
  /** All that were ever chosen; more than one only where there are several platforms. */
  const everChosen = new Set<IdentitySource>();
  /** Requests that were told apart by one source alone. No other may see them: its token would be kept for other requests too. */
  const askedFor = new WeakMap<Request, IdentitySource>();

  /** The source for this platform, or what each of them lacks. */
  const choose = (platform: Platform): IdentitySource | readonly string[] => {
    const known = chosen.get(platform);
    if (known) return known;
    const missing: string[] = [];
    for (const source of sources) {
      const detection = source.detect(platform);
      if (detection.found) {
        chosen.set(platform, source);
        everChosen.add(source);
        return source;
      }
      missing.push(`${source.name}: ${detection.missing.join(", ")}`);
    }
    return missing;
  };

  /**
   * How requests differ. A key is made without a platform, so all sources have their say in it until one was chosen. From then on
   * it is that one alone: what a client sends for the others makes no exchanges.
   */
  const partition = (request: Request | undefined): readonly unknown[] => {
    const [only] = everChosen;
    if (!request || !only || everChosen.size > 1) return sources.map((source) => source.partition?.(request) ?? []);
    askedFor.set(request, only);
    return sources.map((source) => source.partition?.(source === only ? request : undefined) ?? []);
  };

  return {
    name: NAME,
    identity: [NAME, ...sources.map((source) => source.identity)],
    provenance: first !== undefined && others.every((other) => other === first) ? first : "unknown",
    perRequest: sources.some((source) => source.perRequest),
    ...(sources.some((source) => source.partition) && { partition }),
    detect(platform): Detection {
      const source = choose(platform);
      return "getToken" in source ? { found: true } : { found: false, missing: source };
    },
    async getToken(wanted, context) {
      context.signal.throwIfAborted();
      const source = choose(context.platform);
      if ("getToken" in source) {
        const { request } = context;
        // What does not tell requests apart must see none: its token serves all of them.
        if (!request || !source.partition) return source.getToken(wanted, { ...context, request: undefined });
        if ((askedFor.get(request) ?? source) === source) return source.getToken(wanted, context);
        throw unavailable(NAME, `${source.name} was chosen while this request was under way; ask again`);
      }
      throw unavailable(NAME, `no source finds its platform here; missing for ${source.join("; for ")}`);
    },
  };
}

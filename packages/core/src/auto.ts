/**
 * `auto` takes whatever identity the place has where the program runs.
 *
 * Import from `@tokenhop/core/auto`.
 */
import * as v from "valibot";
import { firstOf } from "./first-of.ts";
import { GOOGLE_METADATA, isGoogleMetadata, METADATA_FLAVOR } from "./internal/google.ts";
import { type Reply, send } from "./internal/http.ts";
import { IMDS, IMDS_TOKEN_PATH } from "./internal/managed-identity.ts";
import { checkOptions, flag } from "./internal/schema.ts";
import { detected, unavailable } from "./internal/source.ts";
import { awsWebIdentity } from "./sources/aws-web-identity.ts";
import { azureArc } from "./sources/azure-arc.ts";
import { azureMl } from "./sources/azure-ml.ts";
import { azurePipelines } from "./sources/azure-pipelines.ts";
import { bitbucketPipelines } from "./sources/bitbucket-pipelines.ts";
import { buildkite } from "./sources/buildkite.ts";
import { circleci } from "./sources/circleci.ts";
import { cloudShell } from "./sources/cloud-shell.ts";
import { fly } from "./sources/fly.ts";
import { gcpMetadata } from "./sources/gcp-metadata.ts";
import { githubActions } from "./sources/github-actions.ts";
import { gitlabCi } from "./sources/gitlab-ci.ts";
import { kubernetes } from "./sources/kubernetes.ts";
import { managedIdentity } from "./sources/managed-identity.ts";
import { terraformCloud } from "./sources/terraform-cloud.ts";
import { vercel } from "./sources/vercel.ts";
import type { IdentitySource, Platform, StepContext } from "./types.ts";

/** What {@link auto} may be given. */
export interface AutoOptions {
  /**
   * Whether metadata services may be asked where no variable tells of a platform, as on virtual machines: Google's, then Azure's.
   * Default false: nothing is asked.
   */
  readonly allowProbes?: boolean | undefined;
  /** How long each of them has to answer, in ms. Default 1,000. */
  readonly probeTimeoutMs?: number | undefined;
  /**
   * Whether a token may be taken from the request being served, as Vercel's functions need it. Default false, because it makes
   * credentials dearer on every other platform too: each ends with its identity token, and is held for one request's header, which
   * anybody can send there.
   */
  readonly perRequest?: boolean | undefined;
}

const NAME = "auto";
const optionsSchema = v.strictObject({
  allowProbes: flag,
  probeTimeoutMs: v.optional(
    v.custom<number>((value) => typeof value === "number" && value >= 1 && value <= 60_000, "expected ms, 1 to 60000"),
  ),
  perRequest: flag,
});

/** A metadata service that is asked whether it is there. */
interface Probe {
  readonly source: IdentitySource;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  answers(reply: Reply): boolean;
}

/** Google's first: its answer is beyond doubt, and it has Azure's address too. */
function probesFor({ env }: Platform): readonly Probe[] {
  const google: Probe = {
    source: gcpMetadata(),
    url: `${GOOGLE_METADATA}/`,
    headers: METADATA_FLAVOR,
    answers: isGoogleMetadata,
  };
  const azure: Probe = {
    source: managedIdentity({ endpoint: "imds" }),
    url: IMDS + IMDS_TOKEN_PATH,
    // Without the header that it demands it answers 400; whatever other clouds have at that address does not know the path.
    headers: {},
    answers: ({ status }) => status === 400,
  };
  // What Google's own libraries are told by: nobody is to ask.
  return env.METADATA_SERVER_DETECTION === "none" ? [azure] : [google, azure];
}

/** Whether a service is there; silence is an answer. */
async function isThere(probe: Probe, { platform, signal }: StepContext, timeoutMs: number): Promise<boolean> {
  const over = new AbortController();
  const stop = (): void => over.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  platform.sleep(timeoutMs, over.signal).then(
    () => over.abort(),
    () => undefined,
  );
  try {
    const { url, headers } = probe;
    return probe.answers(await send(NAME, url, { headers }, { platform, signal: over.signal }));
  } catch {
    return false;
  } finally {
    signal.removeEventListener("abort", stop);
    over.abort();
  }
}

/** All that need no argument: jobs before the clouds that their runners are on, and each cloud's special hosts before the usual ones. */
function all(perRequest: boolean): readonly IdentitySource[] {
  const { partition, perRequest: _, ...outsideRequests } = vercel();
  return [
    githubActions(),
    gitlabCi(),
    azurePipelines(),
    circleci(),
    bitbucketPipelines(),
    buildkite(),
    terraformCloud(),
    perRequest ? vercel() : outsideRequests,
    fly(),
    kubernetes(),
    awsWebIdentity(),
    managedIdentity(),
    azureMl(),
    cloudShell(),
    azureArc(),
    gcpMetadata(),
  ];
}

/**
 * The identity of the place where the program runs, whichever that is: `firstOf` all sources that need no argument. **Where you
 * know the platform, name its source instead**: `auto` carries them all (15 kB of a bundle, minified and gzipped, where one of them
 * is 1 or 2), and takes another identity when another variable is set. It is for programs that others run, and for examples.
 *
 * The order, of which the first that finds its variables is taken; jobs go before clouds, since a runner may be on any:
 *
 * 1. `github-actions`, `gitlab-ci`, `azure-pipelines`, `circleci`, `bitbucket-pipelines`, `buildkite`, `terraform-cloud`
 * 2. `vercel`, `fly`
 * 3. `kubernetes` (`AZURE_FEDERATED_TOKEN_FILE`), `aws-web-identity` (`AWS_WEB_IDENTITY_TOKEN_FILE`)
 * 4. `managed-identity` (App Service, Functions, Container Apps), `azure-ml`, `cloud-shell`, `azure-arc`
 * 5. `gcp-metadata` (Cloud Run, Functions)
 *
 * With `allowProbes`, and where none of them is found, the metadata servers of Google and of Azure's virtual machines are asked, in
 * that order, one after the other, a second each: which of them is there, not yet for a token. Azure's is believed by the 400 that
 * it answers without its header, Google's by `Metadata-Flavor`. No probe goes to AWS, Service Fabric or an Arc agent.
 *
 * The choice is made at the first need, once per platform object, and stays: an error of the chosen identity is the answer, and
 * never leads to another identity. Where nothing is found the next need looks again. But a CI job without its token (GitHub's
 * `permissions: id-token: write` is missing, say) is not found as one, and falls through to the identity of the machine it runs
 * on: name the source where that matters.
 *
 * - Audience, lifetime, issuer, subject: of the chosen source. Several cannot be asked for an audience.
 * - Provenance: `unknown`, so a chain that Entra refuses (AADSTS700231) shows when it is tried.
 * - Vercel: by `VERCEL_OIDC_TOKEN` in builds and on your own machine; in functions only with `perRequest`.
 *
 * `detect` asks no network: with `allowProbes` it always says found, so that belongs last in a `firstOf`.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` for wrong options. `get` then fails with `ERR_SOURCE_UNAVAILABLE` where nothing is
 * found, saying for each source what is missing, and otherwise as the chosen source does.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { auto } from "@tokenhop/core/auto";
 * import { entra } from "@tokenhop/core/targets/entra";
 *
 * export const arm = federate({
 *   from: auto({ allowProbes: true }),
 *   to: entra({
 *     tenantId: process.env.AZURE_TENANT_ID,
 *     clientId: process.env.AZURE_CLIENT_ID,
 *     scope: "https://management.azure.com/.default",
 *   }),
 * });
 * ```
 */
export function auto(options: AutoOptions = {}): IdentitySource {
  const {
    allowProbes = false,
    probeTimeoutMs = 1_000,
    perRequest = false,
  } = checkOptions(optionsSchema, options, "auto()");
  const known = firstOf(...all(perRequest));
  const found = new WeakMap<Platform, IdentitySource>();

  /** The source for this platform, if there is one; asks for it where that is allowed. */
  const choose = async (context: StepContext): Promise<IdentitySource | undefined> => {
    const { platform, signal } = context;
    const before = found.get(platform);
    if (before) return before;
    if (known.detect(platform).found) return known;
    for (const probe of allowProbes ? probesFor(platform) : []) {
      const there = await isThere(probe, context, probeTimeoutMs);
      signal.throwIfAborted();
      // Another call may have been faster; both then have the same.
      if (there && !found.has(platform)) found.set(platform, probe.source);
      const now = found.get(platform);
      if (now) return now;
    }
    return undefined;
  };

  const missingOn = (platform: Platform): readonly string[] => {
    const detection = known.detect(platform);
    const more = allowProbes ? "an answer of a metadata service" : "allowProbes: true, to ask metadata services";
    return detection.found ? [] : [...detection.missing, `virtual machines: ${more}`];
  };

  return {
    name: NAME,
    identity: [NAME, allowProbes, known.identity],
    provenance: known.provenance,
    ...(known.partition && { partition: known.partition, perRequest: known.perRequest }),
    detect: (platform) => (allowProbes ? { found: true } : detected(missingOn(platform))),
    async getToken(wanted, context) {
      context.signal.throwIfAborted();
      const source = await choose(context);
      if (source) return source.getToken(wanted, context);
      const missing = missingOn(context.platform).join("; for ");
      throw unavailable(NAME, `no source finds its platform here; missing for ${missing}`);
    },
  };
}

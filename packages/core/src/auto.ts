/**
 * `auto` takes whatever identity the place has where the program runs.
 *
 * Import from `@tokenhop/core/auto`.
 */
import * as v from "valibot";
import { firstOf } from "./first-of.ts";
import { azureProbe, googleProbe, isThere, type Probe } from "./internal/metadata-probe.ts";
import { missingDirectWay } from "./internal/no-proxy.ts";
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
  /** How long each of them has to answer, in ms; at most 4,000. Default 1,000. */
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
    v.custom<number>((value) => typeof value === "number" && value >= 1 && value <= 4_000, "expected ms, 1 to 4000"),
  ),
  perRequest: flag,
});

/** Google's first: its answer is beyond doubt, and it has Azure's address too. */
function probesFor({ env }: Platform): readonly (readonly [Probe, () => IdentitySource])[] {
  const azure = [azureProbe, () => managedIdentity({ endpoint: "imds" })] as const;
  // What Google's own libraries are told by: nobody is to ask.
  return env.METADATA_SERVER_DETECTION === "none" ? [azure] : [[googleProbe, () => gcpMetadata()], azure];
}

/** A source, and the variables that speak of its platform, whether it has there what it needs or not. */
type Told = readonly [source: IdentitySource, ...variables: string[]];

/** CI jobs. */
function jobs(): readonly Told[] {
  return [
    [githubActions(), "GITHUB_ACTIONS", "ACTIONS_ID_TOKEN_REQUEST_URL", "ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
    [gitlabCi(), "GITLAB_CI"],
    [azurePipelines(), "TF_BUILD"],
    [circleci(), "CIRCLECI"],
    [bitbucketPipelines(), "BITBUCKET_BUILD_NUMBER"],
    [buildkite(), "BUILDKITE"],
    [terraformCloud(), "TFC_RUN_ID"],
  ];
}

/** Where programs run: each cloud's special hosts before the usual ones. */
function places(perRequest: boolean): readonly Told[] {
  const { partition, perRequest: _, ...outsideRequests } = vercel();
  return [
    [perRequest ? vercel() : outsideRequests, "VERCEL_OIDC_TOKEN_FILE"],
    [fly(), "FLY_MACHINE_ID"],
    [kubernetes(), "AZURE_FEDERATED_TOKEN_FILE"],
    [awsWebIdentity(), "AWS_WEB_IDENTITY_TOKEN_FILE"],
    [
      managedIdentity(),
      ...["IDENTITY_ENDPOINT", "IDENTITY_HEADER", "IDENTITY_SERVER_THUMBPRINT", "AZURE_POD_IDENTITY_AUTHORITY_HOST"],
    ],
    [azureMl(), "MSI_ENDPOINT", "MSI_SECRET"],
    [cloudShell(), "MSI_ENDPOINT"],
    [azureArc(), "IMDS_ENDPOINT"],
    [gcpMetadata(), "GCE_METADATA_IP", "GCE_METADATA_HOST"],
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
 * that order, one after the other, a second each: which of them is there, not yet for a token. Azure's is believed by the error that
 * it answers with without its header, Google's by `Metadata-Flavor`. No probe goes to AWS, Service Fabric or an Arc agent, nor one
 * through a proxy (`HTTP_PROXY` without a `NO_PROXY` for it, where the runtime looks at them).
 *
 * The choice is made at the first need, once per platform object, and stays: an error of the chosen identity is the answer, and
 * never leads to another identity. Where nothing is found the next need looks again.
 *
 * A CI job without its token (GitHub's `permissions: id-token: write` is missing, say) is never taken for the machine that it runs on:
 * where a variable tells of a job (`GITHUB_ACTIONS`, `GITLAB_CI`, `TF_BUILD`, `CIRCLECI`, `BITBUCKET_BUILD_NUMBER`, `BUILDKITE`,
 * `TFC_RUN_ID`), and no job has its token, `get` fails and says what is missing. A container that a job starts without those variables
 * cannot be told from others. Nor is anything asked for where a variable names a platform that cannot be used as it is there
 * (`IDENTITY_ENDPOINT` that is not local, Service Fabric's, another host for Google's server).
 *
 * - Audience, lifetime, issuer, subject: of the chosen source. Several cannot be asked for an audience.
 * - Provenance: `unknown`, so a chain that Entra refuses (AADSTS700231) shows when it is tried.
 * - Vercel: by `VERCEL_OIDC_TOKEN` in builds and on your own machine; in functions only with `perRequest`.
 *
 * `detect` asks no network: with `allowProbes` it says found wherever probes may be sent, so that belongs last in a `firstOf`.
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
  const [ofJobs, ofPlaces] = [jobs(), places(perRequest)];
  const known = firstOf(...[...ofJobs, ...ofPlaces].map(([source]) => source));
  const found = new WeakMap<Platform, IdentitySource>();

  /** What those lack that a variable speaks of; nothing where one of them all is found. */
  const lacking = (told: readonly Told[], platform: Platform): readonly string[] => {
    const missing: string[] = [];
    for (const [source, ...variables] of told) {
      const detection = source.detect(platform);
      if (detection.found) return [];
      const spoken = variables.find((name) => platform.env[name]);
      if (spoken) missing.push(`${source.name} (${spoken} is set): ${detection.missing.join(", ")}`);
    }
    return missing;
  };

  /** What must be put right before any identity is taken here: another one would be somebody else's. */
  const amiss = (platform: Platform): readonly string[] => {
    if (found.has(platform)) return [];
    const jobless = lacking(ofJobs, platform);
    if (jobless.length > 0) return jobless;
    return allowProbes && !known.detect(platform).found ? lacking(ofPlaces, platform) : [];
  };

  /** The source for this platform, if there is one; asks for it where that is allowed. */
  const choose = async (context: StepContext): Promise<IdentitySource | undefined> => {
    const { platform, signal } = context;
    const before = found.get(platform);
    if (before) return before;
    if (known.detect(platform).found) {
      found.set(platform, known);
      return known;
    }
    for (const [probe, sourceOf] of allowProbes ? probesFor(platform) : []) {
      if (missingDirectWay(probe.url, platform).length > 0) continue;
      const there = await isThere(NAME, probe, context, probeTimeoutMs);
      signal.throwIfAborted();
      // Another call may have been faster; both then have the same.
      if (there && !found.has(platform)) found.set(platform, sourceOf());
      const now = found.get(platform);
      if (now) return now;
    }
    return undefined;
  };

  const missingOn = (platform: Platform): readonly string[] => {
    const detection = known.detect(platform);
    const proxied = probesFor(platform).flatMap(([{ url }]) => missingDirectWay(url, platform));
    const more = allowProbes
      ? ["an answer of a metadata service", ...proxied].join(", ")
      : "allowProbes: true, to ask metadata services";
    return detection.found ? [] : [...detection.missing, `virtual machines: ${more}`];
  };

  return {
    name: NAME,
    identity: [NAME, allowProbes, known.identity],
    provenance: known.provenance,
    ...(known.partition && { partition: known.partition, perRequest: known.perRequest }),
    detect(platform) {
      const wrong = amiss(platform);
      if (wrong.length > 0) return detected(wrong);
      return allowProbes ? { found: true } : detected(missingOn(platform));
    },
    async getToken(wanted, context) {
      context.signal.throwIfAborted();
      const wrong = amiss(context.platform);
      if (wrong.length > 0) {
        throw unavailable(
          NAME,
          `no other identity is taken in the place of this one; missing for ${wrong.join("; for ")}`,
        );
      }
      const source = await choose(context);
      if (source) return source.getToken(wanted, source.partition ? context : { ...context, request: undefined });
      const missing = missingOn(context.platform).join("; for ");
      throw unavailable(NAME, `no source finds its platform here; missing for ${missing}`);
    },
  };
}

/**
 * Google Cloud: an identity token becomes an access token, by workload identity federation, as itself or as a service account.
 *
 * Import from `@tokenhop/core/targets/gcp-sts`.
 */
import * as v from "valibot";
import { exchangeError } from "../internal/exchange.ts";
import {
  accountName,
  accountNames,
  accountUrl,
  gcpRefusal,
  googleToken,
  impersonate,
  UNIVERSE,
  universeName,
  urlUnder,
} from "../internal/gcp.ts";
import { parseJson } from "../internal/http.ts";
import { lifetimeSeconds } from "../internal/lifetime.ts";
import { checkOptions, checkReply, flag, like, text } from "../internal/schema.ts";
import { secret } from "../internal/secret.ts";
import { endpoint, hostList, msBetween } from "../internal/target-options.ts";
import { requestToken, TOKEN_EXCHANGE } from "../internal/token-request.ts";
import type { BearerToken, StepContext, SubjectToken, Target } from "../types.ts";

/** What {@link gcpSts} is given. */
export interface GcpStsOptions {
  /**
   * The provider of the workload identity pool:
   * `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`, with the project's
   * number and not its id.
   */
  readonly audience: string | undefined;
  /** What the identity token must be issued for. Default: the provider's own default audience, `https:` and `audience`. */
  readonly subjectAudience?: string | undefined;
  /** Default `jwt`. `id_token` is what tokenex says; Google takes an OpenID Connect token as either. */
  readonly subjectTokenType?: "jwt" | "id_token" | undefined;
  /** OAuth scopes. Default `https://www.googleapis.com/auth/cloud-platform`, which leaves it to IAM what is allowed. */
  readonly scopes?: readonly string[] | undefined;
  /** The service account to act as: its e-mail address or unique id. Default: none, the federated identity acts as itself. */
  readonly serviceAccount?: string | undefined;
  /** Service accounts to pass through on the way to that one, in order: each may impersonate the next. Default: none. */
  readonly delegates?: readonly string[] | undefined;
  /**
   * How long the service account's token is to last, in ms, counted in whole seconds: up to an hour, or up to 12 hours where the
   * organisation policy `iam.allowServiceAccountCredentialLifetimeExtension` names the account. Default: Google's, an hour.
   */
  readonly lifetimeMs?: number | undefined;
  /**
   * The universe, which is the domain of all endpoints, and of all hosts that may be sent the token: a name of Google's, which is
   * not checked. Default `googleapis.com`.
   */
  readonly universe?: string | undefined;
  /** Hosts that may be sent the token, besides those of the universe (`*.googleapis.com`). */
  readonly hosts?: readonly string[] | undefined;
  /** Another Security Token Service: the base URL of an emulator or a private endpoint, https. Default `https://sts.UNIVERSE`. */
  readonly stsEndpoint?: string | undefined;
  /** The same for IAM Credentials, which only `serviceAccount` needs. Default `https://iamcredentials.UNIVERSE`. */
  readonly iamEndpoint?: string | undefined;
  /** Lets both endpoints be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

/** What `with()` may change. */
export interface GcpStsParams {
  readonly scopes?: readonly string[] | undefined;
}

const STEP = "gcp-sts";
const CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform";
const TYPE = "urn:ietf:params:oauth:token-type:";
const HOUR_MS = 3_600_000;

const PROVIDER =
  /^\/\/iam\.[a-z\d.-]+\/projects\/\d+\/locations\/global\/workloadIdentityPools\/[\w-]+(?:\.[\w-]+)*\/providers\/[\w-]+$/;
const BEHIND = "/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER";

const stsSchema = v.object({
  access_token: googleToken,
  expires_in: v.optional(lifetimeSeconds),
  token_type: v.optional(like(/^bearer$/i, "expected Bearer")),
});

const isScope = (one: unknown): boolean => typeof one === "string" && /^[!#-[\]-~]+$/.test(one);
const scopeList = v.optional(
  v.custom<readonly string[]>(
    (list) => Array.isArray(list) && list.length > 0 && list.every(isScope),
    "expected a list of at least one scope",
  ),
);
const paramsSchema = v.strictObject({ scopes: scopeList });

/** The provider, and what to do about the two forms that are taken for it: the token's audience, and a project by its id. */
const provider: v.GenericSchema<string> = v.custom<string>(
  (value) => typeof value === "string" && PROVIDER.test(value),
  ({ input }) => {
    const given = typeof input === "string" ? input : "";
    if (/^(?:https:)?\/\/iam\./.test(given) && PROVIDER.test(given.replace("https:", "")))
      return "expected it without https: (with it, it is what the identity token is issued for, see subjectAudience)";
    if (PROVIDER.test(given.replace(/\/projects\/[^/]+/, "/projects/1")))
      return "expected the project's number, not its id";
    return `expected //iam.googleapis.com${BEHIND}`;
  },
);

/** What makes sense only where a service account is impersonated. */
function withAccount<T>(schema: v.GenericSchema<T>, account: unknown): v.GenericSchema<T | undefined> {
  return v.optional(account === undefined ? v.custom<T>(() => false, "expected only with serviceAccount") : schema);
}

function copyOf(list: readonly string[] = []): readonly string[] {
  return Object.freeze([...list]);
}

function optionsSchema({ allowHttpLoopback, serviceAccount }: Partial<GcpStsOptions>) {
  return v.strictObject({
    audience: provider,
    subjectAudience: v.optional(text),
    subjectTokenType: v.optional(
      v.custom<"jwt" | "id_token">(
        (value) => value === "jwt" || value === "id_token",
        'expected "jwt" or "id_token"; Google takes others, but no source gives them',
      ),
    ),
    scopes: scopeList,
    serviceAccount: v.optional(accountName),
    delegates: withAccount(accountNames, serviceAccount),
    lifetimeMs: withAccount(msBetween(1_000, 12 * HOUR_MS), serviceAccount),
    universe: v.optional(universeName),
    hosts: hostList,
    stsEndpoint: v.optional(endpoint(allowHttpLoopback)),
    iamEndpoint: withAccount(endpoint(allowHttpLoopback), serviceAccount),
    allowHttpLoopback: flag,
  });
}

/**
 * Exchanges an identity token at Google's Security Token Service (workload identity federation, RFC 8693) and, with
 * `serviceAccount`, the token of that for one of the service account (`generateAccessToken`). Without it the federated identity
 * itself is what IAM policies name, as `principal://iam.googleapis.com/projects/...`; a few APIs refuse it with a 401, and want
 * a service account.
 *
 * - The identity token must be issued for the provider: by default its resource name with `https:` in front. A provider with
 *   allowed audiences of its own wants one of those as `subjectAudience`. Google takes RS256 and ES256.
 * - Scopes: `with({ scopes })` asks for others. With a service account they are asked of it, and of the Security Token Service
 *   `cloud-platform`. tokenex asks for `cloud-platform` and `https://www.googleapis.com/auth/userinfo.email`.
 * - Lifetime: as the replies say. A reply without `expires_in` means that the token ends with the identity token, so with one
 *   that does not say when that is, the exchange fails. UNCONFIRMED: at most an hour, and perhaps no longer than the identity
 *   token, where the federated identity acts as itself.
 * - A service account costs a second request, made in the same attempt: the federated token is used for it at once and not
 *   kept, so each renewal gets a full lifetime, and nothing but the final token is held anywhere.
 * - Another service account is another target, not a parameter: what may be asked of a provider is the same identity with
 *   other scopes.
 *
 * The token may be sent to `*.googleapis.com`, which Google alone serves. Cloud Run and the like want an ID token instead, which
 * this is not. It caches nothing; the provider that `federate` makes does.
 *
 * @throws {ConfigError} `ERR_CONFIG_INVALID` naming every wrong option.
 * `get` then fails with `ERR_EXCHANGE_REFUSED` (field `error`: `invalid_grant` and the like, or `PERMISSION_DENIED` and the
 * like; recovery `subject` for a token that has become too old, `propagation` for what may have been set up a moment ago),
 * `ERR_EXCHANGE_FAILED` (no error in the reply), `ERR_EXCHANGE_REPLY`, or one of `ERR_HTTP_*`.
 *
 * @example
 * ```ts
 * import { federate } from "@tokenhop/core";
 * import { githubActions } from "@tokenhop/core/sources/github-actions";
 * import { gcpSts } from "@tokenhop/core/targets/gcp-sts";
 *
 * export const google = federate({
 *   from: githubActions(),
 *   to: gcpSts({
 *     audience:
 *       "//iam.googleapis.com/projects/123456789012/locations/global/workloadIdentityPools/ci/providers/github",
 *     serviceAccount: "deployer@my-project.iam.gserviceaccount.com",
 *   }),
 * });
 * export const readOnly = google.with({ scopes: ["https://www.googleapis.com/auth/devstorage.read_only"] });
 * ```
 *
 * @see https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token
 * @see https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken
 */
export function gcpSts(options: GcpStsOptions): Target<BearerToken, GcpStsParams> {
  const config = checkOptions(optionsSchema(options ?? {}), options, "gcpSts()");
  const { audience, serviceAccount, lifetimeMs, subjectTokenType = "jwt" } = config;
  const subjectAudience = config.subjectAudience ?? `https:${audience}`;
  const { universe = UNIVERSE, stsEndpoint = `https://sts.${universe}`, iamEndpoint } = config;
  // The lists are the caller's own, who may change them.
  const delegates = copyOf(config.delegates);
  const hosts = copyOf(config.hosts);
  const ownScopes = copyOf(config.scopes ?? [CLOUD_PLATFORM]);
  const tokenUrl = urlUnder(stsEndpoint, "/v1/token");
  const account = serviceAccount && {
    email: serviceAccount,
    url: accountUrl({ universe, endpoint: iamEndpoint }, serviceAccount, "generateAccessToken"),
    delegates,
    lifetimeMs,
  };
  // In one order, so that one set of scopes is one credential.
  const scopesOf = ({ scopes = ownScopes }: GcpStsParams): string[] => [...new Set(scopes)].sort();

  const federated = async (subject: SubjectToken, scope: string, context: StepContext) => {
    const token = subject.token.reveal();
    const parameters = Object.entries({
      audience,
      scope,
      requested_token_type: `${TYPE}access_token`,
      subject_token: token,
      subject_token_type: TYPE + subjectTokenType,
    });
    const request = { url: tokenUrl, grantType: TOKEN_EXCHANGE, parameters };
    const reply = await requestToken(STEP, request, context);
    if (reply.status !== 200) throw gcpRefusal(STEP, reply, context.platform, token);
    return checkReply(stsSchema, parseJson(reply.text), STEP, "ERR_EXCHANGE_REPLY");
  };

  return {
    name: STEP,
    identity: [
      STEP,
      tokenUrl,
      audience,
      subjectAudience,
      subjectTokenType,
      account ? [account.url, delegates, lifetimeMs] : [],
      scopesOf({}),
    ],
    audience: subjectAudience,
    produces: "external",
    validate: (params) => void checkOptions(paramsSchema, params, "gcpSts().with()"),
    partition: scopesOf,
    hosts: () => [...hosts, `*.${universe}`],
    async exchange(subject, params, context) {
      const scopes = scopesOf(params);
      // The lifetime counts from before the request, so that the time on the way never makes a token look fresher than it is.
      const sentAt = context.platform.now();
      const given = await federated(subject, account ? CLOUD_PLATFORM : scopes.join(" "), context);
      if (account) return impersonate(STEP, account, given.access_token, scopes, context);
      const { access_token, expires_in } = given;
      const expiresAt = expires_in === undefined ? subject.expiresAt : sentAt + Number(expires_in) * 1_000;
      if (expiresAt !== undefined) return { kind: "bearer", token: secret(access_token), expiresAt };
      throw exchangeError(STEP, "its reply has no expires_in, and the identity token says no end either", {
        code: "ERR_EXCHANGE_REPLY",
      });
    },
  };
}

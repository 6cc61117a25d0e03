/** `GetWebIdentityToken`: an AWS role's identity for somebody else than AWS. */
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import type { IdentitySource, StepContext, SubjectToken } from "../types.ts";
import { type AwsKeySource, checkedKeys, type Keys, keySource } from "./aws-keys.ts";
import {
  bareCode,
  FORM,
  instant,
  instantOf,
  isGlobal,
  REGION,
  secondsBetween,
  stsForm,
  stsOf,
  stsRecovery,
  stsResult,
  stsTold,
} from "./aws-sts.ts";
import { localTime, type Reply, retryAfterMs, send } from "./http.ts";
import { checkReply, flag, like } from "./schema.ts";
import { secret } from "./secret.ts";
import { signedHeaders } from "./sigv4.ts";
import { sourceError, tokenText } from "./source.ts";
import { endpoint } from "./target-options.ts";

/** How AWS is asked for a token for elsewhere. */
export interface AwsOutboundOptions {
  /**
   * What the request is signed with; the role that it belongs to is who the token speaks of.
   *
   * - `"environment"`: what Lambda, ECS or EKS Pod Identity give (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and
   *   `AWS_SESSION_TOKEN`, or the endpoint in `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `..._FULL_URI`). Keys without a session
   *   token are stored ones, and are not taken.
   * - `"imds"`: the role of an EC2 instance, from its metadata service, version 2.
   * - a provider of AWS credentials, or a function.
   */
  readonly credentials: AwsKeySource;
  /** The region whose STS is asked: `eu-central-1`. The global endpoint has no such tokens. */
  readonly region: string | undefined;
  /** How the token is signed. Default `RS256`: Entra takes nothing else, and Google knows no `ES384`. */
  readonly signingAlgorithm?: "RS256" | "ES384" | undefined;
  /** How long the token lasts, in ms: whole seconds from 1 minute to an hour, within what is left of the credentials. Default 5 minutes. */
  readonly durationMs?: number | undefined;
  /** Claims of your own in it: at most 50 names of 128 characters with texts of 256. */
  readonly tags?: Readonly<Record<string, string>> | undefined;
  /** Another endpoint than the region's own: that of a VPC, or an emulator's. */
  readonly endpoint?: string | undefined;
  /** Lets `endpoint` be plain http on loopback: for an emulator, never in production. Default false. */
  readonly allowHttpLoopback?: boolean | undefined;
}

const ACTION = "GetWebIdentityToken";
const MAX_TAGS = 50;

/** What to do about a refusal, by its code. */
const FIXES: Readonly<Record<string, string>> = {
  OutboundWebIdentityFederationDisabled:
    "turn it on once for the account: iam:EnableOutboundWebIdentityFederation, which tells the issuer to trust",
  SessionDurationEscalation: "ask for a shorter durationMs than what is left of the credentials",
  JWTPayloadSizeExceeded: "give fewer or shorter tags",
  AccessDenied: "allow the role sts:GetWebIdentityToken",
  InvalidClientTokenId: "are these the credentials of a role, in this partition?",
  SignatureDoesNotMatch: "is the clock of this machine right?",
};
/** The credentials are over, whatever they said themselves. */
const ENDED = /^(?:ExpiredToken|RequestExpired)$/;

function isTags(value: unknown): boolean {
  const entries = Object.entries(Object(value));
  const kind: unknown = Object(value) === value && Object.getPrototypeOf(value);
  return (
    (kind === Object.prototype || kind === null) &&
    entries.length <= MAX_TAGS &&
    entries.every(([key, text]) => key !== "" && key.length <= 128 && typeof text === "string" && text.length <= 256)
  );
}

/**
 * The schema of these options.
 *
 * @param allowHttpLoopback As it was given, unchecked.
 */
export function outboundSchema(allowHttpLoopback: unknown): v.GenericSchema<unknown, AwsOutboundOptions> {
  return v.strictObject({
    credentials: keySource,
    region: like(REGION, "expected an AWS region"),
    signingAlgorithm: v.optional(
      v.custom<"RS256" | "ES384">((value) => value === "RS256" || value === "ES384", 'expected "RS256" or "ES384"'),
    ),
    durationMs: v.optional(secondsBetween(60, 3_600)),
    tags: v.optional(
      v.pipe(
        v.custom<Readonly<Record<string, string>>>(
          isTags,
          `expected at most ${MAX_TAGS} names of 1 to 128 characters, with texts of at most 256`,
        ),
        v.transform((tags) => Object.freeze({ ...tags })),
      ),
    ),
    endpoint: v.optional(
      v.pipe(
        endpoint(allowHttpLoopback),
        v.check((url) => !isGlobal(url), "expected a region's, because the global one has no such tokens"),
      ),
    ),
    allowHttpLoopback: flag,
  });
}

/** What makes another token, besides whose it is. */
export function outboundIdentity(options: AwsOutboundOptions): readonly unknown[] {
  const { region, signingAlgorithm, durationMs, tags = {}, endpoint } = options;
  return [region, signingAlgorithm, durationMs, Object.entries(tags).sort(), endpoint];
}

async function refused(
  step: string,
  reply: Reply,
  context: StepContext,
  sent: string,
  renew: () => boolean | Promise<boolean>,
): Promise<TokenError> {
  const { status, headers } = reply;
  const { why, ...told } = stsTold(reply, sent);
  const code = bareCode(told.error ?? "");
  const known = Object.hasOwn(FIXES, code) ? FIXES[code] : undefined;
  const isEnded = ENDED.test(code);
  const usual = stsRecovery(told.error, status);
  // No identity token was sent, so no other one helps; other credentials may.
  const recovery = isEnded ? ((await renew()) ? "retry" : "stop") : usual === "subject" ? "stop" : usual;
  const said = [`HTTP ${status}`, told.error, why].filter(Boolean).join(" ");
  return sourceError(step, known ? `${said}; ${known}` : said, {
    ...told,
    status,
    recovery,
    retryAfterMs: recovery === "retry" ? retryAfterMs(headers, context.platform) : undefined,
  });
}

const replySchema = v.object({ WebIdentityToken: tokenText, Expiration: instant });

/** One request, signed; its token, and when that ends by the reply, on our clock. */
export async function outboundToken(
  step: string,
  options: AwsOutboundOptions,
  keys: Pick<Keys, "get" | "renew" | "ending">,
  { audience }: Parameters<IdentitySource["getToken"]>[0],
  context: StepContext,
): Promise<SubjectToken> {
  const { platform, signal } = context;
  const { region, signingAlgorithm = "RS256", durationMs, tags = {} } = options as typeof options & { region: string };
  const held = await keys.get(context);
  const signing = checkedKeys(step, held);
  const url = new URL(options.endpoint ?? stsOf(region).endpoint);
  const body = stsForm(
    ACTION,
    { SigningAlgorithm: signingAlgorithm, DurationSeconds: durationMs && durationMs / 1000 },
    {
      Audience: [{ "": audience }],
      Tags: Object.entries(tags).map(([key, value]) => ({ ".Key": key, ".Value": value })),
    },
  );
  const headers = await signedHeaders({ url, headers: FORM, body, region, service: "sts" }, signing, platform.now());
  signal.throwIfAborted();
  const reply = await send(step, url, { method: "POST", headers, body }, context);
  if (reply.status !== 200) {
    throw await refused(step, reply, context, signing.sessionToken.reveal(), () => keys.renew(held, context));
  }
  const given = stsResult(replySchema, ACTION, reply, step, "ERR_SOURCE_REPLY");
  const expiresAt = localTime(instantOf(given.Expiration), reply.headers, platform);
  const isGood = (): boolean => expiresAt > platform.now();
  checkReply(v.custom(isGood, "the token in it has ended already"), given, step, "ERR_SOURCE_REPLY");
  return keys.ending(held, { token: secret(given.WebIdentityToken.trim()), expiresAt });
}

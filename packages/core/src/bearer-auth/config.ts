/** The options of `createBearerAuth`, checked. */
import * as v from "valibot";
import { safeUrl } from "../internal/hosts.ts";
import { textThat } from "../internal/schema.ts";
import type { EngineEvent, Platform } from "../types.ts";
import type { Issuer } from "./issuer.ts";
import { listOf } from "./options.ts";

/** What `createBearerAuth` is given. */
export interface BearerAuthOptions<I extends Issuer = Issuer> {
  /** Whose tokens are accepted: one issuer or several. */
  readonly issuers: I | readonly I[];
  /** Scopes of which a user's token must have every one. Default: none. */
  readonly scopes?: readonly string[] | undefined;
  /**
   * Roles of which an application's token must have every one; a user's as well, unless {@link scopes} are asked for. With scopes
   * and no roles applications are refused. Default: none.
   */
  readonly roles?: readonly string[] | undefined;
  /** What the challenge calls this API. Default `api`. */
  readonly realm?: string | undefined;
  /** Where this API describes itself (RFC 9728), for the challenge: MCP clients look for it there. Default: not said. */
  readonly resourceMetadata?: string | undefined;
  /** How far the issuer's clock may be off. Default 60,000; at most 300,000. */
  readonly clockToleranceMs?: number | undefined;
  /** How often an unknown key id may make an issuer's keys be read again. Default and least 30,000. */
  readonly reloadEveryMs?: number | undefined;
  /** How long a request waits for keys that are not held, before it fails with `ERR_AUTH_UNAVAILABLE`. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Default: `defaultPlatform()`. */
  readonly platform?: Platform | undefined;
  /** Told what becomes of the issuers' keys. Never told a token. */
  readonly onEvent?: ((event: EngineEvent) => void) | undefined;
}

const MAX_TOLERANCE_MS = 300_000;
const RELOAD_EVERY_MS = 30_000;
const DAY_MS = 86_400_000;

function isFunction(value: unknown): boolean {
  return typeof value === "function";
}

function durationFrom(least: number, most: number, ms: number): v.GenericSchema<number | undefined, number> {
  const fits = (value: unknown): boolean => typeof value === "number" && value >= least && value <= most;
  return v.optional(v.custom<number>(fits, `expected ${least} to ${most} ms`), ms);
}

/** What {@link BearerAuthOptions} come to. */
export interface BearerAuthConfig
  extends Pick<BearerAuthOptions, "scopes" | "roles" | "resourceMetadata" | "platform" | "onEvent"> {
  readonly issuers: Issuer | readonly Issuer[];
  readonly realm: string;
  readonly clockToleranceMs: number;
  readonly reloadEveryMs: number;
  readonly timeoutMs: number;
}

export const bearerAuthSchema: v.GenericSchema<unknown, BearerAuthConfig> = v.strictObject({
  issuers: v.custom<Issuer | readonly Issuer[]>(
    (value) => [value].flat().every((one) => Array.isArray(Object(one).trusted)),
    "expected what entraIssuer(), accessIssuer() or oidcIssuer() gives",
  ),
  scopes: v.optional(listOf("a list of scopes", (one) => /^[!#-[\]-~]+$/.test(one))),
  roles: v.optional(listOf("a list of roles")),
  realm: v.optional(
    textThat("expected a text without quotes", (text) => /^[ !#-[\]-~]*$/.test(text)),
    "api",
  ),
  resourceMetadata: v.optional(
    textThat(
      "expected an https URL (http: loopback only)",
      (text) => /^[!#-[\]-~]+$/.test(text) && !!safeUrl(text, true),
    ),
  ),
  clockToleranceMs: durationFrom(0, MAX_TOLERANCE_MS, 60_000),
  reloadEveryMs: durationFrom(RELOAD_EVERY_MS, DAY_MS, RELOAD_EVERY_MS),
  timeoutMs: durationFrom(0, DAY_MS, 10_000),
  platform: v.optional(v.custom<Platform>((value) => isFunction(Object(value).fetch), "expected a Platform")),
  onEvent: v.optional(v.custom<NonNullable<BearerAuthOptions["onEvent"]>>(isFunction, "expected a function")),
});

/** What the tests of Vercel's source share. */
import type { SubjectToken } from "@tokenhop/core";
import { type VercelOptions, vercel } from "@tokenhop/core/sources/vercel";
import { contextFor, type FakePlatform, NOW } from "../contract/platform.ts";
import { AUDIENCE } from "../contract/wire.ts";
import { canaryToken } from "../leak.ts";

export const seconds: number = NOW / 1000;
export const team = "https://vercel.com/acme";
/** Vercel's own token: for the team, for an hour. */
export const teamToken = (exp = seconds + 3_600): string =>
  canaryToken({ iss: "https://oidc.vercel.com/acme", aud: team, exp });

export const requestWith = (token: string): Request =>
  new Request("https://app.example/", { headers: { "x-vercel-oidc-token": token } });
/** One that carries no token. */
export const bare: Request = new Request("https://app.example/");

export const ask = (
  platform: FakePlatform,
  {
    request,
    audience = AUDIENCE,
    ...options
  }: VercelOptions & { request?: Request | undefined; audience?: string } = {},
): Promise<SubjectToken> => vercel(options).getToken({ audience }, contextFor(platform, { request }));

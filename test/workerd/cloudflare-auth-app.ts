/** Handlers behind a bearer token. The first trusts whatever a header says, because it is not the verification that is tested. */
import { bearerAuth, downstream } from "@tokenhop/cloudflare";
import type { TokenClaims } from "@tokenhop/core";
import { type BearerAuth, createBearerAuth, oidcIssuer } from "@tokenhop/core/bearer-auth";
import { testUser } from "@tokenhop/core/testing";
import { apiOf, call, type Env } from "./cloudflare-app.ts";

const credulous: BearerAuth<TokenClaims> = {
  verify({ headers }, context) {
    // Without it nothing could go on behind the request, so that is nobody's.
    const user = context?.executionCtx && headers.get("x-user");
    // Something like a user, which a verification of one's own may give.
    if (user === "lookalike") return { claims: { sub: user } } as never;
    return testUser({ claims: { sub: user ?? "nobody" } });
  },
};

/** A provider of the name that the user has. */
const providers = downstream((env: Env) => ({ api: apiOf(env), user: apiOf(env) }));

export const SignedIn = bearerAuth(
  credulous,
  providers,
)({
  async fetch(_request, env, _ctx, { user, api }) {
    return Response.json([user.claims.sub, (await call(api, env)).status]);
  },
  async scheduled(_controller, env, _ctx, { user, api }) {
    // Nobody has sent it, so the name is the provider's.
    if (user.fetch === undefined) throw new TypeError("no provider");
    await call(api, env);
  },
});

/** How often verification was made. */
let made = 0;
const keysAt = ({ UPSTREAM }: Env, jwksUri: string) =>
  oidcIssuer({ issuer: UPSTREAM, audience: "api", jwksUri, allowHttpLoopback: true });

export const Checked = bearerAuth((env: Env) => {
  made++;
  return { issuers: keysAt(env, `${env.UPSTREAM}/no-keys`), timeoutMs: 1_000 };
})({
  async fetch() {
    return new Response("let through");
  },
  async scheduled() {
    if (made !== 1) throw new TypeError(`made ${made} times`);
  },
});

/** Made at module level, of what a module knows. */
const auth = createBearerAuth({ issuers: oidcIssuer({ issuer: "https://id.example", audience: "api" }) });
export const Ready = bearerAuth(auth)({
  async fetch() {
    return new Response("let through");
  },
});

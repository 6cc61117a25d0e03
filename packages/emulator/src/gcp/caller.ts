/** How Google's APIs look at an access token. */
import { bearerOf } from "../text.ts";
import type { Call, World } from "../world.ts";
import type { AccessToken } from "./access-tokens.ts";
import { apiRefusal } from "./answers.ts";

const cloudPlatform = "https://www.googleapis.com/auth/cloud-platform";
const expected =
  "Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.";

/** Whose token the call shows, when it has one of the scopes; `cloud-platform` is always one. Refuses with 401 and 403. */
export function callerOf(world: World, call: Call, service: string, scopes: readonly string[] = []): AccessToken {
  const metadata = { service };
  const text = bearerOf(call.headers);
  if (text === undefined) {
    throw apiRefusal("UNAUTHENTICATED", `Request is missing required authentication credential. ${expected}`, {
      reason: "CREDENTIALS_MISSING",
      domain: "googleapis.com",
      metadata,
    });
  }
  const token = world.googleTokens.recall(text);
  if (!token || token.expiresAt <= world.clock.now()) {
    throw apiRefusal("UNAUTHENTICATED", `Request had invalid authentication credentials. ${expected}`, {
      reason: token ? "ACCESS_TOKEN_EXPIRED" : "ACCESS_TOKEN_TYPE_UNSUPPORTED",
      domain: "googleapis.com",
      metadata,
    });
  }
  if (!token.scopes.some((scope) => scope === cloudPlatform || scopes.includes(scope))) {
    throw apiRefusal("PERMISSION_DENIED", "Request had insufficient authentication scopes.", {
      reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
      domain: "googleapis.com",
      metadata,
    });
  }
  return token;
}

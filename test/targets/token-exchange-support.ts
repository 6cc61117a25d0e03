/** What the tests of the target token-exchange share. */
import type { TokenExchangeOptions } from "@tokenhop/core/targets/token-exchange";
import { canaryToken } from "../leak.ts";

export const EXCHANGE: TokenExchangeOptions = {
  url: "https://as.example/oauth/token",
  subjectAudience: "https://as.example",
};
export const TYPE = "urn:ietf:params:oauth:token-type:";

/** What RFC 8693 has a server answer. */
export const answer = (access_token: string, more: object = {}): object => ({
  access_token,
  issued_token_type: `${TYPE}access_token`,
  token_type: "Bearer",
  expires_in: 3600,
  ...more,
});

/** The same with a token that must not leak. */
export const good = (more: object = {}): object => answer(canaryToken(), more);

/** Where an OpenID Connect provider has its token endpoint. */
import * as v from "valibot";
import type { TokenError } from "../errors.ts";
import type { Platform, StepContext } from "../types.ts";
import { safeUrl } from "./hosts.ts";
import { HOUR_MS, parseJson, send } from "./http.ts";
import { checkReply, text, textThat } from "./schema.ts";
import { refusal, sourceError } from "./source.ts";

/** Finds the token endpoint, and remembers it. */
export interface Discovery {
  find(context: StepContext): Promise<string>;
  /** The endpoint that was found is no good any more. */
  forget(platform: Platform): void;
}

/** It goes on to name that one, so nothing but another option helps. */
function otherIssuer(step: string, issuer: string, told: string): TokenError {
  const bare = (url: string): string => url.replace(/\/$/, "");
  const fix =
    bare(issuer) === bare(told) ? "a slash at the end counts" : "the option issuer must be the same, to the letter";
  return sourceError(step, `its discovery document cannot be used: issuer: expected ${issuer}; ${fix}`, {
    code: "ERR_SOURCE_REPLY",
  });
}

/**
 * Reads the discovery document, which must name this very issuer, to the letter. What it says is held for an hour for each platform:
 * the endpoint alone, so nothing of a request or a user, and no promise that belongs to one.
 */
export function discovery(step: string, issuer: string): Discovery {
  // Plain http was allowed with the options, or is not there. What is reached by https must not lead to a server on this machine.
  const mayBeLocal = issuer.startsWith("http:");
  const schema = v.object({
    issuer: text,
    token_endpoint: textThat("expected an https URL", (value) => safeUrl(value, mayBeLocal) !== undefined),
  });
  const found = new WeakMap<Platform, { readonly endpoint: string; readonly until: number }>();
  return {
    async find(context) {
      const { platform } = context;
      const known = found.get(platform);
      if (known && platform.monotonic() < known.until) return known.endpoint;
      const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
      const reply = await send(step, url, { headers: { accept: "application/json" } }, context);
      if (reply.status !== 200) throw refusal(step, reply, platform, undefined);
      const document = checkReply(schema, parseJson(reply.text), step, "ERR_SOURCE_REPLY");
      if (document.issuer !== issuer) throw otherIssuer(step, issuer, document.issuer);
      const { token_endpoint: endpoint } = document;
      found.set(platform, { endpoint, until: platform.monotonic() + HOUR_MS });
      return endpoint;
    },
    forget: (platform) => void found.delete(platform),
  };
}

/** One request for a token, written by oauth4webapi; its reply is read, capped, before that sees it. */
import * as oauth from "oauth4webapi";
import type { StepContext } from "../types.ts";
import { type Reply, send } from "./http.ts";

/** The grant of RFC 8693. */
export const TOKEN_EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange";

/** How a request differs from a form by nobody in particular. */
export interface TokenRequest {
  readonly url: string;
  readonly grantType: string;
  /** Name and value; a name may come more than once. */
  readonly parameters: readonly (readonly [string, string])[];
  /** Default: the client says nothing of itself. */
  readonly authenticate?: oauth.ClientAuth | undefined;
  /** Who the client is, for `authenticate`. */
  readonly clientId?: string | undefined;
  /** What is sent instead of the form. */
  encode?(form: URLSearchParams): { readonly body: string; readonly contentType: string };
}

/** The reply, whatever its status. Of oauth4webapi only what writes the request is used: what reads replies would keep them in its errors. */
export async function requestToken(
  step: string,
  { url, grantType, parameters, authenticate, clientId = "none", encode }: TokenRequest,
  context: StepContext,
): Promise<Reply> {
  let reply: Reply | undefined;
  await oauth.genericTokenEndpointRequest(
    { issuer: url, token_endpoint: url },
    { client_id: clientId },
    authenticate ?? (() => undefined),
    grantType,
    new URLSearchParams(parameters.map(([name, value]) => [name, value])),
    {
      // Whether plain http is allowed, and where, was checked with the options.
      [oauth.allowInsecureRequests]: true,
      [oauth.customFetch]: async (to, { method, headers, body }) => {
        const { contentType, ...init } = encode ? encode(body) : { body, contentType: undefined };
        const sent = { ...headers, ...(contentType && { "content-type": contentType }) };
        reply = await send(step, to, { method, headers: sent, ...init }, context);
        return new Response();
      },
    },
  );
  return reply as unknown as Reply;
}

/** What is compared: an app with an adapter's middleware, and the same app with one that does nothing but set a context variable. */
import type { CredentialProvider } from "@tokenhop/core";
import { testProvider } from "@tokenhop/core/testing";

/** What stands before the route. */
export const kinds = ["no-op", "downstream"] as const;
export type Kind = (typeof kinds)[number];

/** What the route does with the variable: nothing, or it asks it for the token. */
export const routes = ["attached", "token"] as const;
export type Route = (typeof routes)[number];

/** One app. */
export interface App {
  /** Serves one request, in process. */
  once(): unknown;
  /** What a server of the runtime calls. */
  fetch?(request: Request): Response | Promise<Response>;
  /** Or its own server, on a free port of loopback. */
  listen?(): Promise<number>;
}

/** An adapter's framework. */
export interface Contestant {
  make(kind: Kind, route: Route): App | Promise<App>;
}

export const URL_OF_APP = "http://localhost/";
export const ANSWER = "hello";

/** What the no-op sets: as little as can be asked for a token. */
export const held = { token: async (): Promise<string> => "constant" };

/** A provider as it is after the first request: it holds its token, and an hour passes before it wants another. */
export async function warmProvider(): Promise<CredentialProvider> {
  const provider = testProvider();
  await provider.get();
  return provider;
}

/** What the parts of the contract of an adapter share. */
import type { AttachContext, Attached, CredentialProvider, DownstreamOptions, Platform } from "@tokenhop/core";
import { manualClock, scriptedFetch, testPlatform } from "@tokenhop/core/testing";

type Source =
  | { readonly graph: CredentialProvider }
  | ((env: Record<string, string>) => { readonly graph: CredentialProvider });
type Graph = Attached<{ graph: CredentialProvider }>["graph"];
export type ExecutionContext = Pick<AttachContext, "waitUntil">;

/** What the contract needs to be told about an adapter. */
export interface App {
  /** One request; with what a Worker would be given besides. */
  fetch(request: Request, env?: object, context?: () => ExecutionContext): Promise<Response>;
}

export interface AdapterContract {
  readonly name: string;
  /** An app with the middleware before everything, and one route that this handler answers. */
  create(source: Source, options: DownstreamOptions, handle: (graph: Graph) => Promise<Response> | Response): App;
  /** The same, with an error handler of the user's that says so. */
  createWithOwnErrors(source: Source, options: DownstreamOptions, handle: (graph: Graph) => Promise<Response>): App;
}

export const API = "https://api.example/v1/users";
export const ROUTE = "https://app.example/";

export interface Setting {
  readonly platform: Platform;
  readonly requests: readonly Request[];
}

export function setting(more: Partial<Platform> = {}): Setting {
  const fetch = scriptedFetch([() => new Response("users")]);
  return { platform: { ...testPlatform({ clock: manualClock(), fetch }), ...more }, requests: fetch.requests };
}

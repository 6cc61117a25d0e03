/** What a request asks of the Worker under test. Both sides speak it: the tests in Node, the Worker in workerd. */

/** What holds an exchange when its request ends: `ctx.waitUntil` by hand or by hono's adapter, the one of "cloudflare:workers" as the platform's, or nothing. */
export type Keep = "call" | "adapter" | "platform" | "none";

/** One request's wishes. */
export interface Order {
  /** `get` answers with the token, `use` calls the API with it; `throw` and `leave` end without it. */
  readonly act: "get" | "use" | "throw" | "leave";
  /** Worlds share nothing: each has a provider, a client id and a behaviour of the upstream of its own. */
  readonly world: number;
  readonly keep: Keep;
  readonly scope: string;
  /** How long the API takes. For `throw` and `leave`: 0 to end at once, more to end when the upstream says. */
  readonly ms: number;
  readonly joinTimeoutMs: number;
  /** The identity token comes with the request, instead of from the managed identity endpoint. */
  readonly perUser: boolean;
}

export const TENANT = "contoso.example";
export const SCOPE = "api://one/.default";
/** Where a user's identity token is. */
export const USER_HEADER = "x-user-token";

const CLIENT_ID = "00000000-0000-4000-8000-";

/** By its client id the upstream tells whose request it gets. */
export const clientIdOf = (world: number): string => CLIENT_ID + String(world).padStart(12, "0");
export const worldOf = (clientId: string | null): number => Number(clientId?.slice(CLIENT_ID.length));

/** The order as path and query. */
export function pathOf({ act, ...rest }: Order): string {
  const texts = Object.entries(rest).map(([name, value]) => [name, String(value)]);
  return `/${act}?${new URLSearchParams(Object.fromEntries(texts))}`;
}

/** The way back. */
export function orderIn(url: string): Order {
  const { pathname, searchParams } = new URL(url);
  const text = (name: keyof Order): string => searchParams.get(name) ?? "";
  return {
    act: pathname.slice(1) as Order["act"],
    world: Number(text("world")),
    keep: text("keep") as Keep,
    scope: text("scope"),
    ms: Number(text("ms")),
    joinTimeoutMs: Number(text("joinTimeoutMs")),
    perUser: text("perUser") === "true",
  };
}

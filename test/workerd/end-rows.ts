/** How the request that started an exchange may end, and what its joiners shall see of it. Written by hand. */
import type { Keep } from "./order.ts";
import type { Hop } from "./upstream.ts";

/** What came of it. */
export interface Expected {
  /** Requests that the identity endpoint and the token endpoint got; two numbers: from one to the other. */
  readonly source: number | readonly [number, number];
  readonly target: number;
  /** For the joiners' scope, where that is another one. */
  readonly other?: number;
  /** How often a joiner had to take over: each costs everybody `joinTimeoutMs`. */
  readonly takeOvers: number;
}

export interface EndRow {
  readonly says: string;
  /** What the leader's handler does: with `throw` and `leave` it ends without its credential. */
  readonly leader: "get" | "use" | "throw" | "leave";
  /** What its client does. */
  readonly client: "waits" | "resets" | "closes";
  /**
   * When it ends: `at once`; `asked`, as soon as the slow hop was asked; `joined`, 150 ms after the joiners came; `used`, when
   * it called the API; `parted`, when the token endpoint was asked for what the joiners want.
   */
  readonly when: "at once" | "asked" | "joined" | "used" | "parted";
  /** Which hop takes 500 ms. */
  readonly slow: Hop;
  /** The joiners want another scope: they share the identity token with the leader, and no more. */
  readonly otherScope?: true;
  /** A joiner comes first and is reset as well, as soon as it has taken over. */
  readonly heirResets?: true;
  /** With something that keeps the exchange alive, and without. */
  readonly held: Expected;
  readonly lost: Expected;
}

/** What stands for each way to keep an exchange alive. */
export const keeps: readonly { readonly keep: Keep; readonly says: string; readonly holds: boolean }[] = [
  { keep: "call", says: "get({ waitUntil })", holds: true },
  { keep: "adapter", says: "hono's adapter", holds: true },
  { keep: "platform", says: 'the platform with "cloudflare:workers"', holds: true },
  { keep: "none", says: "no waitUntil", holds: false },
];

const shared: Expected = { source: 1, target: 1, takeOvers: 0 };

export const endRows: readonly EndRow[] = [
  {
    says: "it ends well",
    leader: "get",
    client: "waits",
    when: "asked",
    slow: "target",
    held: shared,
    lost: shared,
  },
  {
    says: "its client resets while the identity token is under way",
    leader: "get",
    client: "resets",
    when: "joined",
    slow: "source",
    held: shared,
    lost: { source: 2, target: 1, takeOvers: 1 },
  },
  {
    says: "its client resets while the exchange is under way",
    leader: "get",
    client: "resets",
    when: "joined",
    slow: "target",
    held: shared,
    lost: { source: 1, target: 2, takeOvers: 1 },
  },
  {
    says: "its client resets before anybody joins",
    leader: "get",
    client: "resets",
    when: "asked",
    slow: "target",
    held: shared,
    lost: { source: 1, target: 2, takeOvers: 1 },
  },
  {
    says: "its client closes the connection",
    leader: "get",
    client: "closes",
    when: "joined",
    slow: "target",
    held: shared,
    // workerd does not take notice of it, and the handler goes on.
    lost: shared,
  },
  {
    says: "its client resets while it uses its credential",
    leader: "use",
    client: "resets",
    when: "used",
    slow: "target",
    held: shared,
    lost: shared,
  },
  {
    says: "its handler throws at once",
    leader: "throw",
    client: "waits",
    when: "at once",
    slow: "source",
    held: shared,
    // Whether its first request got out before it ended is the runtime's business.
    lost: { source: [1, 2], target: 1, takeOvers: 1 },
  },
  {
    says: "its handler throws while the exchange is under way",
    leader: "throw",
    client: "waits",
    when: "joined",
    slow: "target",
    held: shared,
    lost: { source: 1, target: 2, takeOvers: 1 },
  },
  {
    says: "its handler returns at once",
    leader: "leave",
    client: "waits",
    when: "at once",
    slow: "source",
    held: shared,
    // Whether its first request got out before it ended is the runtime's business.
    lost: { source: [1, 2], target: 1, takeOvers: 1 },
  },
  {
    says: "its handler returns while the exchange is under way",
    leader: "leave",
    client: "waits",
    when: "joined",
    slow: "target",
    held: shared,
    lost: { source: 1, target: 2, takeOvers: 1 },
  },
  {
    says: "its client resets, and that of the request which takes over as well",
    leader: "get",
    client: "resets",
    when: "asked",
    slow: "target",
    heirResets: true,
    held: shared,
    lost: { source: 1, target: 3, takeOvers: 2 },
  },
  {
    says: "its client resets while others exchange the identity token that it obtained",
    leader: "get",
    client: "resets",
    when: "parted",
    slow: "source",
    otherScope: true,
    held: { ...shared, other: 1 },
    lost: { ...shared, other: 1 },
  },
  {
    says: "its handler returns while others exchange the identity token that it obtained",
    leader: "leave",
    client: "waits",
    when: "parted",
    slow: "source",
    otherScope: true,
    held: { ...shared, other: 1 },
    lost: { ...shared, other: 1 },
  },
];

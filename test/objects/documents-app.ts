/**
 * A Worker in front of an object that is not there: what the object answers, and when, is for the test to say. Beside the public
 * handler it has an entrypoint, so that it shows what becomes of calls that fail.
 */
import { WorkerEntrypoint } from "cloudflare:workers";
import { IssuerEntrypoint, type IssuerKeys, type IssuerStub, issuerHandler } from "@tokenhop/durable-objects";

const ISSUER = "https://id.example";

/** What the object does when it is asked. */
type Behaviour = (call: number) => Promise<unknown>;

const documents = (call: number, issuer = ISSUER): object => ({
  ok: true,
  discovery: JSON.stringify({ issuer }),
  jwks: JSON.stringify({ keys: [], call }),
});
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
/** As if something had put into its message what it was sent. */
const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ3b3JrZXI6b3JkZXJzIn0.c2lnbmVkLWJ5LW5vYm9keQ";
const fail = (fields: object): never => {
  throw Object.assign(new Error(`the object was sent ${TOKEN}`), fields);
};
const once =
  (fields: object): Behaviour =>
  async (call) =>
    call === 1 ? fail(fields) : documents(call);

const behaviours: Readonly<Record<string, Behaviour>> = {
  answers: async (call) => documents(call),
  "answers, good for ten seconds": async (call) => ({ ...documents(call), maxAgeMs: 10_000 }),
  slowly: (call) => pause(300).then(() => documents(call)),
  never: () => new Promise(() => undefined),
  fails: async () => fail({}),
  "fails once, retryable": once({ retryable: true }),
  "fails once, reset": once({ durableObjectReset: true }),
  "fails once, overloaded": once({ retryable: true, overloaded: true }),
  "fails once, and says nothing of it": once({ remote: true }),
  "fails always, retryable": async () => fail({ retryable: true }),
  refuses: async () => ({ ok: false, error: { code: "ERR_ISSUER_KEYS", message: "no key", recovery: "retry" } }),
  "speaks for another": async (call) => documents(call, "https://other.example"),
  "answers half": async () => ({ ok: true, discovery: "{}" }),
  "answers nothing": async () => undefined,
  "answers a text": async () => "{}",
  "answers for no time": async (call) => ({ ...documents(call + 1), maxAgeMs: "soon" }),
  "answers no JSON": async () => ({ ok: true, discovery: "no", jwks: "no" }),
};

let behaviour = behaviours.answers as Behaviour;
let calls = 0;
let laterMs = 0;
const stubs: unknown[] = [];

// The clock stands still unless the test moves it. Timers go on.
Date.now = () => 1_800_000_000_000 + laterMs;

/** As a namespace: each stub is another one. */
const namespace = {
  getByName(name: string, options?: object): IssuerStub {
    const ask = async (): Promise<never> => {
      calls += 1;
      return (await behaviour(calls)) as never;
    };
    stubs.push([name, options ?? "no options"]);
    return { documents: ask, mint: ask, dropKeys: ask };
  },
};

/** The scene's own wishes, as JSON: name and location hint of the object, or a time. */
interface Env {
  readonly PLACE?: string;
}

const placeIn = ({ PLACE = "{}" }: Env): { readonly jwksMaxAgeMs?: number } => JSON.parse(PLACE);

function keysOf(env: Env): IssuerKeys {
  const { jwksMaxAgeMs: _, ...place } = placeIn(env);
  return Object.keys(place).length === 0 ? namespace : { namespace, ...place };
}

/** Its documents' answers are no tokens; what matters is whether they come. */
export class Issuer extends IssuerEntrypoint<Env> {
  protected override keys(env: Env): IssuerKeys {
    return keysOf(env);
  }
}

/** For the test: says how things go on, and tells how they went. */
export class Control extends WorkerEntrypoint<Env> {
  become(name: string): void {
    behaviour = behaviours[name] as Behaviour;
    calls = 0;
    stubs.length = 0;
  }
  later(ms: number): void {
    laterMs += ms;
  }
  counts(): { readonly calls: number; readonly stubs: readonly unknown[] } {
    return { calls, stubs: [...stubs] };
  }
}

export const handler = {
  fetch: issuerHandler((env: Env) => ({ issuer: ISSUER, keys: keysOf(env), jwksMaxAgeMs: placeIn(env).jwksMaxAgeMs })),
};

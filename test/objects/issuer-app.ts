/**
 * The issuer's Worker that the tests play with, as a user would write it, with all that a user may add to the classes. It runs in
 * workerd as it is.
 */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import {
  IssuerEntrypoint,
  type IssuerKeys,
  IssuerObject,
  type IssuerObjectOptions,
  issuerHandler,
} from "@tokenhop/durable-objects";
import { textsOf } from "../render.ts";
import { type Classes, namesIn } from "./class-names.ts";
import { AUDIENCE, BILLS, ORDERS, OTHER_AUDIENCE } from "./issuer-names.ts";

/** Its bindings and variables. */
export interface Env {
  readonly ISSUER_URL: string;
  readonly KEYS: IssuerKeys;
  /** Options of the issuer's, as JSON. */
  readonly OPTIONS?: string;
  /** For the public handler. */
  readonly JWKS_MAX_AGE_MS?: string;
}

/** What the object is configured with. */
const optionsOf = ({ ISSUER_URL, OPTIONS = "{}" }: Env): IssuerObjectOptions => ({
  issuer: ISSUER_URL,
  allowHttpLoopback: true,
  subjects: [ORDERS.subject, BILLS.subject],
  audiences: [AUDIENCE, OTHER_AUDIENCE],
  ...(JSON.parse(OPTIONS) as object),
});

/** The object and nothing else. */
export class Keys extends IssuerObject<Env> {
  protected override issuer(env: Env): IssuerObjectOptions {
    return optionsOf(env);
  }
}

/** The object with everything that a class can have: none of it is anybody else's. */
export class MoreKeys extends Keys {
  static shared(): string {
    return "static";
  }
  readonly field = (): string => "field";
  dump(): Promise<unknown> {
    return this.ctx.storage.list();
  }
  async *stream(): AsyncIterable<unknown> {
    yield await this.ctx.storage.list();
  }
  get ring(): Promise<unknown> {
    return this.ctx.storage.list();
  }
  set ring(_: Promise<unknown>) {
    this.ctx.abort("the setter was reached");
  }
  private helper(): object {
    return this.ctx;
  }
  protected get bindings(): Env {
    return this.env;
  }
  /** The usual way to add something around what is there. */
  override async documents(): ReturnType<Keys["documents"]> {
    const more = [this.helper(), this.bindings, this.field(), await this.ring];
    return more.every(Boolean) ? super.documents() : { ok: true, discovery: "none", jwks: "none" };
  }
}

const RING = "issuer-keys";
type Ring = { readonly keys: readonly Readonly<Record<string, number>>[] };

/** The object, with doors for the test to play with its time and its life. */
export class PlayedKeys extends Keys {
  constructor(ctx: object, env: Env) {
    super(ctx, env);
    console.log("an object comes to life");
  }

  override async fetch(request: Request): Promise<Response> {
    const { storage } = this.ctx;
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/alarm") return Response.json(await storage.getAlarm());
    if (pathname === "/self") return Response.json([...textsOf([this, globalThis])]);
    if (pathname === "/spoil") await storage.put(RING, { version: 2 });
    if (pathname === "/age") {
      // As if everything so far had happened earlier: the alarm, too.
      const ms = Number(searchParams.get("ms"));
      const ring = await storage.get<Ring>(RING);
      const times = ["createdAt", "activeAt", "retiredAt"];
      const keys = ring?.keys.map((key) =>
        Object.fromEntries(
          Object.entries(key).map(([name, value]) => [name, times.includes(name) ? value - ms : value]),
        ),
      );
      await storage.put(RING, { ...ring, keys });
      const alarm = await storage.getAlarm();
      if (alarm) await storage.setAlarm(alarm - ms);
    }
    await storage.sync();
    this.ctx.abort("the end of an object");
    return new Response();
  }
}

/** What is bound to other Workers. */
export class Issuer extends IssuerEntrypoint<Env> {
  protected override keys(env: Env): IssuerKeys {
    return env.KEYS;
  }
}

/** The same with more, as above. */
export class MoreIssuer extends Issuer {
  readonly field = (): string => "field";
  mintFor(subject: string): unknown {
    return this.keys(this.env) && subject;
  }
  get stub(): unknown {
    return this.env.KEYS;
  }
  private helper(): object {
    return this.ctx;
  }
  override async mint(wanted: { readonly audience: string }): ReturnType<Issuer["mint"]> {
    return this.helper() && this.stub && this.mintFor("x") ? super.mint(wanted) : Promise.reject(new Error("not me"));
  }
}

/** What the public asks. */
export const handler = {
  fetch: issuerHandler(({ ISSUER_URL, KEYS, JWKS_MAX_AGE_MS = "900000" }: Env) => ({
    issuer: ISSUER_URL,
    keys: KEYS,
    allowHttpLoopback: true,
    jwksMaxAgeMs: Number(JWKS_MAX_AGE_MS),
  })),
};

/** Classes of which every name is tried. */
const classes: Classes = {
  Keys,
  MoreKeys,
  Issuer,
  MoreIssuer,
  DurableObject,
  WorkerEntrypoint,
};

/** Tells the test what there is. */
export class Names extends WorkerEntrypoint {
  list(): Readonly<Record<string, readonly string[]>> {
    return namesIn(classes);
  }
}

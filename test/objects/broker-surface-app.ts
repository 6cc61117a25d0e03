/** Classes of brokers as users write them, with all that a class can have. Every name of theirs is tried from outside. */
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import type { Providers } from "@tokenhop/core";
import { testProvider } from "@tokenhop/core/testing";
import { type BrokerReply, TokenBroker } from "@tokenhop/durable-objects";
import { type Classes, namesIn } from "./class-names.ts";

const made = (): Providers => ({ graph: testProvider({ token: "the-token-of-graph" }) });

/** The object and nothing else. */
export class Plain extends TokenBroker {
  protected override providers(): Providers {
    return made();
  }
}

/** The same, with the providers as a field. */
export class Field extends TokenBroker {
  protected override providers = made;
}

/** The object with everything that a class can have: none of it is anybody else's. */
export class More extends Plain {
  static shared(): string {
    return "static";
  }
  readonly field = (): Providers => made();
  token(): Promise<string> {
    return this.#reveal();
  }
  dump(): Promise<unknown> {
    return this.ctx.storage.list();
  }
  async *stream(): AsyncIterable<unknown> {
    yield await this.#reveal();
  }
  get held(): Promise<string> {
    return this.#reveal();
  }
  set held(_: Promise<string>) {
    this.ctx.abort("the setter was reached");
  }
  private helper(): object {
    return this.ctx;
  }
  protected get bindings(): unknown {
    return this.env;
  }
  async #reveal(): Promise<string> {
    const reply = await super.credential({ version: 1, provider: "graph" });
    return reply.ok && "token" in reply ? reply.token : "";
  }
  /** The usual way to add something around what is there. */
  override async credential(question: Parameters<Plain["credential"]>[0]): Promise<BrokerReply> {
    const more = [this.helper(), this.bindings, this.field(), await this.held, await this.token()];
    return more.every(Boolean) ? super.credential(question) : Promise.reject(new Error("not me"));
  }
}

const classes: Classes = { Plain, Field, More, DurableObject };

/** Tells the test what there is. */
export class Names extends WorkerEntrypoint {
  list(): Readonly<Record<string, readonly string[]>> {
    return namesIn(classes);
  }
}

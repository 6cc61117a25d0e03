/** For the test: everything that a Worker's own code could come by in its isolate, as texts. */
import { WorkerEntrypoint } from "cloudflare:workers";
import { textsOf } from "../render.ts";

export class Dump extends WorkerEntrypoint<object> {
  texts(): readonly string[] {
    return [...textsOf([this.env, this.ctx.props, globalThis])];
  }
}

/** What the plugins of this package have in common. */
import { ConfigError } from "@tokenhop/core";
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import { mindAnswers } from "./answers.ts";

/** A request of any Fastify, whatever its server, logger and types. */
export type Incoming = Pick<FastifyRequest, "headers" | "method" | "url"> & {
  readonly raw: { readonly rawHeaders: string[] };
};

/** A plugin, and what it gives to a request. */
export interface RequestPlugin<Given> extends FastifyPluginAsync {
  /**
   * What the plugin has put onto this request, with its types.
   *
   * @throws {ConfigError} `ERR_CONFIG_INVALID` where the plugin is not registered.
   */
  of(request: Incoming): Given;
}

/** A plugin for the very scope that registers it, marked as `fastify-plugin` marks one. */
export function pluginOf<Given>(
  what: string,
  act: (app: FastifyInstance) => void,
  given: (request: Incoming) => Given | undefined,
): RequestPlugin<Given> {
  const name = `@tokenhop/fastify ${what}`;
  const plugin = async (app: FastifyInstance): Promise<void> => {
    mindAnswers(app);
    act(app);
  };
  return Object.assign(plugin, {
    [Symbol.for("skip-override")]: true,
    [Symbol.for("fastify.display-name")]: name,
    [Symbol.for("plugin-meta")]: { name, fastify: "5.x" },
    of(request: Incoming): Given {
      const found = given(request);
      if (found === undefined)
        throw new ConfigError(`${what}.of()`, ["request: its scope has not registered the plugin"]);
      return found;
    },
  });
}

/** Puts a name onto requests. Fastify would let it hide one of its own. */
export function decorate(app: FastifyInstance, name: string, getter?: (this: FastifyRequest) => unknown): void {
  if (app.hasRequestDecorator(name)) throw new ConfigError("@tokenhop/fastify", [`${name}: taken on requests already`]);
  app.decorateRequest(name, getter ? { getter } : null);
}

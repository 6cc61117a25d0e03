/** The adapters' own tests that need a server, for the breaks that nothing else notices. */
import { azureFunctionsOwn } from "../../adapters/azure-functions-own.ts";
import { expressOwn } from "../../adapters/express-own.ts";
import { fastifyOwn } from "../../adapters/fastify-own.ts";
import type { Suites } from "../../run.ts";

export const suites: Suites = {
  express: expressOwn,
  fastify: fastifyOwn,
  "azure-functions": azureFunctionsOwn,
};

// Written by `npm run fix`: every suite of SDKs that use our credentials.
import type { Suites } from "../../run.ts";
import { suite as armResourcesSuite } from "./arm-resources.ts";
import { suite as azureIdentitySuite } from "./azure-identity.ts";
import { suite as daySuite } from "./day.ts";
import { suite as graphClientSuite } from "./graph-client.ts";
import { suite as keyvaultSecretsSuite } from "./keyvault-secrets.ts";
import { suite as mcpSuite } from "./mcp.ts";
import { suite as openaiSuite } from "./openai.ts";
import { suite as storageBlobSuite } from "./storage-blob.ts";

export const suites: Suites = {
  "arm-resources": armResourcesSuite,
  "azure-identity": azureIdentitySuite,
  day: daySuite,
  "graph-client": graphClientSuite,
  "keyvault-secrets": keyvaultSecretsSuite,
  mcp: mcpSuite,
  openai: openaiSuite,
  "storage-blob": storageBlobSuite,
};

#!/usr/bin/env node
// In a checkout there may be no build, and this Node may not run TypeScript: the workspace's own launcher knows what to do.
import { existsSync } from "node:fs";

if (existsSync(new URL("../src/main.ts", import.meta.url))) {
  const { launch } = await import("../../../tools/launch.mjs");
  await launch("packages/cli/src/main.ts", process.argv.slice(2));
} else {
  await import("../dist/main.js");
}

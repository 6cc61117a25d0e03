/** Runs a program with the emulator as its internet: `recipe-runner.ts PROGRAM`. What its platform would set may be set otherwise. */
import { createDemoConfig, createEmulator } from "@tokenhop/emulator";
import { connect, variables } from "./readme.ts";

for (const [name, value] of Object.entries(variables)) process.env[name] ??= value;
globalThis.fetch = connect(createEmulator(createDemoConfig()));
await import(process.argv[2] ?? "");

/** Short ways to ask the blob service. */
import type { Emulator, EmulatorConfig } from "@tokenhop/emulator";
import { asking, scopes, type TextReply } from "./service-support.ts";
import * as world from "./support.ts";

export const account = "https://demodata.blob.core.windows.net";
export const version = { "x-ms-version": "2025-07-05" } as const;

export type Ask = (path: string, init?: RequestInit) => Promise<TextReply>;

/** An emulator, and how its account is asked by the managed identity. */
export async function stage(
  config: EmulatorConfig = world.testConfig(),
): Promise<{ readonly emulator: Emulator; readonly ask: Ask }> {
  const emulator = world.makeEmulator(config);
  const ask = await asking(emulator, scopes.blob);
  const at: Ask = (path, init = {}) =>
    ask(`${account}/${path}`, { ...init, headers: { ...version, ...(init.headers as object) } });
  return { emulator, ask: at };
}

/** The same with the container `box`. */
export async function withContainer(): Promise<{ readonly emulator: Emulator; readonly ask: Ask }> {
  const it = await stage();
  await it.ask("box?restype=container", { method: "PUT" });
  return it;
}

/** A block blob to put. */
export const put = (body: BodyInit, headers: object = {}): RequestInit => ({
  method: "PUT",
  body,
  headers: { ...version, "x-ms-blob-type": "BlockBlob", ...headers },
});

/** The code of an error. */
export const codeOf = ({ text }: TextReply): string | undefined => /<Code>([^<]+)<\/Code>/.exec(text)?.[1];
